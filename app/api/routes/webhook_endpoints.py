"""Webhook endpoints: where events are posted. A secret is shown once, when it is created."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Path, Response, status
from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from app.api.deps import Administrator, RuntimeDep
from app.api.paging import PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import Body, Flag, Listing, Moment, ResponseBody
from app.domain.audit import Actor
from app.domain.errors import InvalidRequest, InvalidState, NotFound
from app.domain.outbox import EventType
from app.webhooks.endpoints import ShownEndpoint, delete_endpoint, get_endpoint, replay, rotate_secret, save_endpoint
from app.webhooks.model import EndpointDraft, EndpointState, WebhookEndpoint
from app.webhooks.sql import endpoints
from app.webhooks.sql.endpoints import COUNTED

router = APIRouter(prefix="/webhook-endpoints", tags=["webhook endpoints"], route_class=CallerFirst)

EndpointKey = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["helpdesk"])]

_EXAMPLE: dict[str, JsonValue] = {
    "url": "https://helpdesk.example.com/hooks/mass-reply",
    "events": ["mass_reply.completed", "message.created", "conversation.updated", "deliveries.updated"],
    "enabled": True,
}


class WebhookEndpointBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]}, hide_input_in_errors=True)

    url: Annotated[str, StringConstraints(min_length=1, max_length=2_000)] = Field(
        description="http or https. Redirects are not followed; private addresses are refused unless the operator "
        "allows them."
    )
    events: Annotated[list[EventType], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="All types if null or left out, those of later versions included."
    )
    enabled: Flag = Field(
        default=True, description="If false, nothing is posted, and events wait as long as they are stored."
    )

    def to_draft(self) -> EndpointDraft:
        return EndpointDraft(self.url, None if self.events is None else frozenset(self.events), self.enabled)


class ReplayBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"from": "2026-05-01T09:00:00Z"}]})

    since: Moment = Field(
        alias="from",
        description="Every stored event that happened at or after this time is posted again.",
    )


class BacklogResponse(ResponseBody):
    count: int = Field(
        description=f"Events that wait, counted up to {COUNTED}. An event about several conversations is several calls."
    )
    oldest: datetime | None = Field(description="When the oldest of them happened.", examples=[None])


class WebhookEndpointResponse(ResponseBody):
    id: UUID
    key: str = Field(examples=["helpdesk"])
    url: str
    events: Sequence[EventType] | None
    enabled: bool = Field(examples=[True])
    state: EndpointState = Field(
        description="`retrying`: the last call failed, and later events wait. `disabled`: the service gave up; saving "
        "the endpoint continues where it stopped. `off`: `enabled` is false."
    )
    disabled_reason: str | None
    last_success_at: datetime | None
    last_failure_at: datetime | None = Field(examples=[None])
    last_failure: str | None = Field(examples=["It answered HTTP 503."])
    failing_since: datetime | None = Field(examples=[None])
    next_try_at: datetime | None = Field(description="While it is retrying.", examples=[None])
    backlog: BacklogResponse
    secret: str | None = Field(
        description="The secret of the signatures. It is shown when it is created, and null afterwards.",
        examples=["whsec_" + "c2FtcGxl" * 4],
    )
    previous_secret_until: datetime | None = Field(
        description="Until then, calls are signed with both the old and the new secret.", examples=[None]
    )
    created_at: datetime

    @classmethod
    def of(cls, endpoint: WebhookEndpoint, secret: str | None = None) -> Self:
        state = endpoint.state
        return cls(
            id=endpoint.id,
            key=endpoint.key,
            url=endpoint.url,
            events=endpoint.events,
            enabled=endpoint.enabled,
            state=state,
            disabled_reason=endpoint.disabled_reason,
            last_success_at=endpoint.last_success_at,
            last_failure_at=endpoint.last_failure_at,
            last_failure=endpoint.last_failure,
            failing_since=endpoint.failing_since,
            next_try_at=endpoint.next_try_at if state is EndpointState.RETRYING else None,
            backlog=BacklogResponse(count=endpoint.backlog.count, oldest=endpoint.backlog.oldest),
            secret=secret,
            previous_secret_until=endpoint.previous_until,
            created_at=endpoint.created_at,
        )

    @classmethod
    def shown(cls, made: ShownEndpoint) -> Self:
        return cls.of(made.endpoint, made.secret)


@router.put("/{key}", responses={201: {"model": WebhookEndpointResponse}, **problems(InvalidRequest)})
async def put_webhook_endpoint(
    key: EndpointKey, body: WebhookEndpointBody, caller: Administrator, runtime: RuntimeDep, response: Response
) -> WebhookEndpointResponse:
    """Create or replace an endpoint. A new one gets the events from now on; saving ends `retrying` and `disabled`.

    The secret is shown only when the endpoint is created.
    """
    saved = await save_endpoint(
        runtime.database,
        runtime.vault,
        caller.tenant_id,
        key,
        body.to_draft(),
        Actor.of(caller),
        allow_private=runtime.settings.allow_private_urls,
    )
    response.status_code = status.HTTP_200_OK if saved.secret is None else status.HTTP_201_CREATED
    return WebhookEndpointResponse.shown(saved)


@router.get("", responses=problems())
async def get_webhook_endpoints(
    caller: Administrator, runtime: RuntimeDep, page: PageDep
) -> Listing[WebhookEndpointResponse]:
    """List the endpoints by key."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        found = await endpoints.page(tx, after=page.after(str), limit=page.limit + 1)
    return page.listing(found, lambda endpoint: endpoint.key, WebhookEndpointResponse.of)


@router.get("/{key}", responses=problems(NotFound))
async def get_webhook_endpoint(key: EndpointKey, caller: Administrator, runtime: RuntimeDep) -> WebhookEndpointResponse:
    """Return an endpoint, its state, and its backlog."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        return WebhookEndpointResponse.of(await get_endpoint(tx, key))


@router.delete(
    "/{key}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=problems(NotFound),
)
async def delete_webhook_endpoint(key: EndpointKey, caller: Administrator, runtime: RuntimeDep) -> None:
    """Delete an endpoint. A call that is under way may still arrive."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        await delete_endpoint(tx, key, Actor.of(caller))


@router.post("/{key}/replay", status_code=status.HTTP_202_ACCEPTED, responses=problems(NotFound, InvalidState))
async def replay_webhook_endpoint(
    key: EndpointKey, body: ReplayBody, caller: Administrator, runtime: RuntimeDep
) -> WebhookEndpointResponse:
    """Post the events since a time again, under the same ids. Events that still wait are posted in any case.

    Refused while the endpoint is `off` or `disabled`: save it with `enabled` true first.
    """
    moved = await replay(runtime.database, caller.tenant_id, key, body.since, datetime.now(UTC), Actor.of(caller))
    return WebhookEndpointResponse.of(moved)


@router.post("/{key}/rotate-secret", responses=problems(NotFound))
async def rotate_webhook_secret(
    key: EndpointKey, caller: Administrator, runtime: RuntimeDep
) -> WebhookEndpointResponse:
    """Create and show a new secret. For a day, calls are signed with both the old and the new one."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        made = await rotate_secret(tx, runtime.vault, key, Actor.of(caller))
    return WebhookEndpointResponse.shown(made)
