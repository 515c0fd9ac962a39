"""Training that gates assignment: modules with a quiz, their records, and annotators' credentials."""
