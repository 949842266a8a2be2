"""Callbacks of providers. Public: a call is verified by the provider's signature, or by the secret in its URL."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response, status
from fastapi.responses import PlainTextResponse

from app.api.bodies import belongs_to, read_body
from app.api.deps import RuntimeDep
from app.api.problems import BodyTooLarge, only_problems
from app.api.routing import CallerFirst
from app.delivery import callbacks
from app.domain.errors import InvalidRequest, NotFound, Overloaded, Unauthenticated
from app.domain.provider_events import Webhook
from app.process.tenant_time import PAUSE, Purse
from app.store.shares import REPORTS

router = APIRouter(prefix="/callbacks", tags=["callbacks"], route_class=CallerFirst)

AccountId = Annotated[UUID, Path(alias="account_id", description="The channel account's id.")]


@router.post(
    "/{account_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=only_problems(NotFound, Unauthenticated, InvalidRequest, BodyTooLarge, Overloaded),
)
async def receive_callback(account_id: AccountId, request: Request, runtime: RuntimeDep) -> Response:
    """Accept receipts and customers' messages. The response is sent when everything in the call is stored."""
    head = _webhook(runtime.settings.public_url, request, b"")
    database = runtime.database.of(REPORTS)
    called = await callbacks.admit(database, runtime.senders, account_id, head)
    belongs_to(request, called.tenant)
    request.state.time = reports = runtime.time.of(called.tenant, Purse.REPORTS)
    await reports.pace(PAUSE)
    webhook = replace(head, body=await read_body(request, called.account_sender.adapter.callback_bytes))
    metrics = runtime.telemetry.metrics
    await callbacks.take_callback(database, runtime.senders, runtime.aside, metrics, called, webhook)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get(
    "/{account_id}",
    response_class=PlainTextResponse,
    responses=only_problems(NotFound, Unauthenticated, InvalidRequest, Overloaded),
)
async def answer_challenge(account_id: AccountId, request: Request, runtime: RuntimeDep) -> PlainTextResponse:
    """Answer a provider that checks the address before it uses it, such as Meta with `hub.challenge`."""
    webhook = _webhook(runtime.settings.public_url, request, b"")
    return PlainTextResponse(
        await callbacks.answer_challenge(runtime.database.of(REPORTS), runtime.senders, account_id, webhook)
    )


def _webhook(public_url: str, request: Request, body: bytes) -> Webhook:
    return Webhook(
        method=request.method,
        url=_public_url(public_url, request),
        headers=dict(request.headers.items()),
        query=dict(request.query_params.items()),
        body=body,
    )


def _public_url(public_url: str, request: Request) -> str:
    """Return the address that the provider called. Behind a proxy the request itself does not know it."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{public_url}{request.url.path}{query}"
