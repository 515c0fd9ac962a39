"""Pre-qualified pools: requirements a supplier passes once, and then competes in short rounds."""
