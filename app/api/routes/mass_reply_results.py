"""What became of a mass reply, conversation by conversation, and what was selected."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.api.batches import Id, existing, read
from app.api.delivery_export import CSV, JSON, NDJSON, export
from app.api.delivery_schemas import DeliveryAnswer
from app.api.deps import ConversationReader, RuntimeDep
from app.api.media import preferred
from app.api.paging import PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import Listing
from app.domain.errors import NotFound
from app.domain.model import Channel, DeliveryStatus, MassReplyId, ReasonCode
from app.store import results

router = APIRouter(prefix="/mass-replies", tags=["mass replies"], route_class=CallerFirst)

_FILES: dict[str, Any] = {CSV: {"schema": {"type": "string"}}, NDJSON: {"schema": {"type": "string"}}}


@router.get(
    "/{id}/deliveries",
    response_model=Listing[DeliveryAnswer],
    responses={200: {"description": "A page, or as a file all of it.", "content": _FILES}, **problems(NotFound)},
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
) -> Listing[DeliveryAnswer] | Response:
    """The result per conversation. With `Accept: text/csv` or `application/x-ndjson` the whole list, streamed."""
    tenant, batch = caller.tenant_id, MassReplyId(id_)
    query = results.ResultQuery(status, channel, reason)
    media_type = preferred(request, (JSON, CSV, NDJSON))
    async with runtime.database.begin(tenant) as connection:
        await existing(connection, tenant, id_)
        if media_type == JSON:
            after = page.after(UUID)
            found = await results.page(connection, tenant, batch, query, after=after, limit=page.limit + 1)
            return page.listing(found, lambda result: result.id, DeliveryAnswer.of)
    return StreamingResponse(export(runtime.database, tenant, batch, query, media_type), media_type=media_type)


_SELECTION: dict[str, Any] = {"example": {"conversation_ids": ["01a1f4d2-7c00-7000-8000-000000000001"]}}


@router.get(
    "/{id}/selection",
    responses={
        200: {"description": "As it was requested.", "content": {"application/json": _SELECTION}},
        **problems(NotFound),
    },
)
async def get_selection(id_: Id, caller: ConversationReader, runtime: RuntimeDep) -> dict[str, Any]:
    """What was meant, whole: the filter, or all of the ids. The mass reply itself shows the first few ids."""
    return dict((await read(runtime, caller.tenant_id, id_)).selection)
