"""`mass-reply`: each command opens what it needs, calls one use case and prints its result.

Results go to standard output, alone where a script would read them; everything else goes to standard error.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer
import uvicorn
from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app import worker as worker_process
from app.api.protocol import PunctualProtocol
from app.client.commands import add_client_commands
from app.dev.calls import CallFailed
from app.dev.children import StackFailed
from app.dev.demo import PromiseBroken
from app.dev.demo import demo as run_demo
from app.dev.servers import EmbeddedServersMissing
from app.dev.up import up as run_up
from app.domain.audit import OPERATOR
from app.domain.erasure import Erased
from app.domain.errors import InvalidRequest, MassReplyError, NotFound
from app.domain.messaging import Author
from app.domain.model import TenantId
from app.domain.permissions import Role
from app.domain.retention import Kind, read_age
from app.erasure import erase_contact
from app.import_file import import_file
from app.logs import configure_logging
from app.retention import purge as run_purge
from app.rotation import rotate_secrets
from app.runtime import Runtime, open_runtime
from app.settings import SettingsInvalid, load_migration_settings, load_settings
from app.setup import KeyDraft, create_tenant, issue_api_key, require_tenant, revoke_api_key
from app.store.api_keys import tenant_of_key
from app.store.database import UnsafeRole
from app.store.schema import migrate as migrate_schema
from app.telemetry import TelemetryMissing
from app.telemetry.metrics import shared_among

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
tenants = typer.Typer(no_args_is_help=True, help="Companies that use the helpdesk.")
keys = typer.Typer(no_args_is_help=True, help="API keys.")
app.add_typer(tenants, name="tenants")
app.add_typer(keys, name="keys")
contacts = typer.Typer(no_args_is_help=True, help="Customers.")
app.add_typer(contacts, name="contacts")
add_client_commands(app)

T = TypeVar("T")

SAID_IN_ONE_LINE = (
    *(SettingsInvalid, UnsafeRole, MassReplyError, OSError, SQLAlchemyError, PostgresError),
    *(EmbeddedServersMissing, StackFailed, CallFailed, PromiseBroken, TelemetryMissing),
)
"""What a person can do something about."""


def main() -> None:
    """Run a command. What went wrong is one line on standard error, and the exit status is not 0."""
    try:
        app()
    except SAID_IN_ONE_LINE as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        typer.echo(f"mass-reply: {said}", err=True)
        sys.exit(1)


def in_runtime(work: Callable[[Runtime], Awaitable[T]]) -> T:
    """Connect to everything, as the environment says, and do one piece of work."""
    settings = load_settings()

    async def run() -> T:
        async with open_runtime(settings) as runtime:
            return await work(runtime)

    return asyncio.run(run())


@app.command()
def migrate() -> None:
    """Bring the database up to date, as its owner: schema, runtime role, grants."""
    settings = load_migration_settings()
    try:
        asyncio.run(migrate_schema(settings.owner_url, settings.database_url))
    except ValueError as error:  # an address without a user
        raise SettingsInvalid(str(error)) from None


@tenants.command("create")
def create_tenant_command(name: str) -> None:
    """Make a tenant, and print its id."""
    typer.echo(in_runtime(lambda runtime: create_tenant(runtime.database, name)))


@keys.command("create")
def create_key_command(
    tenant: Annotated[UUID, typer.Option(help="The tenant's id.")],
    role: Annotated[list[Role], typer.Option(help="What the key may do; give it more than once for several roles.")],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "command line",
    agent_id: Annotated[str | None, typer.Option(help="The agent in whose name its replies go out.")] = None,
    agent_name: Annotated[str | None, typer.Option()] = None,
    agent_email: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Issue an API key, and print it, this once."""
    draft = KeyDraft(name, frozenset(role), _agent(agent_id, agent_name, agent_email))
    typer.echo(in_runtime(lambda runtime: _issue(runtime, TenantId(tenant), draft)))


@keys.command("revoke")
def revoke_key_command(
    key_id: Annotated[UUID, typer.Argument(metavar="ID", help="The id, which is the key's middle part.")],
) -> None:
    """Revoke an API key, at once and for good."""
    in_runtime(lambda runtime: _revoke(runtime, key_id))


@app.command()
def api(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
) -> None:
    """Serve the HTTP interface."""
    in_runtime(_nothing)  # a wrong setting or role is said in one line, before any process starts
    configure_logging(load_settings().log_level)
    with shared_among(workers):
        uvicorn.run(
            "app.main:from_environment",
            factory=True,
            host=host,
            port=port,
            http=PunctualProtocol,
            workers=workers,
            log_config=None,
            access_log=False,  # it would write down queries, and a callback's query may hold its secret
            server_header=False,
            timeout_graceful_shutdown=10,  # streams to open pages do not end by themselves
        )


