"""What suppliers offer: capabilities, certificates, talents."""
