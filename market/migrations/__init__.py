"""One migration history for all three packages."""
