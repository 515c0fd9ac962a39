"""Ground floor of the house: database, errors, audit, outbox, money, time, mail, files, web. Knows nothing of markets."""
