"""The only composition root: settings in; database, channels and queue out; closed in reverse order.

The API and the workers open the same runtime, so that they cannot drift apart in pool sizes or time-outs.
"""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

import httpx
from sqlalchemy.exc import DBAPIError

from app.attachments.files import Files
from app.auth.claims import ClaimNames
from app.auth.jwks import KeySet
from app.auth.jwt import Keys, SharedSecret, Tokens
from app.channels.http import open_http
from app.delivery.senders import PlanCache, SenderCache
from app.delivery.staged_files import FileStaging
from app.delivery.wakeups import Wakeups, connect
from app.domain.callback_urls import Callbacks
from app.domain.erased_addresses import AddressDigests
from app.domain.failure_texts import in_words
from app.monitoring.gauges import DatabaseFigures
from app.process.aside import Aside
from app.process.tenant_time import TenantTime
from app.settings import Settings, SettingsInvalid
from app.store.credentials import Vault
from app.store.database import Database
from app.store.installation_secrets import former_digest_keys
from app.store.shares import OWN_WORK, WorkKind
from app.telemetry import Telemetry
from app.webchat.notifier import ChatNotifications


@dataclass(frozen=True, slots=True)
class Runtime:
    settings: Settings
    database: Database
    vault: Vault
    callbacks: Callbacks
    wakeups: Wakeups
    senders: SenderCache
    plans: PlanCache
    files: Files | None
    """None if the installation stores no attachments."""
    staging: FileStaging
    chat_notifications: ChatNotifications
    tokens: Tokens | None
    """None if API keys are the only credentials."""
    telemetry: Telemetry
    figures: DatabaseFigures
    posts: httpx.AsyncClient
    """For calls to tenants' own addresses, in a pool apart from the providers'."""

    address_digests: AddressDigests
    time: TenantTime
    aside: Aside


@asynccontextmanager
async def open_runtime(
    settings: Settings, telemetry: Telemetry | None = None, kind: WorkKind = OWN_WORK
) -> AsyncIterator[Runtime]:
    """Connect to everything. Without `telemetry`, metrics are not exported. `kind` is the work that its database does.

    Raise UnsafeRole if the database login could see more than one tenant at a time, SchemaBehind if `migrate` has not
    been run, and SettingsInvalid if an address cannot be used. (Redis may be away; the database may not.)
    """
    # The event loop waits this long each time for the thread that renders (`Aside`).
    sys.setswitchinterval(0.0002)
    async with AsyncExitStack() as stack:
        time = TenantTime()
        database = Database(settings.database_url, pool_size=settings.database_pool_size, time=time).of(kind)
        stack.push_async_callback(database.close)
        # TypeError: asyncpg takes the options in the address as named arguments, and does not know this one.
        with _named("MASS_REPLY_DATABASE_URL", OSError, DBAPIError, TypeError):
            await database.refuse_unsafe_role()
            await database.refuse_former_schema()
        http = open_http(allow_private_urls=settings.allow_private_urls, max_connections=settings.max_connections)
        stack.push_async_callback(http.aclose)
        with _named("MASS_REPLY_REDIS_URL", ValueError):
            wakeups = Wakeups(connect(settings.redis_url) if settings.redis_url else None)
        stack.push_async_callback(wakeups.close)
        current, *former = settings.secret_keys
        vault = Vault(current, *former)
        *later, oldest = settings.secret_keys
        callbacks = Callbacks(settings.public_url, oldest, later)
        digests = AddressDigests(current, [*former, *await former_digest_keys(database, vault)])
        senders = SenderCache(http, vault, callbacks, allow_private=settings.allow_private_urls)
        with _named("MASS_REPLY_ATTACHMENTS_URL", ValueError):
            files = Files(settings.attachments_url) if settings.attachments_url else None
        plans = PlanCache()
        staging = FileStaging(database, files, senders, plans)
        chat_notifications = ChatNotifications(database)
        stack.push_async_callback(chat_notifications.close)
        tokens = _open_tokens(stack, settings)
        telemetry, figures = telemetry or Telemetry(), DatabaseFigures(database)
        telemetry.metrics.registry.register(figures)
        posts = open_http(allow_private_urls=settings.allow_private_urls, max_connections=settings.max_connections)
        stack.push_async_callback(posts.aclose)
        stack.callback(telemetry.metrics.registry.unregister, figures)
        yield Runtime(
            settings=settings,
            database=database,
            vault=vault,
            callbacks=callbacks,
            wakeups=wakeups,
            senders=senders,
            plans=plans,
            files=files,
            staging=staging,
            chat_notifications=chat_notifications,
            tokens=tokens,
            telemetry=telemetry,
            figures=figures,
            posts=posts,
            address_digests=digests,
            time=time,
            aside=Aside(time),
        )


@contextmanager
def _named(variable: str, *errors: type[Exception]) -> Iterator[None]:
    """Raise these errors inside the block as SettingsInvalid, with the name of the setting."""
    try:
        yield
    except errors as error:
        raise SettingsInvalid(f"{variable}: {message_of(error)}") from error


def message_of(error: Exception) -> str:
    """Return an error's message for a person: of a database error the database's own, without a class's name."""
    cause = (error.orig and error.orig.__cause__) or error.orig if isinstance(error, DBAPIError) else error
    return str(cause) or in_words(error)


def _open_tokens(stack: AsyncExitStack, settings: Settings) -> Tokens | None:
    keys = _open_keys(stack, settings)
    if keys is None or settings.jwt_issuer is None or settings.jwt_audience is None:
        return None
    names = ClaimNames(
        settings.jwt_claim_tenant,
        settings.jwt_claim_user,
        settings.jwt_claim_name,
        settings.jwt_claim_email,
        settings.jwt_claim_roles,
    )
    return Tokens(keys, issuer=settings.jwt_issuer, audience=settings.jwt_audience, names=names)


def _open_keys(stack: AsyncExitStack, settings: Settings) -> Keys | None:
    if settings.jwt_secret is not None:
        return SharedSecret(settings.jwt_secret.get_secret_value())
    if settings.jwt_jwks_url is None:
        return None
    # A separate client: this URL comes from the operator, not from a tenant, and is often inside their network.
    http = open_http(allow_private_urls=True, max_connections=1)
    stack.push_async_callback(http.aclose)
    keys = KeySet(http, str(settings.jwt_jwks_url))
    stack.push_async_callback(keys.aclose)
    return keys
