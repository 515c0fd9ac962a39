"""Importing this loads the dictionaries, so that processes forked afterwards need not do it again."""

from search.discovery import warm_up

warm_up()
