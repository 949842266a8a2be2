"""The results of a mass reply, conversation by conversation, and its selection."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.api.conditional import UNCHANGED, IfNoneMatch, answered
from app.api.content_negotiation import preferred
from app.api.delivery_export import CSV, JSON, NDJSON, export
from app.api.delivery_schemas import DeliveryResponse, ReasonCountResponse, ReasonCountsResponse
from app.api.deps import ConversationReader, RuntimeDep
from app.api.mass_replies import Id, existing, must_exist
from app.api.paging import PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import STORABLE, Listing
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.errors import NotFound
from app.domain.words import Channel, MassReplyId, ReasonCode
from app.mass_replies.sql import results
from app.store.shares import SEARCH

router = APIRouter(prefix="/mass-replies", tags=["mass replies"], route_class=CallerFirst)

_FILES: dict[str, Any] = {CSV: {"schema": {"type": "string"}}, NDJSON: {"schema": {"type": "string"}}}


@router.get(
    "/{id}/deliveries",
    response_model=Listing[DeliveryResponse],
    responses={
        200: {"description": "A page; or the whole list as a file, without an `ETag`.", "content": _FILES},
        **UNCHANGED,
        **problems(NotFound),
    },
)
async def list_deliveries(
    request: Request,
    id_: Id,
    caller: ConversationReader,
    runtime: RuntimeDep,
    page: PageDep,
    status: DeliveryStatus | None = None,
    channel: Channel | None = None,
    reason: Annotated[ReasonCode | None, Query()] = None,
    search: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=200,
            pattern=STORABLE,
            description="A part of the customer's name or of the conversation's `human_id`, ignoring case; "
            "or its whole `external_id`, or the whole address.",
        ),
    ] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List the result of each conversation. `Accept: text/csv` or `application/x-ndjson` streams the whole list."""
    tenant, batch = caller.tenant_id, MassReplyId(id_)
    query = results.ResultQuery(status, channel, reason, search)
    media_type = preferred(request, (JSON, CSV, NDJSON))
    database = runtime.database if search is None else runtime.database.of(SEARCH)
    async with database.begin(tenant) as tx:
        await must_exist(tx, id_)
        if media_type == JSON:
            rows = await results.rows(tx, batch, query, after=page.after(UUID), limit=page.limit + 1)
    if media_type != JSON:
        return StreamingResponse(export(database, tenant, batch, query, media_type), media_type=media_type)
    shown = page.shown(rows)
    return answered(
        (len(rows) > len(shown), *map(tuple, shown)),
        if_none_match,
        lambda: page.listing(rows, lambda row: row.id, lambda row: DeliveryResponse.of(results.read(row))),
    )


@router.get("/{id}/reasons", responses=problems(NotFound))
async def count_reasons(id_: Id, caller: ConversationReader, runtime: RuntimeDep) -> ReasonCountsResponse:
    """Count the failed, uncertain, skipped and cancelled deliveries by reason, the most frequent first."""
    async with runtime.database.of(SEARCH).begin(caller.tenant_id) as tx:
        await must_exist(tx, id_)
        counted = await results.reasons(tx, MassReplyId(id_))
    return ReasonCountsResponse(items=[ReasonCountResponse.of(each) for each in counted])


_SELECTION: dict[str, Any] = {"example": {"conversation_ids": ["01a1f4d2-7c00-7000-8000-000000000001"]}}


@router.get(
    "/{id}/selection",
    responses={
        200: {"description": "As it was requested.", "content": {"application/json": _SELECTION}},
        **problems(NotFound),
    },
)
async def get_selection(id_: Id, caller: ConversationReader, runtime: RuntimeDep) -> dict[str, Any]:
    """Return the whole selection: the filter, or all ids. The mass reply itself shows only the first ids."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        return dict((await existing(tx, id_)).selection)
