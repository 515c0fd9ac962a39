"""People, organisations, membership, verification, sessions and API tokens."""
