"""Tables of facts and cases."""
