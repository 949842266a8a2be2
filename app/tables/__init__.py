"""The database schema. No behaviour.

Every key begins with `tenant_id`, except in `tenants` and in the routing tables, which find the tenant before it is
known and hold no customer data. Row-level security is forced on every other table by the migrations. What a filter
checks is in btree columns and tables, because under row-level security only leakproof operators use an index.
"""

from app.tables._columns import NEW_ID, metadata
from app.tables.accounts import api_keys, call_shares, channel_accounts, snippets, stream_tickets, tenant_settings
from app.tables.conversations import (
    address_links,
    attachments,
    blocked_addresses,
    chat_sessions,
    contacts,
    conversation_fields,
    conversation_subjects,
    conversation_tags,
    conversations,
    messages,
)
from app.tables.deliveries import deliveries, delivery_attempts, delivery_decisions, receipts
from app.tables.events import (
    automation_calls,
    automation_cursors,
    automation_rules,
    automation_runs,
    outbound_events,
    webhook_endpoints,
)
from app.tables.installation import (
    INSTALLATION_TABLES,
    ROUTING_TABLES,
    api_key_routes,
    channel_account_routes,
    chat_token_routes,
    heartbeats,
    installation_secrets,
    tenants,
)
from app.tables.mass_replies import (
    DELIVERY_COUNTERS,
    attachment_uploads,
    delivery_pages,
    idempotency_records,
    lanes,
    mass_replies,
    selection_pages,
)
from app.tables.records import audit_log, erased_blocks

__all__ = [
    "DELIVERY_COUNTERS",
    "INSTALLATION_TABLES",
    "NEW_ID",
    "ROUTING_TABLES",
    "address_links",
    "api_key_routes",
    "api_keys",
    "attachment_uploads",
    "attachments",
    "audit_log",
    "automation_calls",
    "automation_cursors",
    "automation_rules",
    "automation_runs",
    "blocked_addresses",
    "call_shares",
    "callback_sightings",
    "channel_account_routes",
    "channel_accounts",
    "chat_sessions",
    "chat_token_routes",
    "contacts",
    "conversation_fields",
    "conversation_subjects",
    "conversation_tags",
    "conversations",
    "deliveries",
    "delivery_attempts",
    "delivery_decisions",
    "delivery_pages",
    "erased_blocks",
    "heartbeats",
    "idempotency_records",
    "installation_secrets",
    "lanes",
    "mass_replies",
    "messages",
    "metadata",
    "outbound_events",
    "receipts",
    "selection_pages",
    "snippets",
    "stream_tickets",
    "tenant_settings",
    "tenants",
    "webhook_endpoints",
]
