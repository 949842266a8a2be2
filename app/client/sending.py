"""`mass-reply send`: freeze, show, ask, confirm, follow."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from app.client.exit_codes import ClientError, Declined, Exit, NotUsable, ServerRefusal, reading
from app.client.models import Batch, Preflight
from app.client.progress import until_prepared, watch
from app.client.request import Selecting, Terms, Writing
from app.client.service import Json, Service
from app.client.tables import Screen, show_batch, show_preflight
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus


class Interrupted(ClientError):
    exit = Exit.INTERRUPTED


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that the command line says."""

    selecting: Selecting
    writing: Writing
    terms: Terms
    attach: Sequence[Path] = ()
    is_agreed: bool = False
    """Whether the count needs no person to confirm it."""
    expected: int | None = None
    """The count that is confirmed without a person, and no other."""
    waits: bool = True
    idempotency_key: str | None = None


def send(service: Service, screen: Screen, order: Order) -> Batch:
    """Send a mass reply. Raise ClientError. Once it is confirmed, ending this command does not end the sending."""
    if order.is_agreed and order.expected is not None:
        raise NotUsable("Give either --expect or --yes.")
    if not order.is_agreed and order.expected is None and not screen.has_person:
        raise NotUsable(
            "There is no terminal to confirm the count on. Use --expect N to confirm exactly N, or --yes to "
            "confirm any count."
        )
    batch = _created(service, order)
    if batch.status != MassReplyStatus.AWAITING_CONFIRMATION:
        screen.say(f"This key has already created mass reply {batch.id}.")
        return _followed(service, screen, batch, waits=order.waits)
    with _cancelled_unless_agreed(service, batch.id):
        _show(screen, batch)
        terms = order.terms.to_json(_count_to_confirm(batch))
        if order.expected is not None:
            _compare(order.expected, terms["recipient_count"])
        elif not order.is_agreed:
            _ask(screen, terms["recipient_count"])
    with say_it_continues(batch.id):
        batch = Batch.read(service.post(f"/mass-replies/{batch.id}/confirm", terms))
    screen.say(f"Confirmed: mass reply {batch.id}.")
    return _followed(service, screen, batch, waits=order.waits)


def try_out(service: Service, screen: Screen, order: Order) -> Json:
    """Show what would happen. Nothing is stored, and nobody is asked. Raise ClientError."""
    if order.attach:
        raise NotUsable("--dry-run cannot go with --attach: it stores nothing, and an upload would be stored.")
    body = {"selection": order.selecting.to_json(), **order.writing.to_json(())}
    answer = service.post("/mass-replies/preview", body)
    with reading():
        preflight = Preflight.read(answer["preflight"])
        selected, count = answer["selected_count"], answer["recipient_count"]
    show_preflight(screen, preflight)
    who = "how many get it is counted when it is created" if count is None else f"exactly {count:,} would get the reply"
    screen.say(f"{selected:,} conversations are selected; {who}.", style="bold")
    if order.expected is not None and count is not None:
        _compare(order.expected, count)
    return answer


def _created(service: Service, order: Order) -> Batch:
    """Check the command line before a file is uploaded."""
    if order.attach and order.idempotency_key:
        raise NotUsable("--idempotency-key cannot go with --attach: a file that is uploaded again is a different file.")
    selection, message = order.selecting.to_json(), order.writing.to_json(())
    order.terms.to_json(0)
    if order.attach:
        message = order.writing.to_json([_uploaded(service, file) for file in order.attach])
    key = order.idempotency_key or str(uuid4())
    created = service.post("/mass-replies", {"selection": selection, **message}, idempotency_key=key)
    return until_prepared(service, _id_of(created))


def _uploaded(service: Service, file: Path) -> str:
    try:
        return _id_of(service.upload("/attachments", file))
    except OSError as error:
        raise NotUsable(f"{file} cannot be read: {error.strerror}.") from None


def _id_of(made: Json) -> str:
    with reading():
        return str(made["id"])


