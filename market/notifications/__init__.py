"""E-mail handlers of the outbox."""
