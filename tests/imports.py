"""Lines of an import, as a helpdesk exports them."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.conversations.conversations import get, search
from app.conversations.import_report import ImportReport
from app.conversations.importing import import_lines
from app.domain.conversation import ConversationView
from app.domain.erased_addresses import AddressDigests
from app.domain.filters import parse_filter
from app.domain.words import TenantId
from app.store.database import Database

DIGESTS = AddressDigests("only-for-tests")


def line(external_id: str = "c-1", /, **changes: Any) -> dict[str, Any]:
    """A complete conversation; a change to `...` leaves the field out."""
    whole: dict[str, Any] = {
        "external_id": external_id,
        "channel": "email",
        "channel_account": "email",
        "status": "active",
        "engagement": "pending",
        "subject": "Payment failed",
        "human_id": "SUP-1",
        "tags": ["payment-issue-2026-05", "vip"],
        "team": "billing",
        "assignee": "agent-7",
        "contact": {
            "external_id": "u-1",
            "name": "Ann Lee",
            "first_name": "Ann",
            "email": "ann@example.test",
            "phone": "+14155550100",
            "opted_out": False,
            "custom_fields": {"city": "Oslo"},
        },
        "address": "ann@example.test",
        "custom_fields": {"plan": "pro", "seats": 3},
        "created_at": "2026-05-01T09:00:00Z",
        "last_customer_message": {
            "text": "My payment failed.",
            "provider_message_id": f"<{external_id}@mail.example.test>",
            "references": ["<x@mail.example.test>"],
            "sent_at": "2026-05-01T10:00:00Z",
        },
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def patch(external_id: str = "c-1", /, **given: Any) -> dict[str, Any]:
    """A line that says only this."""
    return {"external_id": external_id, **given}


def ndjson(*lines: dict[str, Any] | str) -> bytes:
    return "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines).encode()


async def stream(body: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


class Desk:
    """One tenant's conversations."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        self.database, self.tenant = database, TenantId(tenant)

    async def imports(self, *lines: dict[str, Any] | str) -> ImportReport:
        return await import_lines(self.database, self.tenant, stream(ndjson(*lines)), DIGESTS)

    async def outcomes(self, *lines: dict[str, Any] | str) -> tuple[int, int, int, int]:
        report = await self.imports(*lines)
        return report.created, report.updated, report.unchanged, report.failed

    async def view(self, name: str = "c-1") -> ConversationView:
        async with self.database.begin(self.tenant) as tx:
            return await get(tx, name)

    async def found(self, filter: dict[str, Any]) -> list[str]:
        async with self.database.begin(self.tenant) as tx:
            found = await search(tx, parse_filter(filter), limit=100)
        return sorted(view.conversation.external_id or "" for view in found.items)

    async def texts(self, name: str = "c-1") -> list[str]:
        return await self._of_messages("text", name)

    async def senders(self, name: str = "c-1") -> list[str]:
        return await self._of_messages("sender", name)

    async def _of_messages(self, column: str, name: str) -> list[str]:
        async with self.database.begin(self.tenant) as tx:
            rows = await tx.scalars(
                sa.text(f"""
                    SELECT m.{column} FROM messages m JOIN conversations c ON c.id = m.conversation_id
                    WHERE c.external_id = :name ORDER BY m.created_at, m.id
                """),
                name=name,
            )
            return list(rows)
