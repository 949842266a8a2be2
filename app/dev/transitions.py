"""Prints both tables of transitions as a page: `python -m app.dev.transitions > docs/transitions.md`."""

from collections.abc import Iterable, Iterator

from app.domain.delivery_lifecycle import DELIVERY_RULES, DeliveryEvent, DeliveryStatus, Guard, Target
from app.domain.mass_reply_lifecycle import MASS_REPLY_RULES, MassReplyEvent, MassReplyStatus


def page() -> str:
    return "\n".join([*_deliveries(), "", *_mass_replies(), ""])


def _deliveries() -> Iterator[str]:
    yield "# Transitions"
    yield ""
    yield (
        "Printed from the tables of `app/domain/delivery_lifecycle.py` and `app/domain/mass_reply_lifecycle.py` "
        "by `python -m app.dev.transitions`; do not edit."
    )
    yield "An event that has no cell in a status is absorbed: providers and queues repeat themselves and arrive late."
    yield ""
    yield "## Deliveries"
    yield ""
    marks = {guard: f"<sup>{number}</sup>" for number, guard in enumerate(Guard)}
    statuses = [status for status in DeliveryStatus if any(status is before for before, _ in DELIVERY_RULES)]
    yield from _table(
        statuses, ((event, [_delivery_cell(status, event, marks) for status in statuses]) for event in DeliveryEvent)
    )
    yield ""
    yield from (f"- *{target.name.lower()}*: {target.value}" for target in Target)
    yield from (f"- {marks[guard]} {guard.value}" for guard in Guard if guard is not Guard.NONE)


def _delivery_cell(status: DeliveryStatus, event: DeliveryEvent, marks: dict[Guard, str]) -> str:
    rule = DELIVERY_RULES.get((status, event))
    if rule is None:
        return ""
    to = f"*{rule.to.name.lower()}*" if isinstance(rule.to, Target) else rule.to.value
    return to if rule.guard is Guard.NONE else f"{to} {marks[rule.guard]}"


def _mass_replies() -> Iterator[str]:
    yield "## Mass replies"
    yield ""
    statuses = [status for status in MassReplyStatus if any(status is before for before, _ in MASS_REPLY_RULES)]
    yield from _table(
        statuses,
        ((event, [MASS_REPLY_RULES.get((status, event), "") for status in statuses]) for event in MassReplyEvent),
    )


def _table(columns: Iterable[str], rows: Iterable[tuple[str, Iterable[str]]]) -> Iterator[str]:
    head = list(columns)
    yield _row("event", head)
    yield _row("---", ["---"] * len(head))
    for name, cells in rows:
        yield _row(f"`{name}`", cells)


def _row(first: str, rest: Iterable[str]) -> str:
    return f"| {' | '.join([first, *rest])} |"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - this is what it is for
