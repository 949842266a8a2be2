"""The commands of the client: `send`, `status`, `deliveries`, `cancel`, `pause`, `resume`, `retry`, `accounts`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import typer

from app.client import options as opt
from app.client.accounts import AccountAction, accounts_table, test_account, test_lines
from app.client.batch import Batch
from app.client.exits import ClientError, Exit, NotUsable
from app.client.progress import watch
from app.client.request import Selecting, Terms, Writing, read_moment, read_text
from app.client.sending import Order, goes_on, next_steps
from app.client.sending import send as send_order
from app.client.service import Service
from app.client.show import Screen, deliveries_table, error_lines, open_screen, show_batch
from app.domain.model import DeliveryStatus

STDIN = "-"
SHOWN = 50
CSV, NDJSON = "text/csv", "application/x-ndjson"
ARRIVED = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)


def add_client_commands(app: typer.Typer) -> None:
    for command in (send, status, deliveries, cancel, pause, resume, retry, accounts):
        app.command()(command)


@dataclass(frozen=True, slots=True)
class Session:
    """A server to call, and a screen to say what it answered."""

    service: Service
    screen: Screen
    as_json: bool

    def end(self, batch: Batch, exit_: Exit = Exit.DONE) -> None:
        if self.as_json:
            typer.echo(json.dumps(batch.answer))
        if exit_:
            raise typer.Exit(exit_)

    def act(self, id_: UUID, action: str, body: dict[str, Any], *, wait: bool = False, **how: str) -> None:
        """Do something to a mass reply, and show it as it stands then."""
        batch = Batch.read(self.service.post(f"/mass-replies/{id_}/{action}", body, **how))
        self.show(batch, wait=wait)

    def show(self, batch: Batch, *, wait: bool) -> None:
        if wait:
            with goes_on(batch.id):
                batch = watch(self.service, self.screen, batch.id)
        show_batch(self.screen, batch)
        if wait:
            self.screen.say(next_steps(batch))
        self.end(batch, batch.exit if wait else Exit.DONE)


@contextmanager
def _session(url: str, key: str, *, as_json: bool = False) -> Iterator[Session]:
    """What goes wrong is said in words on standard error, and has an exit status of its own."""
    screen = open_screen(beside_output=as_json)
    try:
        with Service(url, key) as service:
            yield Session(service, screen, as_json)
    except ClientError as error:
        errors = open_screen(beside_output=True)
        for line in error_lines(error):
            errors.say(line)
        raise typer.Exit(error.exit) from None


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
    no_wait: opt.NoWait = False,
    idempotency_key: opt.IdempotencyKey = None,
    as_json: opt.AsJson = False,
) -> None:
    """Send a mass reply: show whom it reaches, have the count confirmed, and look on until everybody has a result."""
    with _session(url, key, as_json=as_json) as session:
        statuses = follow_up_status or ARRIVED
        whom = (filters or (), filter_file, exclude or (), ids_file, external_ids_file, follow_up, statuses)
        template = (whatsapp_template, whatsapp_parameter or ())
        writing = Writing(_text(message, message_file), html_file, mark_as_done, blank_unresolved, *template)
        terms = Terms(hold, at, not_after, sample)
        how = (attach or (), yes, not no_wait, idempotency_key)
        batch = send_order(session.service, session.screen, Order(Selecting(*whom), writing, terms, *how))
        session.end(batch, Exit.DONE if no_wait else batch.exit)


def _text(message: str | None, file: Path | None) -> str:
    if (message is None) == (file is None):
        raise NotUsable("Give the message once: as an argument, as `-` for standard input, or with --message-file.")
    if file is not None:
        return read_text(file)
    return sys.stdin.read().removeprefix("\ufeff").rstrip("\n") if message == STDIN else str(message)


def status(id_: opt.Id, url: opt.Url, key: opt.Key, wait: opt.Wait = False, as_json: opt.AsJson = False) -> None:
    """Show how a mass reply stands."""
    with _session(url, key, as_json=as_json) as session:
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
    """Show what became of each conversation, as a table or, all of them, as a file."""
    path, query = f"/mass-replies/{id_}/deliveries", {"status": status, "channel": channel, "reason": reason}
    with _session(url, key) as session:
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


def cancel(id_: opt.Id, url: opt.Url, key: opt.Key, as_json: opt.AsJson = False) -> None:
    """Stop a mass reply for good. What is not sent by then is not sent."""
    with _session(url, key, as_json=as_json) as session:
        session.act(id_, "cancel", {})


def pause(id_: opt.Id, url: opt.Url, key: opt.Key, lane: opt.LaneOption = None, as_json: opt.AsJson = False) -> None:
    """Send nothing more until it is resumed."""
    with _session(url, key, as_json=as_json) as session:
        session.act(id_, "pause", {"channel_account": lane})


def resume(
    id_: opt.Id,
    url: opt.Url,
    key: opt.Key,
    lane: opt.LaneOption = None,
    wait: opt.Wait = False,
    as_json: opt.AsJson = False,
) -> None:
    """Go on after a pause, or after a sample."""
    with _session(url, key, as_json=as_json) as session:
        session.act(id_, "resume", {"channel_account": lane}, wait=wait)


def retry(
    id_: opt.Id,
    url: opt.Url,
    key: opt.Key,
    reason: opt.ReasonCodes = None,
    not_after: opt.NotAfter = None,
    wait: opt.Wait = False,
    as_json: opt.AsJson = False,
) -> None:
    """Send again what failed for a reason that may have passed."""
    with _session(url, key, as_json=as_json) as session:
        body = {"reason_codes": reason, "not_after": read_moment(not_after, "--not-after")}
        session.act(id_, "retry", body, wait=wait, idempotency_key=str(uuid4()))


def accounts(
    url: opt.Url,
    key: opt.Key,
    action: opt.AccountActionOption = None,
    account: opt.AccountKey = None,
    as_json: opt.AccountAsJson = False,
) -> None:
    """List the channel accounts. `accounts test KEY` asks a provider whether the credentials work; nothing is sent."""
    with _session(url, key, as_json=as_json) as session:
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
