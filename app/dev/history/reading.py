"""Reads what witnesses have said, from JSON or straight from where they said it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.dev.history.evidence import (
    Attempt,
    Call,
    Confirmed,
    Decision,
    Event,
    Evidence,
    Hook,
    MassReply,
    Receipt,
    Reported,
    Row,
)
from app.dev.history.export import Export
from app.domain.delivery_lifecycle import DeliveryStatus

Json = Mapping[str, Any]

NOTHING: Export = {}


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
        events=[_event(row) for row in database.get("events", ())],
        hooks=None if hooks is None else [_hook(call) for call in hooks if "id" in call],
        hook_types=next((frozenset(call["types"]) for call in hooks or () if "types" in call), None),
        retried=frozenset(str(row["mass_reply_id"]) for row in database.get("retried", ())),
        settles_after=settles_after,
    )


def _reported(item: Json) -> Reported:
    return Reported(DeliveryStatus(item["status"]), item["sent_at"] is not None)


def _mass_reply(batch: Json) -> MassReply:
    return MassReply(
        batch["id"], batch["status"], batch["selected_count"], batch["recipient_count"] or 0, batch["counts"] or {}
    )


def _call(entry: Json) -> Call:
    correlation = entry["correlation"] or ""
    epoch = correlation.rpartition(".")[2] if "." in correlation else ""
    taken = entry["outcome"] == "accepted"
    return Call(_at(entry["at"]), entry["delivery_id"], int(epoch) if epoch.isdecimal() else None, taken)


def _hook(call: Json) -> Hook:
    data = call["data"]
    of_mass_reply = str(call["type"]).startswith("mass_reply.")
    return Hook(call["id"], call["type"], data["id"] if of_mass_reply else data.get("mass_reply_id"))


def rows_of(database: Export) -> dict[str, Row]:
    attempts, receipts, decisions = (_by_delivery(database, name) for name in ("attempts", "receipts", "decisions"))
    timeline = {str(row["delivery_id"]): row for row in database.get("timeline", ())}
    return {
        id_: Row(
            id=id_,
            mass_reply=str(row["mass_reply_id"]),
            conversation=str(row["conversation_id"]),
            channel=row["channel"],
            provider=row["provider"],
            status=DeliveryStatus(row["status"]),
            epoch=row["epoch"],
            sent_at=_maybe(row["sent_at"]),
            times_billed=row["times_billed"],
            flips=row["flips"],
            attempts=[Attempt(each["epoch"], _at(each["started_at"]), each["outcome"]) for each in attempts[id_]],
            receipts=[_receipt(each) for each in receipts[id_]],
            decisions=[_decision(each) for each in decisions[id_]],
            replies=timeline[id_]["replies"] if id_ in timeline else 0,
            notes=timeline[id_]["notes"] if id_ in timeline else 0,
        )
        for id_, row in ((str(row["id"]), row) for row in database.get("deliveries", ()))
    }


def _by_delivery(database: Export, table: str) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for row in database.get(table, ()):
        found[str(row["delivery_id"])].append(row)
    return found


def _receipt(row: Json) -> Receipt:
    return Receipt(row["kind"], row["epoch"], _maybe(row["occurred_at"]), _at(row["settled_at"]), row["outcome"])


def _decision(row: Json) -> Decision:
    return Decision(row["epoch"], row["outcome"], row["send_again"], _at(row["decided_at"]))


def _counters(lane: Json) -> dict[str, int]:
    return {name: int(count) for name, count in lane.items() if name != "mass_reply_id"}


def _event(row: Json) -> Event:
    subjects = json.loads(row["subjects"]) if isinstance(row["subjects"], str) else row["subjects"]
    mass_reply = row["mass_reply_id"] and str(row["mass_reply_id"])
    return Event(str(row["id"]), row["position"], row["written"], row["type"], mass_reply, subjects)


def _maybe(at: datetime | str | None) -> datetime | None:
    return None if at is None else _at(at)


def _at(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at
