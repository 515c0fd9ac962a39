"""The marketplace: what the parties of a data-annotation deal agree on."""
