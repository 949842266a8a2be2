"""The commands of the service: each connects to what it needs, calls one use case and prints its result."""

import asyncio
import functools
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import UUID

import typer
import uvicorn
from asyncpg import PostgresError
from sqlalchemy.exc import SQLAlchemyError

from app import worker as worker_process
from app.accounts.api_keys import KeyDraft, issue_api_key, revoke_api_key
from app.accounts.sql.api_keys import tenant_of_key
from app.accounts.tenants import create_tenant as make_tenant
from app.accounts.tenants import require_tenant
from app.api.protocol import PunctualProtocol
from app.compliance.erasure import erase_contact
from app.compliance.key_rotation import rotate_secrets as run_rotation
from app.compliance.retention import purge as run_purge
from app.compliance.retention_kinds import DataKind, read_age
from app.conversations.import_file import import_file
from app.domain.audit import OPERATOR
from app.domain.erased_addresses import Erased
from app.domain.errors import InvalidRequest, MassReplyError, NotFound
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.words import TenantId
from app.mass_replies.restored import after_restore
from app.process.listening import check_port
from app.runtime import Runtime, message_of, open_runtime
from app.settings import SettingsInvalid, load_migration_settings, load_settings
from app.store.database import Database
from app.store.login import UnsafeRole
from app.store.release import SchemaBehind
from app.store.schema import InvalidIndex, UnknownRevision
from app.store.schema import migrate as migrate_schema
from app.telemetry import TelemetryMissing
from app.telemetry.logs import configure_logging
from app.telemetry.metrics import shared_among

T = TypeVar("T")
P = ParamSpec("P")

FIXABLE = (
    SettingsInvalid,
    UnsafeRole,
    UnknownRevision,
    InvalidIndex,
    SchemaBehind,
    TelemetryMissing,
    MassReplyError,
    OSError,
    SQLAlchemyError,
    PostgresError,
)
"""The errors that a person can fix."""


def in_one_line(operation: Callable[P, None], besides: tuple[type[Exception], ...] = ()) -> Callable[P, None]:
    """Print an error that a person can fix on standard error, and exit with status 1. `besides` are such errors too."""

    @functools.wraps(operation)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        try:
            operation(*arguments, **named)
        except (*FIXABLE, *besides) as error:
            typer.echo(f"mass-reply: {message_of(error)}", err=True)
            raise typer.Exit(1) from None

    return run


def in_runtime(work: Callable[[Runtime], Awaitable[T]]) -> T:
    """Connect to everything that the environment names, and do one piece of work."""
    settings = load_settings()

    async def run() -> T:
        async with open_runtime(settings) as runtime:
            return await work(runtime)

    return asyncio.run(run())


@in_one_line
def migrate() -> None:
    settings = load_migration_settings()
    try:
        asyncio.run(migrate_schema(settings.owner_url, settings.database_url))
    except ValueError as error:  # an address without a user
        raise SettingsInvalid(str(error)) from None


@in_one_line
def create_tenant(name: str) -> None:
    typer.echo(in_runtime(lambda runtime: make_tenant(runtime.database, name)))


@in_one_line
def create_key(tenant: UUID, roles: Collection[Role], name: str, agent: Sequence[str | None]) -> None:
    draft = KeyDraft(name, frozenset(roles), _agent(*agent))
    typer.echo(in_runtime(lambda runtime: _issue(runtime, TenantId(tenant), draft)))


def _agent(id_: str | None, name: str | None, email: str | None) -> Author | None:
    if id_ is None and name is None and email is None:
        return None
    if id_ is None or name is None:
        raise InvalidRequest("An agent needs both --agent-id and --agent-name.")
    return Author(id_, name, email)


async def _issue(runtime: Runtime, tenant: TenantId, draft: KeyDraft) -> str:
    async with runtime.database.begin(tenant) as tx:
        await require_tenant(tx)
        max_life = runtime.settings.api_key_max_life
        return str((await issue_api_key(tx, draft, max_life=max_life)).presented)


@in_one_line
def revoke_key(key_id: UUID) -> None:
    in_runtime(lambda runtime: _revoke(runtime, key_id))


