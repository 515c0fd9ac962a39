"""Benchmarks of the whole, each beside the bare parts it stands on."""
