"""Outgoing webhooks: events of the outbox, posted to the addresses that a tenant gave, until they are taken."""
