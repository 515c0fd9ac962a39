"""Where deadlines come from: one small function for each table that has some."""
