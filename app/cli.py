"""`mass-reply`: the commands and their options. Results go to standard output, everything else to standard error.

The client's commands need nothing of the service, whose modules take seconds to import: the service's own commands
import `app.operations` only when they run. Likewise, only the commands that need the sandbox import `app.dev`.
"""

import signal
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from typer.core import TyperGroup

from app.client.commands import add_client_commands
from app.client.exit_codes import Exit
from app.domain.permissions import Role

SERVICE = "The service, on its own machine"
CLIENT = "A client of any server (MASS_REPLY_URL, MASS_REPLY_KEY)"
TRIAL = "To try it here"


class Program(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """Ends a command silently on Ctrl-C, unless the command has something to say."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Exit(Exit.INTERRUPTED) from None


app = typer.Typer(cls=Program, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
tenants = typer.Typer(no_args_is_help=True, help="Companies that use the helpdesk.")
keys = typer.Typer(no_args_is_help=True, help="API keys.")
contacts = typer.Typer(no_args_is_help=True, help="Customers.")
add_client_commands(app, CLIENT)
app.add_typer(tenants, name="tenants", rich_help_panel=SERVICE)
app.add_typer(keys, name="keys", rich_help_panel=SERVICE)
app.add_typer(contacts, name="contacts", rich_help_panel=SERVICE)


def main() -> None:
    """Run a command. From here on Ctrl-C raises KeyboardInterrupt."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    app(prog_name="mass-reply")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mass-reply {version('mass-reply')}")
        raise typer.Exit


@app.callback()
def program(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """One message, sent as a real reply on every selected conversation."""


@app.command(rich_help_panel=SERVICE)
def migrate() -> None:
    """Bring the database up to date, as its owner: schema, runtime role, grants."""
    from app import operations

    operations.migrate()


@tenants.command("create")
def create_tenant(name: str) -> None:
    """Create a tenant, and print its id."""
    from app import operations

    operations.create_tenant(name)


@keys.command("create")
def create_key(
    tenant: Annotated[UUID, typer.Option(help="The tenant's id.")],
    role: Annotated[list[Role], typer.Option(help="What the key may do; give it more than once for several roles.")],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "command line",
    agent_id: Annotated[str | None, typer.Option(help="The author of the replies sent with this key.")] = None,
    agent_name: Annotated[str | None, typer.Option()] = None,
    agent_email: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Issue an API key, and print it. It is shown only now."""
    from app import operations

    operations.create_key(tenant, role, name, (agent_id, agent_name, agent_email))


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[UUID, typer.Argument(metavar="ID", help="The id: the middle part of the key.")],
) -> None:
    """Revoke an API key, at once and permanently."""
    from app import operations

    operations.revoke_key(key_id)


@app.command(rich_help_panel=SERVICE)
def api(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
) -> None:
    """Serve the HTTP API."""
    from app import operations

    operations.serve(host, port, workers)


@app.command(rich_help_panel=SERVICE)
def worker() -> None:
    """Send confirmed mass replies. Run as many workers as there is work for; SIGTERM stops one cleanly."""
    from app import operations

    operations.work()


@app.command("import", rich_help_panel=SERVICE)
def import_conversations(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="NDJSON, an e-mail (.eml), or an mbox.")],
    tenant: Annotated[UUID, typer.Option(help="The tenant's id.")],
    channel_account: Annotated[
        str | None, typer.Option(help="For e-mails: the key of the channel account that received them.")
    ] = None,
) -> None:
    """Import conversations or customers' e-mails. Valid lines are stored; if any is invalid, the exit status is 1."""
    from app import operations

    operations.import_conversations(file, tenant, channel_account)


@contacts.command("erase")
def erase_contact(
    contact: Annotated[str, typer.Argument(help="This service's id, or the external one.")],
    tenant: Annotated[UUID, typer.Option(help="The tenant's id.")],
) -> None:
    """Erase a contact's personal data permanently. Counts and statuses stay; its blocked addresses stay blocked."""
    from app import operations

    operations.erase(contact, tenant)


@app.command(rich_help_panel=SERVICE)
def purge(
    older_than: Annotated[str, typer.Option(help="How long ago it must have ended, in days: 90d. At least 7d.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
) -> None:
    """Delete old data of every tenant: ended mass replies with their results, reports, unused files.

    Conversations, their timelines and contacts stay.
    """
    from app import operations

    operations.purge(older_than, dry_run=dry_run)


@app.command(rich_help_panel=SERVICE)
def restored() -> None:
    """After a restore, before a worker starts: send nothing by itself that may have been sent since the back-up.

    What was queued or under way becomes uncertain; what was not begun is cancelled. deploy/restore.sh does it.
    """
    from app import operations

    operations.restored()


@app.command("rotate-secrets", rich_help_panel=SERVICE)
def rotate_secrets() -> None:
    """Encrypt all secrets under the first key of MASS_REPLY_SECRET_KEY, so that the others can be removed.

    If any secret cannot be decrypted, the exit status is 1, and the log names it.
    """
    from app import operations

    operations.rotate_secrets()


@app.command(rich_help_panel=TRIAL)
def demo(
    times: Annotated[int, typer.Option(min=1, max=20, help="How many times as many conversations.")] = 1,
) -> None:
    """Run a whole mass reply on embedded servers, from sample conversations to a table of results."""
    from app.dev import commands

    commands.demo(times)


@app.command(rich_help_panel=TRIAL)
def up(empty: Annotated[bool, typer.Option("--empty", help="Without the sample conversations.")] = False) -> None:
    """Run the whole stack on this machine, with the provider sandbox, and print its URLs and a key."""
    from app.dev import commands

    commands.up(empty=empty)
