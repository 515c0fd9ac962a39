"""Disputes about a delivered batch: named amounts, mediation, re-measurement by third readers."""
