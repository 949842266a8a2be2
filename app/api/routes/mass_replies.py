"""Mass replies: preview, create, confirm, list and read."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response, status
from structlog.contextvars import bind_contextvars

from app.api.conditional import UNCHANGED, IfNoneMatch, answered
from app.api.deps import MAY_TAKE_LONG, ConversationReader, RuntimeDep, Sender
from app.api.headers import MADE, WHEN_TO_POLL
from app.api.idempotency import KeyHeader, read_key
from app.api.mass_replies import Id, existing, read, response_of, snapshot, state_of, wake, whole
from app.api.mass_reply_schemas import (
    ConfirmBody,
    MassReplyBody,
    MassReplyResponse,
    PreviewBody,
    PreviewResponse,
)
from app.api.paging import PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import STORABLE, Listing, Moment
from app.domain.audit import Actor
from app.domain.errors import (
    BatchTooLarge,
    ConfirmationExpired,
    ConversationsNotFound,
    FilterTooBroad,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    InvalidSchedule,
    InvalidState,
    InvalidTemplate,
    MessageEmpty,
    MessageTooLarge,
    NotFound,
    NothingToSend,
    RecipientCountMismatch,
    SelectionEmpty,
    UnknownAttachment,
    UnknownMergeTag,
)
from app.domain.mass_reply import MassReply
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import MassReplyId, TenantId
from app.mass_replies import confirm, create
from app.mass_replies.idempotency import IdempotencyKey
from app.mass_replies.preview import preview
from app.runtime import Runtime
from app.store import mass_replies as store
from app.store.mass_replies import Snapshot
from app.store.shares import BULK, SEARCH

router = APIRouter(prefix="/mass-replies", tags=["mass replies"], route_class=CallerFirst)

POLL_SECONDS = 2
"""The `Retry-After` of a mass reply that is being sent."""
PROGRESSING: Final[dict[int | str, dict[str, Any]]] = {200: WHEN_TO_POLL, 304: {**UNCHANGED[304], **WHEN_TO_POLL}}
"""The `responses=` entries of a route that is polled while a mass reply progresses."""
BUSY = frozenset({MassReplyStatus.PREPARING, MassReplyStatus.SENDING})

_BAD_DRAFT = (
    ConversationsNotFound,
    FilterTooBroad,
    SelectionEmpty,
    MessageEmpty,
    MessageTooLarge,
    InvalidTemplate,
    UnknownMergeTag,
    UnknownAttachment,
    NotFound,
)


@router.post("/preview", dependencies=MAY_TAKE_LONG, responses=problems(*_BAD_DRAFT))
async def preview_mass_reply(body: PreviewBody, caller: Sender, runtime: RuntimeDep) -> PreviewResponse:
    """Return what a mass reply would do. Nothing is stored."""
    previewed = await preview(
        runtime.database.of(SEARCH),
        runtime.aside.of(caller.tenant_id),
        caller.tenant_id,
        body.to_draft(caller),
        limit=runtime.settings.prepare_inline_limit,
        only=body.conversation_id,
    )
    if not body.message.is_written:
        previewed.summary.samples = []
    return PreviewResponse.of(previewed)


@router.post(
    "",
    dependencies=MAY_TAKE_LONG,
    status_code=status.HTTP_201_CREATED,
    response_model=MassReplyResponse,
    responses={
        201: MADE,
        202: {"model": MassReplyResponse, "description": "It is large, and a worker is preparing it.", **MADE},
        **problems(*_BAD_DRAFT, BatchTooLarge, IdempotencyKeyReused, IdempotencyInProgress),
    },
)
async def create_mass_reply(
    body: MassReplyBody, caller: Sender, runtime: RuntimeDep, key: KeyHeader = None
) -> Response:
    """Freeze a selection and a message, and return the exact count. Nothing is sent before somebody confirms it."""
    tenant, settings = caller.tenant_id, runtime.settings
    draft, once = body.to_draft(caller), read_key(caller, key, "create", body)
    created = await create.create_once(
        runtime.database.of(BULK),
        runtime.aside.of(tenant),
        tenant,
        draft,
        Actor.of(caller, draft.author),
        once,
        inline_limit=settings.prepare_inline_limit,
        confirm_within=settings.confirm_within,
    )
    if created.needs_worker:
        await runtime.wakeups.wake_preparation(tenant, created.id)
    return await _created(runtime, tenant, created, once)


async def _created(
    runtime: Runtime, tenant: TenantId, created: create.Creation, key: IdempotencyKey | None
) -> Response:
    """Return the mass reply, even if the first request with this key died before its response."""
    bind_contextvars(mass_reply=str(created.id))
    if key is None:
        code, text = _first_response(created, await whole(runtime, tenant, created.id))
    else:
        async with runtime.database.begin(tenant) as tx:
            code, text = await key.close(tx, *_first_response(created, await existing(tx, created.id)))
    headers = {"Location": f"/mass-replies/{created.id}"}
    if created.earlier is not None:
        headers["Idempotent-Replayed"] = "true"
    return Response(text, code, headers, media_type="application/json")


def _first_response(created: create.Creation, batch: MassReply) -> tuple[int, str]:
    preparing = batch.status is MassReplyStatus.PREPARING
    if preparing and created.earlier is not None and created.earlier.answer is None:
        raise IdempotencyInProgress
    return status.HTTP_202_ACCEPTED if preparing else status.HTTP_201_CREATED, response_of(batch).model_dump_json()


@router.post(
    "/{id}/confirm",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(
        NotFound,
        RecipientCountMismatch,
        NothingToSend,
        ConfirmationExpired,
        InvalidState,
        InvalidSchedule,
        BatchTooLarge,
    ),
)
async def confirm_mass_reply(id_: Id, body: ConfirmBody, caller: Sender, runtime: RuntimeDep) -> MassReplyResponse:
    """Confirm the number of recipients. Repeating the request gives the same result, and never sends twice.

    If the tenant's settings require it, the mass reply then awaits a second person's approval for 24 hours. Confirming
    somebody else's mass reply needs `mass_replies:approve`.
    """
    confirmation, within = body.to_confirmation(), runtime.settings.send_within
    by = Actor.of(caller, body.acting(caller))
    async with runtime.database.of(BULK).begin(caller.tenant_id) as tx:
        lanes = await confirm.confirm(tx, MassReplyId(id_), confirmation, within, by)
    await wake(runtime, lanes)
    return response_of(await read(runtime, caller.tenant_id, id_))


@router.get("", response_model=Listing[MassReplyResponse], responses={**PROGRESSING, **problems()})
async def list_mass_replies(
    caller: ConversationReader,
    runtime: RuntimeDep,
    page: PageDep,
    status: MassReplyStatus | None = None,
    author: Annotated[str | None, Query(pattern=STORABLE)] = None,
    created_from: Moment | None = None,
    created_to: Moment | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List mass replies, newest first; `author` is the author's id."""
    query = store.MassReplyQuery(status, author, created_from, created_to)
    tenant, before, now = caller.tenant_id, page.after(UUID), datetime.now(UTC)
    found = await store.page(runtime.database, tenant, query, before=before, limit=page.limit + 1)
    shown = page.shown(found)
    return answered(
        (len(found) > len(shown), *(state_of(each, now) for each in shown)),
        if_none_match,
        lambda: page.listing(found, lambda each: each.id, lambda each: MassReplyResponse.of(each.whole(), now)),
        _when_to_poll(shown),
    )


@router.get("/{id}", response_model=MassReplyResponse, responses={**PROGRESSING, **problems(NotFound)})
async def get_mass_reply(
    id_: Id, caller: ConversationReader, runtime: RuntimeDep, if_none_match: IfNoneMatch = None
) -> Response:
    """Return a mass reply and its progress. The nine counts always sum to `selected_count`."""
    found, now = await snapshot(runtime, caller.tenant_id, id_), datetime.now(UTC)
    return answered(
        state_of(found, now), if_none_match, lambda: MassReplyResponse.of(found.whole(), now), _when_to_poll([found])
    )


def _when_to_poll(found: Iterable[Snapshot]) -> Mapping[str, str]:
    """Return the headers that say when to poll again, if any of these is still progressing."""
    return {"Retry-After": str(POLL_SECONDS)} if any(each.progress.status in BUSY for each in found) else {}
