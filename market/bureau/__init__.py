"""The read side: statistics and what a regulator sees."""
