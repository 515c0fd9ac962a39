"""Webhooks we send: an organisation's systems learn of events by signed HTTPS requests."""
