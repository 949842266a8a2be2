"""Reads what witnesses have said, from JSON or straight from where they said it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.dev.history.evidence import (
    Attempt,
    Call,
    Confirmed,
    Decision,
    Event,
    Evidence,
    FrozenMassReply,
    Hook,
    MassReply,
    Receipt,
    Reported,
    Row,
    Standing,
)
from app.dev.history.export import Export
from app.domain.delivery_lifecycle import DeliveryStatus

Json = Mapping[str, Any]

NOTHING: Export = {}
FLIPPED = ("engagement", "status")
"""The fields of a conversation that a reply may change."""


def evidence(
    confirmed: Sequence[Confirmed],
    mass_replies: Iterable[Json],
    deliveries: Iterable[Json],
    journal: Iterable[Json],
    database: Export = NOTHING,
    hooks: Sequence[Json] | None = None,
    *,
    settles_after: float | None = None,
) -> Evidence:
    """Put together the API's answers, a provider's journal, an export, and the calls that an endpoint took."""
    return Evidence(
        confirmed=confirmed,
        reported={item["id"]: _reported(item) for item in deliveries},
        mass_replies=[_mass_reply(batch) for batch in mass_replies],
        journal=[_call(entry) for entry in journal],
        rows=rows_of(database),
        lanes={str(lane["mass_reply_id"]): _counters(lane) for lane in database.get("lanes", ())},
        frozen={str(row["id"]): _frozen(row) for row in database.get("mass_replies", ())},
        conversations_now={str(row["id"]): _standing(row) for row in database.get("conversations", ())},
        others={str(row["id"]): _row(row) for row in database.get("others", ())},
        rates=_rates(database.get("rates", ())),
        events=[_event(row) for row in database.get("events", ())],
        updates=[_event(row) for row in database.get("updates", ())],
        hooks=None if hooks is None else [_hook(call) for call in hooks if "id" in call],
        hook_types=next((frozenset(call["types"]) for call in hooks or () if "types" in call), None),
        retried=Counter(str(row["mass_reply_id"]) for row in database.get("retried", ())),
        settles_after=settles_after,
    )


def _reported(item: Json) -> Reported:
    return Reported(DeliveryStatus(item["status"]), item["sent_at"] is not None)


def _mass_reply(batch: Json) -> MassReply:
    return MassReply(
        batch["id"],
        batch["status"],
        batch["selected_count"],
        batch["recipient_count"] or 0,
        batch["counts"] or {},
        confirmed=batch.get("confirmed_at") is not None and _ruling(batch) in (None, "approved"),
        finished=batch.get("finished_at") is not None,
    )


def _ruling(batch: Json) -> str | None:
    """The second person's decision, or None if none was asked for."""
    approval = batch.get("approval")
    return None if approval is None else str(approval["ruling"])


def _call(entry: Json) -> Call:
    correlation = entry["correlation"] or ""
    epoch = correlation.rpartition(".")[2] if "." in correlation else ""
    taken = entry["outcome"] == "accepted"
    recipient = " ".join(str(entry.get(name, "")) for name in ("provider", "identity", "recipient"))
    return Call(_at(entry["at"]), entry["delivery_id"], int(epoch) if epoch.isdecimal() else None, taken, recipient)


def _hook(call: Json) -> Hook:
    data = call["data"]
    of_mass_reply = str(call["type"]).startswith("mass_reply.")
    return Hook(call["id"], call["type"], data["id"] if of_mass_reply else data.get("mass_reply_id"))


def rows_of(database: Export) -> dict[str, Row]:
    attempts, receipts, decisions = (_by_delivery(database, name) for name in ("attempts", "receipts", "decisions"))
    timeline = {str(row["delivery_id"]): row for row in database.get("timeline", ())}
    return {
        row.id: replace(
            row,
            attempts=[_attempt(each) for each in attempts[row.id]],
            receipts=[_receipt(each) for each in receipts[row.id]],
            decisions=[_decision(each) for each in decisions[row.id]],
            replies=timeline[row.id]["replies"] if row.id in timeline else 0,
            notes=timeline[row.id]["notes"] if row.id in timeline else 0,
        )
        for row in map(_row, database.get("deliveries", ()))
    }


def _row(row: Json) -> Row:
    return Row(
        id=str(row["id"]),
        mass_reply=str(row["mass_reply_id"]),
        conversation=str(row["conversation_id"]),
        channel=row["channel"],
        provider=row["provider"],
        status=DeliveryStatus(row["status"]),
        epoch=row["epoch"],
        sent_at=_maybe(row["sent_at"]),
        times_billed=row["times_billed"],
        account=row["account_id"] and str(row["account_id"]),
        units=row["units"],
        settles_after=_maybe(row["settles_after"]),
        flips=row["flips"],
        reached=_json(row["reached"]) or {},
        restores=_json(row["restores"]) or {},
    )


def _by_delivery(database: Export, table: str) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for row in database.get(table, ()):
        found[str(row["delivery_id"])].append(row)
    return found


def _attempt(row: Json) -> Attempt:
    return Attempt(row["epoch"], _at(row["started_at"]), row["outcome"], _maybe(row["finished_at"]))


def _receipt(row: Json) -> Receipt:
    return Receipt(row["kind"], row["epoch"], _maybe(row["occurred_at"]), _at(row["settled_at"]), row["outcome"])


def _decision(row: Json) -> Decision:
    return Decision(row["epoch"], row["outcome"], row["send_again"], _at(row["decided_at"]))


def _counters(lane: Json) -> dict[str, int]:
    return {name: int(count) for name, count in lane.items() if name != "mass_reply_id"}


def _event(row: Json) -> Event:
    mass_reply = row["mass_reply_id"] and str(row["mass_reply_id"])
    subjects, at = _json(row["subjects"]), _maybe(row.get("created_at"))
    return Event(str(row["id"]), row["position"], row["written"], row["type"], mass_reply, subjects, at)


def _frozen(row: Json) -> FrozenMassReply:
    return FrozenMassReply(_at(row["created_at"]), row["mark_as_done"], row["files"] or 0)


def _standing(row: Json) -> Standing:
    versions = {field: row[f"{field}_version"] for field in FLIPPED}
    return Standing({field: row[field] for field in FLIPPED}, versions, _maybe(row["last_customer_message_at"]))


def _rates(rows: Iterable[Json]) -> dict[str, list[tuple[datetime | None, float]]]:
    found: dict[str, list[tuple[datetime | None, float]]] = defaultdict(list)
    for row in rows:
        found[str(row["account_id"])].append((_maybe(row["at"]), row["rate_per_second"]))
    return dict(found)


def _json(value: Any) -> Any:
    """Read what PostgreSQL gives as text, and a file as JSON."""
    return json.loads(value) if isinstance(value, str) else value


def _maybe(at: datetime | str | None) -> datetime | None:
    return None if at is None else _at(at)


def _at(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at
