"""Red flags computed on OCDS compiled releases, ours or anyone's; pure, no database."""
