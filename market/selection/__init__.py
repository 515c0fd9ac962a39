"""Calls in which organisations enter and an authority selects: benchmark firms and application cases."""
