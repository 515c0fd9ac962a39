"""The blind pilot: hidden gold items, the same for every shortlisted firm, measured and released together."""
