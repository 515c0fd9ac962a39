"""Objections and complaints about a procurement, and reports of violations: filed, answered in time, decided."""
