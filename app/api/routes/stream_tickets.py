"""Tickets to event streams, for browsers."""

from datetime import datetime

from fastapi import APIRouter, Response, status
from pydantic import ConfigDict, Field

from app.api.deps import ConversationReader, RuntimeDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import ResponseBody
from app.auth.sql import stream_tickets
from app.auth.stream_tickets import LIFETIME, StreamTicket

router = APIRouter(prefix="/stream-tickets", tags=["mass replies"], route_class=CallerFirst)


class StreamTicketResponse(ResponseBody):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ticket": f"mt_0198c0de5f0071c2a6f20d4f8f1b2c3d_{'x' * 43}",
                    "expires_at": "2026-05-01T09:01:00Z",
                }
            ]
        }
    )

    ticket: str = Field(description="Opens one event stream, as `?ticket=` in its address.")
    expires_at: datetime = Field(description="A minute from now. The stream itself may last longer.")


@router.post("", status_code=status.HTTP_201_CREATED, responses=problems())
async def create_stream_ticket(
    caller: ConversationReader, runtime: RuntimeDep, response: Response
) -> StreamTicketResponse:
    """Create a ticket to one event stream, for browsers: their `EventSource` cannot send a credential."""
    ticket = StreamTicket.new(caller.tenant_id)
    async with runtime.database.begin(caller.tenant_id) as tx:
        expires_at = await stream_tickets.keep(tx, ticket, caller, LIFETIME)
    response.headers["Cache-Control"] = "no-store"
    return StreamTicketResponse(ticket=str(ticket), expires_at=expires_at)
