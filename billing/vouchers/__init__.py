"""Subsidy vouchers as data: programme rules, quotes with a proof, and their recomputation."""
