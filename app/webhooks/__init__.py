"""Outgoing webhooks: events of the outbox, posted to a tenant's addresses until they are delivered."""
