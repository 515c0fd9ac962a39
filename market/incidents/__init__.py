"""Incidents of security and quality: reported by a party, worked off in steps, each against its clock."""