async def _revoke(runtime: Runtime, key_id: UUID) -> None:
    tenant = await tenant_of_key(runtime.database, key_id)
    if tenant is None:
        raise NotFound("There is no such key.")
    async with runtime.database.begin(tenant) as tx:
        await revoke_api_key(tx, key_id)


@in_one_line
def serve(host: str, port: int, workers: int) -> None:
    in_runtime(_nothing)  # report a wrong setting or role in one line, before any process starts
    check_port(host, port)
    configure_logging(load_settings().log_level)
    with shared_among(workers):
        uvicorn.run(
            "app.main:from_environment",
            factory=True,
            host=host,
            port=port,
            http=PunctualProtocol,
            proxy_headers=False,  # MASS_REPLY_TRUSTED_PROXIES names the trusted ones
            workers=workers,
            log_config=None,
            access_log=False,  # it would log queries, and a callback's query may hold its secret
            server_header=False,
            timeout_graceful_shutdown=10,  # streams to open pages do not end by themselves
        )


async def _nothing(_: Runtime) -> None:
    """Do nothing: connecting is the whole check."""


@in_one_line
def work() -> None:
    settings = load_settings()
    configure_logging(settings.log_level)
    worker_process.run(settings)


@in_one_line
def import_conversations(file: Path, tenant: UUID, channel_account: str | None) -> None:
    report = in_runtime(
        lambda runtime: import_file(runtime.database, TenantId(tenant), file, channel_account, runtime.address_digests)
    )
    for error in report.errors:
        typer.echo(f"line {error.line}: {error.detail} ({error.code})", err=True)
    if report.unlisted_errors:
        typer.echo(f"and {report.unlisted_errors} more", err=True)
    for warning in report.warnings:
        typer.echo(f"line {warning.line}, warning: {warning.detail} ({warning.code})", err=True)
    if report.unlisted_warnings:
        typer.echo(f"and {report.unlisted_warnings} more warnings", err=True)
    typer.echo(
        f"created {report.created}, updated {report.updated}, unchanged {report.unchanged}, failed {report.failed}, "
        f"left out {report.left_out}"
    )
    if report.failed:
        raise typer.Exit(1)


@in_one_line
def erase(contact: str, tenant: UUID) -> None:
    erased = in_runtime(lambda runtime: _erase(runtime, TenantId(tenant), contact))
    typer.echo(
        f"erased {erased.contact_id}: conversations {erased.conversations}, deliveries {erased.deliveries}, "
        f"of them cancelled {erased.cancelled}"
    )


async def _erase(runtime: Runtime, tenant: TenantId, contact: str) -> Erased:
    async with runtime.database.begin(tenant) as tx:
        return await erase_contact(tx, contact, runtime.address_digests, OPERATOR, patient=True)


@in_one_line
def purge(older_than: str, *, dry_run: bool) -> None:
    age = read_age(older_than)
    for each in in_runtime(lambda runtime: run_purge(runtime.database, runtime.files, age, only_count=dry_run)):
        counts = ", ".join(f"{kind} {each.counts[kind]}" for kind in DataKind)
        typer.echo(f"{each.tenant}: {counts}")
        if each.kept_uncertain:
            typer.echo(f"{each.tenant}: kept {each.kept_uncertain} mass replies with uncertain deliveries", err=True)


@in_one_line
def restored() -> None:
    done = asyncio.run(_restored(load_migration_settings().database_url))
    typer.echo(f"deliveries uncertain {done['uncertain']}, mass replies cancelled {done['cancelled']}")


async def _restored(url: str) -> Counter[str]:
    """Use the database alone: a restore has the settings of `migrate`, and no secret key."""
    database = Database(url, pool_size=2)
    try:
        return await after_restore(database)
    finally:
        await database.close()


@in_one_line
def rotate_secrets() -> None:
    done = in_runtime(
        lambda runtime: run_rotation(runtime.database, runtime.vault, runtime.callbacks, runtime.settings.secret_keys)
    )
    typer.echo(
        f"encrypted again {done.resealed}, already under the current key {done.current}, unreadable {done.unreadable}"
    )
    if done.unreadable:
        raise typer.Exit(1)