def _show(screen: Screen, batch: Batch) -> None:
    if batch.preflight is not None:
        show_preflight(screen, batch.preflight)
    screen.say(
        f"{batch.selected:,} conversations are selected; exactly {batch.recipients or 0:,} get the reply.", style="bold"
    )


def _count_to_confirm(batch: Batch) -> int:
    """Raise ServerRefusal if there is nobody to send to."""
    if not batch.recipients:
        raise ServerRefusal("Every selected conversation is skipped, so there is nothing to send.", "nothing_to_send")
    return batch.recipients


@contextmanager
def _cancelled_unless_agreed(service: Service, id_: str) -> Iterator[None]:
    """Cancel what was not confirmed, so that nobody else confirms it by mistake."""
    try:
        yield
    except (ClientError, KeyboardInterrupt) as error:
        with suppress(ClientError):
            service.post(f"/mass-replies/{id_}/cancel", {})
        if isinstance(error, KeyboardInterrupt):
            raise Declined("Nothing was sent.") from None
        raise


def _compare(expected: int, count: int) -> None:
    """Raise Declined unless the server counts as many recipients as `--expect` says."""
    if expected != count:
        raise Declined(f"{count:,} would get it, not {expected:,} as --expect says. Nothing was sent.")


def _ask(screen: Screen, count: int) -> None:
    """Ask a person to type the number, so that they have read it. Raise Declined."""
    try:
        typed = screen.ask(f"Type {count} to send it, anything else to stop: ")
    except EOFError:
        typed = ""
    if typed.replace(",", "") != str(count):
        raise Declined("Nothing was sent.")


def _followed(service: Service, screen: Screen, batch: Batch, *, waits: bool) -> Batch:
    if batch.status == MassReplyStatus.SCHEDULED:
        screen.say(f"It starts at {batch.dispatch_at}. Until then cancelling means that nothing was sent.")
    if waits:
        with say_it_continues(batch.id):
            batch = watch(service, screen, batch.id)
    show_batch(screen, batch)
    screen.say(next_steps(batch))
    return batch


@contextmanager
def say_it_continues(id_: str) -> Iterator[None]:
    """If the block is interrupted, say that sending continues, and how to follow or cancel it."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"\nSending continues without you. {_follow_or_cancel(id_)}") from None
    except ServerRefusal:
        raise
    except ClientError as error:
        raise type(error)(f"{error}\nIf it was confirmed, sending continues. {_follow_or_cancel(id_)}") from None


def next_steps(batch: Batch) -> str:
    """Return what a person may want to do next; each command on its own line, to be copied."""
    if not batch.is_at_rest:
        return _follow_or_cancel(batch.id)
    steps = [_next_decision(batch)] if batch.exit is Exit.STANDS_STILL else []
    if batch.counts[DeliveryStatus.UNCERTAIN]:
        steps.append(
            "Nobody knows whether the uncertain ones arrived. They are not sent again automatically: find out,\n"
            f"and resolve them.\n  mass-reply deliveries {batch.id} --status uncertain\n"
            f"  mass-reply resolve {batch.id} --outcome sent --reason TEXT CONVERSATION_ID"
        )
    if batch.counts[DeliveryStatus.FAILED]:
        steps.append(
            f"What failed and why, and how to retry it:\n  mass-reply deliveries {batch.id} --status failed\n"
            f"  mass-reply retry {batch.id} --wait"
        )
    return "\n".join(steps) or f"The result of each conversation:\n  mass-reply deliveries {batch.id}"


def _follow_or_cancel(id_: str) -> str:
    return f"To follow it, or to stop it:\n  mass-reply status {id_} --wait\n  mass-reply cancel {id_}"


def _next_decision(batch: Batch) -> str:
    if batch.status == MassReplyStatus.AWAITING_APPROVAL:
        return (
            "Nothing is sent before a second person approves it. That person's commands:\n"
            f"  mass-reply approve {batch.id}\n  mass-reply reject {batch.id} --reason TEXT"
        )
    return f"To send the rest, or to stop it:\n  mass-reply resume {batch.id} --wait\n  mass-reply cancel {batch.id}"
