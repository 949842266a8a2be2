"""The evidence of a run as files in a folder, so that a verdict can be given again at any time."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from app.dev.api_client import Calls
from app.dev.history.evidence import Confirmed, Evidence
from app.dev.history.export import export
from app.dev.history.reading import Json, evidence

UNCONFIRMED = frozenset({"preparing", "awaiting_confirmation", "awaiting_approval", "expired"})
CONFIRMED, CANCELLED, API, DATABASE, JOURNAL, HOOKS = (
    f"{name}.jsonl" for name in ("confirmed", "cancelled", "api", "database", "journal", "webhooks")
)


def collect(folder: Path, api: Calls, database_url: str, tenant: UUID, mass_replies: Sequence[str] = ()) -> None:
    """Ask the API and the database, and store their answers beside the journals that are there already.

    Of these mass replies, or of all that were confirmed. Only they are judged later.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ids = list(mass_replies) or [b["id"] for b in api.listing("/mass-replies") if b["status"] not in UNCONFIRMED]
    named = [{"named": list(mass_replies)}] if mass_replies else []
    _write(folder / API, chain(named, _answers(api, ids)))
    found = asyncio.run(export(database_url, tenant, [UUID(id_) for id_ in ids]))
    _write(folder / DATABASE, ({"table": table, "row": row} for table, rows in found.items() for row in rows))


def _answers(api: Calls, ids: Iterable[str]) -> Iterator[Json]:
    for id_ in ids:
        yield {"mass_reply": api.get(f"/mass-replies/{id_}")}
        yield from ({"delivery": item} for item in api.listing(f"/mass-replies/{id_}/deliveries"))


def write_confirmed(folder: Path, confirmed: Confirmed) -> None:
    """Store what a person has just confirmed, before anything is sent."""
    _append(folder / CONFIRMED, {"mass_reply": confirmed.mass_reply, "deliveries": dict(confirmed.deliveries)})


def write_cancelled(folder: Path, mass_reply: str, at: datetime) -> None:
    """Store when a person was answered that a mass reply is cancelled."""
    _append(folder / CANCELLED, {"mass_reply": mass_reply, "at": at.isoformat()})


def read(folder: Path, *, settles_after: float | None = None) -> Evidence:
    """Read the evidence of a run. Without a record of what was confirmed, it is what the API calls recipients."""
    answers = list(_lines(folder / API))
    deliveries = [line["delivery"] for line in answers if "delivery" in line]
    database: dict[str, list[Json]] = {}
    for line in _lines(folder / DATABASE):
        database.setdefault(line["table"], []).append(line["row"])
    hooks = folder / HOOKS
    named = next((line["named"] for line in answers if "named" in line), None)
    confirmed = [Confirmed(line["mass_reply"], line["deliveries"]) for line in _lines(folder / CONFIRMED)]
    seen = evidence(
        [each for each in confirmed if named is None or each.mass_reply in named] or _recipients(answers),
        [line["mass_reply"] for line in answers if "mass_reply" in line],
        deliveries,
        _lines(folder / JOURNAL),
        database,
        list(_lines(hooks)) if hooks.exists() else None,
        settles_after=settles_after,
    )
    cancelled = {line["mass_reply"]: datetime.fromisoformat(line["at"]) for line in _lines(folder / CANCELLED)}
    return replace(seen, cancelled=cancelled)


def _recipients(answers: Iterable[Json]) -> list[Confirmed]:
    found: dict[str, dict[str, str]] = {}
    for line in answers:
        item = line.get("delivery")
        if item is not None and item["status"] != "skipped":
            found.setdefault(item["mass_reply_id"], {})[item["id"]] = item["conversation_id"]
    return [Confirmed(id_, deliveries) for id_, deliveries in found.items()]


def _append(path: Path, line: Json) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _write(path: Path, lines: Iterable[Json]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, default=str) + "\n" for line in lines)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        with path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)
