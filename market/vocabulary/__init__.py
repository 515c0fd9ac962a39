"""Controlled vocabularies: data files and typed access to them, loaded once, free of I/O after."""
