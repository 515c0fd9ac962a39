"""Bulletins of bureaus: the monthly one (月报) and the yearly white-paper pack (白皮书附表)."""
