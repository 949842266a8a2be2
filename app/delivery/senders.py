"""Caches for the pumps: an account's adapter, and a mass reply's message."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import httpx

from app.channels.registry import ADAPTERS, AccountSetup, build, limits_of
from app.delivery.plan import load_plan
from app.domain.accounts import ChannelAccount
from app.domain.callback_urls import Callbacks
from app.domain.channel_port import Adapter, Limits
from app.domain.errors import NotFound
from app.domain.preflight import MessagePlan
from app.domain.words import AccountId, MassReplyId
from app.store.accounts import callback_tokens, load_account
from app.store.credentials import Vault
from app.store.transactions import TenantTx

SHORT: Final = 0.001
"""Seconds. Messages that seldom take longer may be rendered while a claim's transaction is open."""
SELDOM: Final = 50
"""One message in 50 may take longer."""
CACHED = 512
"""Adapters and plans that one process caches. Beyond that number it clears the cache."""


@dataclass(frozen=True, slots=True)
class AccountSender:
    """An account that is ready to send: its adapter, and the address for the provider's callbacks."""

    account: ChannelAccount
    adapter: Adapter
    limits: Limits
    callback_url: str


class SenderCache:
    """The adapters of accounts, each for one version of its account."""

    def __init__(
        self, http: httpx.AsyncClient, vault: Vault, callbacks: Callbacks, *, allow_private: bool = False
    ) -> None:
        self._http = http
        self._vault = vault
        self._callbacks = callbacks
        self._allow_private = allow_private
        self._known: dict[tuple[UUID, datetime], AccountSender] = {}

    async def sender(self, tx: TenantTx, account: AccountId, version: datetime) -> AccountSender:
        key = (account, version)
        if key not in self._known:
            if len(self._known) >= CACHED:
                self._known.clear()
            self._known[key] = await self.fresh(tx, account)
        return self._known[key]

    async def fresh(self, tx: TenantTx, account_id: AccountId) -> AccountSender:
        """Build the adapter of an account. Raise NotFound if there is no such account."""
        account = await load_account(tx, self._vault, account_id)
        if account is None:
            raise NotFound("There is no such channel account.")
        token, *former = callback_tokens(self._vault, self._callbacks, tx.tenant, account, datetime.now(UTC))
        setup = AccountSetup(account.config, account.credentials, token, self._allow_private, former)
        signs = ADAPTERS[account.provider].signs_webhooks
        adapter = build(account.provider, setup, self._http)
        limits = limits_of(account.provider, account.channel, account.config) or adapter.limits
        return AccountSender(account, adapter, limits, self._callbacks.address(account_id, None if signs else token))


@dataclass(slots=True)
class RenderingTime:
    """How long the messages of one mass reply took to render in this process."""

    rendered: int = -1
    """Starts at -1, because the first message does not count: nothing is cached yet."""
    slow: int = 0

    def note(self, seconds: float) -> None:
        """Count one message, by its seconds of CPU."""
        self.slow += seconds > SHORT and self.rendered >= 0
        self.rendered += 1

    @property
    def short(self) -> bool:
        """Whether hardly any was slow. Now and then one is interrupted, for example to collect garbage."""
        return self.rendered > 0 and self.slow * SELDOM <= self.rendered


class PlanCache:
    """The messages of mass replies. A frozen message never changes."""

    def __init__(self) -> None:
        self._known: dict[UUID, MessagePlan] = {}
        self._times: dict[UUID, RenderingTime] = {}

    async def plan(self, tx: TenantTx, mass_reply: MassReplyId) -> MessagePlan:
        if mass_reply not in self._known:
            if len(self._known) >= CACHED:
                self._known.clear()
                self._times.clear()
            self._known[mass_reply] = await load_plan(tx, mass_reply)
        return self._known[mass_reply]

    def rendering_time(self, mass_reply: MassReplyId) -> RenderingTime:
        return self._times.setdefault(mass_reply, RenderingTime())

    def known(self, mass_reply: MassReplyId) -> MessagePlan | None:
        """Return the plan if it is cached."""
        return self._known.get(mass_reply)
