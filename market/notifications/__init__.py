"""E-mail for what happened: handlers of the outbox, their recipients, and the rule that sealed content stays sealed."""
