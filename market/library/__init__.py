"""The enterprise library: every verified firm with what the platform knows of it and what it reports."""
