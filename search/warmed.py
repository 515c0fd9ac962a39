"""Importing this loads the dictionaries and the tables, so that processes forked afterwards need not do it again."""

from importlib import import_module

from market.settings import MODEL_MODULES
from search.discovery import warm_up

for module in MODEL_MODULES:
    import_module(module)
warm_up()
