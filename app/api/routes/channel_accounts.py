"""Channel accounts. Credentials are write-only."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response, status
from pydantic import BaseModel, ConfigDict, Field, JsonValue, SecretStr

from app.accounts.channel_accounts import callback_url, delete_account, rotate_callback, save_account
from app.api.deps import Administrator, RuntimeDep
from app.api.mass_replies import wake
from app.api.paging import PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import Body, Flag, Listing, Name, Number, ResponseBody, Whole
from app.channels.registry import ADAPTERS, usual_in_flight
from app.delivery.account_check import check_account
from app.domain.account_check import CallbackState, CredentialsState
from app.domain.accounts import AccountDraft, AccountState, ChannelAccount
from app.domain.audit import Actor
from app.domain.errors import AccountInUse, InvalidAccount, InvalidState, NotFound
from app.domain.words import Channel, TenantId
from app.runtime import Runtime
from app.store.accounts import find_account, list_accounts

router = APIRouter(prefix="/channel-accounts", tags=["channel accounts"], route_class=CallerFirst)

AccountKey = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["support-sms"])]

_EXAMPLE: dict[str, JsonValue] = {
    "channel": "sms",
    "provider": "twilio",
    "name": "Support SMS",
    "config": {"account_sid": "AC" + "0" * 32, "from": "+15550100"},
    "credentials": {"auth_token": "0" * 32},
    "rate_per_second": 10,
    "max_in_flight": 32,
    "enabled": True,
}


def _inlined(schema: JsonValue, definitions: dict[str, Any]) -> JsonValue:
    """Return a schema with its own definitions in the place of references: it has no room for them here."""
    match schema:
        case {"$ref": str(reference), **more}:
            return {**_inlined(definitions[reference.rpartition("/")[2]], definitions), **more}  # type: ignore[dict-item]
        case dict():
            return {name: _inlined(value, definitions) for name, value in schema.items() if name != "$defs"}
        case list():
            return [_inlined(each, definitions) for each in schema]
    return schema


def _schema(model: type[BaseModel]) -> JsonValue:
    schema = model.model_json_schema(by_alias=True)
    return _inlined(schema, schema.get("$defs", {}))


_PROVIDERS: dict[str, JsonValue] = {
    name: {
        "channels": [*sorted(adapter.channels)],
        "config": _schema(adapter.config_model),
        "credentials": _schema(adapter.credentials_model),
        "max_in_flight": usual_in_flight(name),
    }
    for name, adapter in ADAPTERS.items()
}
"""What `config` and `credentials` hold for each provider, and its usual `max_in_flight`."""


class AccountBody(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [_EXAMPLE], "x-providers": _PROVIDERS}, hide_input_in_errors=True
    )

    channel: Channel
    provider: Name
    name: Name
    config: dict[str, JsonValue] = Field(default={}, description="The provider's settings, without secrets.")
    credentials: dict[str, SecretStr] | None = Field(
        default=None,
        description="Write-only. The stored ones stay if left out, but a change of provider, `base_url`, `host` or "
        "`url` requires them again.",
    )
    rate_per_second: Number = Field(default=10, ge=0.001, le=10_000, description="Messages; for SMS, segments.")
    max_in_flight: Whole | None = Field(
        default=None,
        ge=1,
        le=1_000,
        description="Calls under way at once. 32 if left out; 1,000 messages where a call takes many.",
    )
    enabled: Flag = True

    def to_draft(self) -> AccountDraft:
        given = self.credentials
        return AccountDraft(
            channel=self.channel,
            provider=self.provider,
            name=self.name,
            config=self.config,
            credentials=None if given is None else {key: value.get_secret_value() for key, value in given.items()},
            rate_per_second=self.rate_per_second,
            max_in_flight=self.max_in_flight or usual_in_flight(self.provider),
            enabled=self.enabled,
        )


class AccountResponse(ResponseBody):
    id: UUID
    key: str = Field(examples=["sms"])
    channel: Channel = Field(examples=["sms"])
    provider: str
    name: str = Field(examples=["Support SMS"])
    config: dict[str, Any] = Field(
        examples=[{"account_sid": "AC00000000000000000000000000000000", "from": "+15550100"}]
    )
    rate_per_second: float = Field(examples=[10])
    max_in_flight: int = Field(examples=[32])
    enabled: bool = Field(examples=[True])
    callback_url: str = Field(description="The address to enter at the provider for its webhooks.")
    state: AccountState
    pause_reason: str | None = Field(description="What to fix; saving the account ends the pause.")
    resume_at: datetime | None = Field(description="When a cooling account continues.", examples=[None])


def _response(runtime: Runtime, tenant: TenantId, account: ChannelAccount) -> AccountResponse:
    state = account.state_at(datetime.now(UTC))
    return AccountResponse(
        id=account.id,
        key=account.key,
        channel=account.channel,
        provider=account.provider,
        name=account.name,
        config=dict(account.config),
        rate_per_second=account.rate_per_second,
        max_in_flight=account.max_in_flight,
        enabled=account.enabled,
        callback_url=callback_url(runtime.vault, runtime.callbacks, tenant, account),
        state=state,
        pause_reason=account.pause_reason,
        resume_at=account.cool_until if state is AccountState.COOLING else None,
    )


@router.put("/{key}", responses={201: {"model": AccountResponse}, **problems(InvalidAccount, AccountInUse)})
async def put_channel_account(
    key: AccountKey, body: AccountBody, caller: Administrator, runtime: RuntimeDep, response: Response
) -> AccountResponse:
    """Create or replace an account. Saving ends a pause, and new credentials end a cooling. It takes effect at once."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        saved = await save_account(
            tx, runtime.vault, key, body.to_draft(), Actor.of(caller), allow_private=runtime.settings.allow_private_urls
        )
    await wake(runtime, saved.lanes)
    response.status_code = status.HTTP_201_CREATED if saved.is_new else status.HTTP_200_OK
    return _response(runtime, caller.tenant_id, saved.account)


