"""Dataset needs and offers in the four supply modes."""
