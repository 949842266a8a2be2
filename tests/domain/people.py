"""Recipients and plans that tests start from, and the limits of a few media."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.channel_port import AddressKind, Limits
from app.domain.outbound import Attachment, Author
from app.domain.preflight import MessagePlan, Recipient
from app.domain.text.message import OnUnresolved, compile_message
from app.domain.words import Channel, ConversationStatus

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
ID = UUID("01900000-0000-7000-8000-000000000001")

EMAIL = Limits(AddressKind.EMAIL, attachments=True)
SMS = Limits(AddressKind.PHONE, counts_segments=True, max_characters=1600, why_no_attachments="SMS carries no files.")
CHAT = Limits(AddressKind.OPAQUE, max_bytes=1000, reply_window=timedelta(hours=24))

FILE = Attachment(UUID(int=7), "a.pdf", "application/pdf", 4)


def recipient(**about: Any) -> Recipient:
    """Ann, who wrote an e-mail an hour ago."""
    defaults: dict[str, Any] = {
        "conversation_id": ID,
        "external_id": "c-1",
        "human_id": "SUP-1",
        "channel": Channel.EMAIL,
        "status": ConversationStatus.ACTIVE,
        "subject": "Payment failed",
        "custom_fields": {},
        "address": "ann@example.com",
        "reply_to_message_id": None,
        "reply_references": (),
        "created_at": NOW - timedelta(days=1),
        "last_customer_message_at": NOW - timedelta(hours=1),
        "contact_id": ID,
        "contact_name": "Ann Lee",
        "contact_first_name": "Ann",
        "contact_email": "ann@example.com",
        "contact_custom_fields": {"plan": "pro"},
        "contact_opted_out": False,
        "blocked": None,
        "account_id": ID,
        "provider": "postmark",
    }
    return Recipient(**{**defaults, **about})


def on_phone(**about: Any) -> Recipient:
    return recipient(**{"channel": Channel.SMS, "address": "+12025550123", **about})


def plan(text: str = "Hi {{ contact.first_name }}, we are back.", **about: Any) -> MessagePlan:
    defaults: dict[str, Any] = {
        "on_unresolved": OnUnresolved.SKIP,
        "author": Author("agent-1", "Support", "support@example.com"),
        "tenant_name": "Example Ltd",
    }
    return MessagePlan(compile_message(text, None), **{**defaults, **about})