@app.command()
def worker() -> None:
    """Send what is confirmed. Run as many of these as there is work for; SIGTERM stops one in good order."""
    settings = load_settings()
    configure_logging(settings.log_level)
    worker_process.run(settings)


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="NDJSON, an e-mail (.eml), or an mbox.")],
    tenant: Annotated[UUID, typer.Option(help="The tenant's id.")],
    channel_account: Annotated[
        str | None, typer.Option(help="For e-mails: the key of the account they came to.")
    ] = None,
) -> None:
    """Import conversations or customers' e-mails. Good lines are kept; with bad ones the exit status is 1."""
    report = in_runtime(
        lambda runtime: import_file(runtime.database, TenantId(tenant), file, channel_account, runtime.address_digests)
    )
    for error in report.errors:
        typer.echo(f"line {error.line}: {error.detail} ({error.code})", err=True)
    if report.unlisted_errors:
        typer.echo(f"and {report.unlisted_errors} more", err=True)
    typer.echo(
        f"created {report.created}, updated {report.updated}, unchanged {report.unchanged}, failed {report.failed}"
    )
    if report.failed:
        raise typer.Exit(1)


@contacts.command("erase")
def erase_contact_command(
    contact: Annotated[str, typer.Argument(help="Our id, or the external one.")],
    tenant: Annotated[UUID, typer.Option(help="The tenant's id.")],
) -> None:
    """Erase a contact's personal data, for good. Counts and statuses stay; its blocked addresses stay blocked."""
    erased = in_runtime(lambda runtime: _erase(runtime, TenantId(tenant), contact))
    typer.echo(
        f"erased {erased.contact_id}: conversations {erased.conversations}, deliveries {erased.deliveries}, "
        f"of them cancelled {erased.cancelled}"
    )


@app.command()
def purge(
    older_than: Annotated[str, typer.Option(help="How long ago it must have ended, in days: 90d. At least 7d.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
) -> None:
    """Delete of every tenant what is over for so long: mass replies with their results, reports, unused files.

    Conversations, their timelines and contacts stay.
    """
    age = read_age(older_than)
    for each in in_runtime(lambda runtime: run_purge(runtime.database, runtime.files, age, only_count=dry_run)):
        counts = ", ".join(f"{kind} {each.counts[kind]}" for kind in Kind)
        typer.echo(f"{each.tenant}: {counts}")
        if each.kept_uncertain:
            typer.echo(f"{each.tenant}: kept {each.kept_uncertain} mass replies with uncertain deliveries", err=True)


@app.command("rotate-secrets")
def rotate_secrets_command() -> None:
    """Seal everything anew under the first key of MASS_REPLY_SECRET_KEY, so that the others can be taken away.

    With something that cannot be read the exit status is 1; the log names it.
    """
    done = in_runtime(
        lambda runtime: rotate_secrets(runtime.database, runtime.vault, runtime.callbacks, runtime.settings.secret_keys)
    )
    typer.echo(
        f"sealed anew {done.resealed}, under the current key before {done.current}, unreadable {done.unreadable}"
    )
    if done.unreadable:
        raise typer.Exit(1)


@app.command()
def demo(
    times: Annotated[int, typer.Option(min=1, max=20, help="How many times as large the crowds are.")] = 1,
) -> None:
    """Run the main job once on servers of its own, from sample conversations to a table of results."""
    run_demo(times)


@app.command()
def up() -> None:
    """Keep the whole stack running here, with the provider sandbox, and print its URLs and a key."""
    run_up()


def _agent(id_: str | None, name: str | None, email: str | None) -> Author | None:
    if id_ is None and name is None and email is None:
        return None
    if id_ is None or name is None:
        raise InvalidRequest("An agent needs both --agent-id and --agent-name.")
    return Author(id_, name, email)


async def _issue(runtime: Runtime, tenant: TenantId, draft: KeyDraft) -> str:
    async with runtime.database.begin(tenant) as connection:
        await require_tenant(connection, tenant)
        max_life = runtime.settings.api_key_max_life
        return str((await issue_api_key(connection, tenant, draft, max_life=max_life)).presented)


async def _erase(runtime: Runtime, tenant: TenantId, contact: str) -> Erased:
    async with runtime.database.begin(tenant) as connection:
        return await erase_contact(connection, tenant, contact, runtime.address_digests, OPERATOR)


async def _revoke(runtime: Runtime, key_id: UUID) -> None:
    async with runtime.database.begin_routing() as connection:
        tenant = await tenant_of_key(connection, key_id)
    if tenant is None:
        raise NotFound("There is no such key.")
    async with runtime.database.begin(tenant) as connection:
        await revoke_api_key(connection, tenant, key_id)


async def _nothing(_: Runtime) -> None:
    """Connecting was all that was wanted."""
