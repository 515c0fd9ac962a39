"""`market bench simulation`: the real money verbs on a store in memory, under a seeded scheduler with faults."""
