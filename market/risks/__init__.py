"""Red flags of our own market as cases: computed on the published releases, decided by a person."""
