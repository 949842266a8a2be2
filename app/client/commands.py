"""The commands of the client that send and show: `send`, `list`, `status`, `deliveries`, `accounts`."""

import json
import sys
from itertools import islice
from pathlib import Path

import typer

from app.client import acting
from app.client import options as opt
from app.client.accounts import AccountAction, accounts_table, test_account, test_lines
from app.client.exit_codes import Exit, NotUsable
from app.client.models import Batch
from app.client.request import Selecting, Terms, Writing, read_text
from app.client.sending import Order, try_out
from app.client.sending import send as send_order
from app.client.session import Session, opened
from app.client.tables import batches_table, deliveries_table
from app.domain.delivery_lifecycle import DeliveryStatus

STDIN = "-"
SHOWN = 50
CSV, NDJSON = "text/csv", "application/x-ndjson"
ARRIVED = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)


def send(
    url: opt.Url,
    key: opt.Key,
    message: opt.Message = None,
    message_file: opt.MessageFile = None,
    html_file: opt.HtmlFile = None,
    attach: opt.Attach = None,
    mark_as_done: opt.MarkAsDone = False,
    blank_unresolved: opt.BlankUnresolved = False,
    whatsapp_template: opt.WhatsAppTemplate = None,
    whatsapp_parameter: opt.WhatsAppParameters = None,
    filters: opt.Filters = None,
    filter_file: opt.FilterFile = None,
    exclude: opt.Exclude = None,
    ids_file: opt.IdsFile = None,
    external_ids_file: opt.ExternalIdsFile = None,
    follow_up: opt.FollowUp = None,
    follow_up_status: opt.FollowUpStatuses = None,
    sample: opt.Sample = None,
    hold: opt.Hold = None,
    at: opt.At = None,
    not_after: opt.NotAfter = None,
    yes: opt.Yes = False,
    expect: opt.Expect = None,
    dry_run: opt.DryRun = False,
    no_wait: opt.NoWait = False,
    idempotency_key: opt.IdempotencyKey = None,
    as_json: opt.AsJson = False,
) -> None:
    """Send a mass reply: show whom it reaches, ask for the count, and follow progress until it ends."""
    with opened(url, key, as_json=as_json) as session:
        selecting = Selecting(
            filters=filters or (),
            filter_file=filter_file,
            exclude=exclude or (),
            ids_file=ids_file,
            external_ids_file=external_ids_file,
            follow_up=follow_up,
            follow_up_statuses=follow_up_status or ARRIVED,
        )
        writing = Writing(
            text=_text(message, message_file),
            html_file=html_file,
            mark_as_done=mark_as_done,
            blank_unresolved=blank_unresolved,
            whatsapp_template=whatsapp_template,
            whatsapp_parameters=whatsapp_parameter or (),
        )
        order = Order(
            selecting,
            writing,
            Terms(hold=hold, at=at, not_after=not_after, sample=sample),
            attach=attach or (),
            is_agreed=yes,
            expected=expect,
            waits=not no_wait,
            idempotency_key=idempotency_key,
        )
        if dry_run:
            preview = try_out(session.service, session.screen, order)
            if as_json:
                typer.echo(json.dumps(preview))
            return
        batch = send_order(session.service, session.screen, order)
        session.end(batch, Exit.DONE if no_wait else batch.exit)


def _text(message: str | None, file: Path | None) -> str:
    if (message is None) == (file is None):
        raise NotUsable("Give the message once: as an argument, as `-` for standard input, or with --message-file.")
    if file is not None:
        return read_text(file)
    return sys.stdin.read().removeprefix("\ufeff").rstrip("\n") if message == STDIN else str(message)


def list_(
    url: opt.Url, key: opt.Key, status: opt.OfBatchStatus = None, limit: opt.Limit = SHOWN, as_json: opt.AsJson = False
) -> None:
    """Show the latest mass replies, newest first."""
    with opened(url, key, as_json=as_json) as session:
        found = list(islice(session.service.listing("/mass-replies", status=status), limit))
        if as_json:
            typer.echo(json.dumps(found))
        else:
            session.screen.say(batches_table(map(Batch.read, found)))


def status(id_: opt.Id, url: opt.Url, key: opt.Key, wait: opt.Wait = False, as_json: opt.AsJson = False) -> None:
    """Show a mass reply and its progress."""
    with opened(url, key, as_json=as_json) as session:
        session.show(Batch.read(session.service.get(f"/mass-replies/{id_}")), wait=wait)


def deliveries(
    id_: opt.Id,
    url: opt.Url,
    key: opt.Key,
    status: opt.OfStatus = None,
    channel: opt.OfChannel = None,
    reason: opt.OfReason = None,
    csv: opt.Csv = False,
    ndjson: opt.Ndjson = False,
    limit: opt.Limit = SHOWN,
) -> None:
    """Show the result of each conversation, as a table; or of all of them, as a file."""
    path, query = f"/mass-replies/{id_}/deliveries", {"status": status, "channel": channel, "reason": reason}
    with opened(url, key) as session:
        if csv and ndjson:
            raise NotUsable("Give either --csv or --ndjson.")
        if csv or ndjson:
            with session.service.download(path, CSV if csv else NDJSON, **query) as pieces:
                for piece in pieces:
                    sys.stdout.buffer.write(piece)
            return
        found = list(islice(session.service.listing(path, **query), limit + 1))
        session.screen.say(deliveries_table(found[:limit]))
        if len(found) > limit:
            session.screen.say("There are more: raise --limit, or take all of them with --csv or --ndjson.")


def accounts(
    url: opt.Url,
    key: opt.Key,
    action: opt.AccountActionOption = None,
    account: opt.AccountKey = None,
    as_json: opt.AccountAsJson = False,
) -> None:
    """List the channel accounts. `accounts test KEY` checks the credentials with the provider; nothing is sent."""
    with opened(url, key, as_json=as_json) as session:
        if (action is None) != (account is None):
            raise NotUsable("Which account? Give its key: accounts test KEY.")
        if action is AccountAction.TEST:
            _test(session, str(account))
            return
        found = list(session.service.listing("/channel-accounts"))
        if as_json:
            typer.echo(json.dumps(found))
        else:
            session.screen.say(accounts_table(found))


def _test(session: Session, account: str) -> None:
    answer = test_account(session.service, account)
    for line in test_lines(answer):
        session.screen.say(line)
    if session.as_json:
        typer.echo(json.dumps(answer))
    if answer["credentials"] != "ok":
        raise typer.Exit(Exit.FAILED)


COMMANDS = (
    *(send, list_, status, deliveries),
    *(acting.cancel, acting.pause, acting.resume, acting.retry, acting.approve, acting.reject, acting.resolve),
    accounts,
)


def add_client_commands(app: typer.Typer, panel: str) -> None:
    for command in COMMANDS:
        app.command(command.__name__.rstrip("_"), rich_help_panel=panel)(command)
