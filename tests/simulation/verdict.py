"""What must hold when a schedule is over."""

from typing import TYPE_CHECKING

from app.dev.history.replay import explain, record_of
from app.domain.delivery_lifecycle import ACCEPTED, DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus
from tests.simulation.reports import find
from tests.simulation.rows import Row, Table

if TYPE_CHECKING:
    from tests.simulation.world import World


def forgotten(table: Table) -> list[str | None]:
    """Return the messages whose reports wait although their delivery is known."""
    return [each.provider_message_id for each in table.reports.waiting() if find(table.rows.values(), each)]


def check(world: "World") -> None:
    """Raise AssertionError when a promise is broken."""
    assert not world.late, "a message arrived after its quarantine"
    assert not forgotten(world.table), f"nobody settles the reports of {forgotten(world.table)}"
    assert world.table.status is MassReplyStatus.COMPLETED, "the mass reply is not finished"
    for row in world.table.rows.values():
        _check_delivery(world, row)


def _check_delivery(world: "World", row: Row) -> None:
    name, copies = world.name(row.id), world.copies[row.id]
    bounced = {said.epoch for said in world.table.reports.about(row.id) if said.kind == "failed"}
    assert copies - len(bounced) <= 1 + world.allowed[row.id], f"{name} was sent {copies} times"
    assert row.status not in (DeliveryStatus.QUEUED, DeliveryStatus.SENDING), f"{name} is still {row.status}"
    by_person = any(attempt.outcome == "marked_sent" for attempt in row.tries)
    assert row.status not in ACCEPTED or copies or by_person, f"{name} is {row.status} and nobody took it"
    record = record_of(world.table.recorded(row, world.decisions[row.id]), row.told, cancelled=False, retried=False)
    assert explain(record).possible, f"{name} went a way that the protocol does not know"
