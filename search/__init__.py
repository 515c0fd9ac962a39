"""What people find: engines, Chinese analysis, constraint grammar, matching and its measurement."""
