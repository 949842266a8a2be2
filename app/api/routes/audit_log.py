"""The audit log: who did what. Entries are only ever added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from app.api.deps import Administrator, RuntimeDep
from app.api.paging import PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import STORABLE, Listing, Moment, PersonResponse, ResponseBody
from app.api.selection_schema import shortened
from app.domain.audit import Actor, AuditAction, RecordedEntry
from app.domain.permissions import KeyIdentity, Role
from app.store import audit

router = APIRouter(prefix="/audit-log", tags=["audit log"], route_class=CallerFirst)

ActorId = Annotated[str, Query(pattern=STORABLE, description="The id of an author, of a person or of a key.")]


class AuditKeyResponse(ResponseBody):
    id: UUID
    name: str = Field(examples=["helpdesk production"])

    @classmethod
    def of(cls, key: KeyIdentity) -> Self:
        return cls(id=key.id, name=key.name)


class ActorResponse(ResponseBody):
    author: PersonResponse = Field(
        description="Who acted. `system` is the service itself, `operator` its command line."
    )
    key: AuditKeyResponse | None = Field(description="The API key that the request came with.")
    user: PersonResponse | None = Field(
        description="The person whom the credential names; `author` may be somebody else."
    )
    roles: list[Role]

    @classmethod
    def of(cls, actor: Actor) -> Self:
        return cls(
            author=PersonResponse.of(actor.author),
            key=None if actor.key is None else AuditKeyResponse.of(actor.key),
            user=None if actor.user is None else PersonResponse.of(actor.user),
            roles=sorted(actor.roles),
        )


class AuditEntryResponse(ResponseBody):
    id: UUID
    at: datetime
    action: AuditAction = Field(examples=["mass_reply.confirmed"])
    actor: ActorResponse
    object_id: str | None = Field(description="What it was done to: an id, a key or a shortcode.")
    mass_reply_id: UUID | None
    recipient_count: int | None = Field(examples=[113])
    message_sha256: str | None = Field(
        description="SHA-256 of the message as it was given: the JSON object of `attachment_ids`, `html`, `text` and "
        "`whatsapp_template`, its keys in this order, without spaces, in UTF-8. The text itself is not stored here."
    )
    reason: str | None = Field(description="Why, in the words of the person who decided.")
    details: dict[str, Any] = Field(
        description="By action: the selection as it was given, the options, what was changed. A long list of ids is "
        "cut to 20, with its `total`.",
        examples=[{"selection": {"filter": {"tags": {"all": ["payment-issue-2026-05"]}}}}],
    )

    @classmethod
    def of(cls, recorded: RecordedEntry) -> Self:
        entry = recorded.entry
        return cls(
            id=recorded.id,
            at=recorded.at,
            action=entry.action,
            actor=ActorResponse.of(recorded.actor),
            object_id=entry.object_id,
            mass_reply_id=entry.mass_reply_id,
            recipient_count=entry.recipient_count,
            message_sha256=entry.message_sha256,
            reason=entry.reason,
            details=_shortened(entry.details),
        )


def _shortened(details: Mapping[str, Any]) -> dict[str, Any]:
    found = shortened(details)
    return found | {"selection": shortened(found["selection"])} if "selection" in found else found


@router.get("", responses=problems())
async def get_audit_log(
    caller: Administrator,
    runtime: RuntimeDep,
    page: PageDep,
    action: AuditAction | None = None,
    actor: ActorId | None = None,
    mass_reply: UUID | None = None,
    start: Annotated[Moment | None, Query(alias="from", description="Inclusive.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Exclusive.")] = None,
) -> Listing[AuditEntryResponse]:
    """List who did what, newest first."""
    query = audit.AuditQuery(action, actor, mass_reply, start, end)
    async with runtime.database.begin(caller.tenant_id) as tx:
        found = await audit.page(tx, query, before=page.after(UUID), limit=page.limit + 1)
    return page.listing(found, lambda recorded: recorded.id, AuditEntryResponse.of)
