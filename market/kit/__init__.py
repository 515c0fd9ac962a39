"""Ground floor: database, errors, audit, outbox, money, time, mail, files, web. Knows no markets."""
