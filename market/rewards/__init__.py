"""Published rewards as data: who is eligible by what evidence, claims, and the bureau's decisions."""
