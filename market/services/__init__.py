"""Third-party services for the industry: listings, and quotes asked for and given."""
