"""The groups of the command line: `market verify`, `bench`, `export`, `docs`."""