@router.get("", responses=problems())
async def get_channel_accounts(caller: Administrator, runtime: RuntimeDep, page: PageDep) -> Listing[AccountResponse]:
    """List the accounts by key."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        found = await list_accounts(tx, after=page.after(str), limit=page.limit + 1)
    return page.listing(found, lambda account: account.key, partial(_response, runtime, caller.tenant_id))


@router.get("/{key}", responses=problems(NotFound))
async def get_channel_account(key: AccountKey, caller: Administrator, runtime: RuntimeDep) -> AccountResponse:
    """Return an account's settings and its state, without its credentials."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        account = await find_account(tx, key)
    if account is None:
        raise NotFound
    return _response(runtime, caller.tenant_id, account)


@router.post("/{key}/rotate-callback", responses=problems(NotFound, InvalidState))
async def rotate_callback_secret(key: AccountKey, caller: Administrator, runtime: RuntimeDep) -> AccountResponse:
    """Create a new secret for the callback address. Enter the new `callback_url` at the provider.

    The old address is accepted for another day. Refused for a provider that signs its calls: its address holds no
    secret.
    """
    tenant = caller.tenant_id
    async with runtime.database.begin(tenant) as tx:
        account = await rotate_callback(tx, runtime.vault, runtime.callbacks, key, Actor.of(caller))
    return _response(runtime, tenant, account)


class AccountCheckResponse(ResponseBody):
    credentials: CredentialsState = Field(
        description="`refused`: the provider does not let this account send. `unknown`: the provider could not be "
        "asked, or did not say."
    )
    detail: str = Field(
        description="What to fix, or why the state is unknown.", examples=["Twilio accepts the credentials."]
    )
    last_callback_at: datetime | None = Field(description="When the callback address was last called, to the minute.")
    callbacks: CallbackState = Field(description="Whether the last call there was verified as the provider's.")


@router.post("/{key}/test", responses=problems(NotFound))
async def test_channel_account(key: AccountKey, caller: Administrator, runtime: RuntimeDep) -> AccountCheckResponse:
    """Check the account's credentials with the provider, and report when it last called. Nothing is sent."""
    database, tenant = runtime.database, caller.tenant_id
    found = await check_account(database, runtime.senders, tenant, key)
    return AccountCheckResponse(
        credentials=found.result.credentials,
        detail=found.result.detail,
        last_callback_at=found.callbacks.last_at,
        callbacks=found.callbacks.state,
    )


@router.delete(
    "/{key}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses=problems(NotFound, AccountInUse),
)
async def delete_channel_account(key: AccountKey, caller: Administrator, runtime: RuntimeDep) -> None:
    """Delete an account's settings and credentials. What was sent through it stays on record; callbacks are refused."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        await delete_account(tx, key, Actor.of(caller))
