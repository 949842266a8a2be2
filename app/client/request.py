"""The request bodies of what the command line asks for. Raise NotUsable."""

import codecs
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from app.client.exit_codes import NotUsable
from app.domain.json_reader import read_time

Json = dict[str, Any]

FILTERS = ("tag", "channel", "status", "engagement", "team", "assignee", "contact")
"""The names of `--filter NAME=VALUE`; the rest of the filter language needs a file."""
UNITS: Mapping[str, str] = {"": "seconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Selecting:
    """Which conversations: exactly one of four kinds."""

    filters: Sequence[str] = ()
    filter_file: Path | None = None
    exclude: Sequence[UUID] = ()
    ids_file: Path | None = None
    external_ids_file: Path | None = None
    follow_up: UUID | None = None
    follow_up_statuses: Sequence[str] = ()

    def to_json(self) -> Json:
        ways = [way for way in (self._filter(), self._ids(), self._external_ids(), self._follow_up()) if way]
        if len(ways) != 1:
            raise NotUsable(
                "Say which conversations in exactly one way: --filter, --filter-file, --ids-file, --external-ids-file "
                "or --follow-up."
            )
        if self.exclude and "filter" not in ways[0]:
            raise NotUsable("--exclude goes with --filter or --filter-file alone.")
        excluded = {"exclude_conversation_ids": [str(each) for each in self.exclude]} if self.exclude else {}
        return {**ways[0], **excluded}

    def _filter(self) -> Json | None:
        if self.filters and self.filter_file:
            raise NotUsable("Give either --filter or --filter-file.")
        if self.filter_file:
            return {"filter": _read_json(self.filter_file)}
        return {"filter": read_filters(self.filters)} if self.filters else None

    def _ids(self) -> Json | None:
        return {"conversation_ids": read_lines(self.ids_file)} if self.ids_file else None

    def _external_ids(self) -> Json | None:
        return {"external_ids": read_lines(self.external_ids_file)} if self.external_ids_file else None

    def _follow_up(self) -> Json | None:
        if self.follow_up is None:
            return None
        return {"follow_up": {"mass_reply_id": str(self.follow_up), "statuses": list(self.follow_up_statuses)}}


def read_filters(given: Sequence[str]) -> Json:
    """Read `tag=a`, `tag=b`, `team=billing`: a repeated name matches any of its values; different names all hold."""
    values: dict[str, list[str]] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if name not in FILTERS or not equals or not value:
            raise NotUsable(f"--filter takes NAME=VALUE, where NAME is one of {', '.join(FILTERS)}.")
        values.setdefault(name, []).append(value)
    tags = values.pop("tag", None)
    return {**({"tags": {"any": tags}} if tags else {}), **values}


@dataclass(frozen=True, slots=True)
class Writing:
    """The message, and what happens to the conversations."""

    text: str = field(repr=False)
    html_file: Path | None = None
    mark_as_done: bool = False
    blank_unresolved: bool = False
    whatsapp_template: str | None = None
    whatsapp_parameters: Sequence[str] = ()

    def to_json(self, attachment_ids: Sequence[str]) -> Json:
        html = read_text(self.html_file) if self.html_file else None
        return {
            "message": {"text": self.text, "html": html, "attachment_ids": list(attachment_ids)},
            "mark_as_done": self.mark_as_done,
            "on_unresolved": "blank" if self.blank_unresolved else "skip",
            "whatsapp_template": self._template(),
        }

    def _template(self) -> Json | None:
        if self.whatsapp_template is None:
            if self.whatsapp_parameters:
                raise NotUsable("--whatsapp-parameter goes with --whatsapp-template.")
            return None
        name, colon, language = self.whatsapp_template.rpartition(":")
        if not colon or not name or not language:
            raise NotUsable("--whatsapp-template takes NAME:LANGUAGE, as in incident_update:en.")
        return {"name": name, "language": language, "body_parameters": list(self.whatsapp_parameters)}


@dataclass(frozen=True, slots=True)
class Terms:
    """When it is sent, and how many first."""

    hold: str | None = None
    at: str | None = None
    not_after: str | None = None
    sample: int | None = None

    def to_json(self, recipients: int) -> Json:
        return {
            "recipient_count": recipients,
            "hold_seconds": 0 if self.hold is None else read_seconds(self.hold),
            "send_at": read_moment(self.at, "--at"),
            "not_after": read_moment(self.not_after, "--not-after"),
            "sample_size": self.sample,
        }


def read_seconds(text: str) -> int:
    """Read `90`, `90s`, `10m`, `2h`, `1d`."""
    found = re.fullmatch(r"([0-9]{1,9})([smhd]?)", text)
    if found is None:
        raise NotUsable("--hold takes a number of seconds, or one with a unit: 90, 90s, 10m, 2h, 1d.")
    return int(timedelta(**{UNITS[found[2]]: int(found[1])}).total_seconds())


def read_moment(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    try:
        read_time(text)
    except ValueError:
        raise NotUsable(f"{option} takes a time with its offset, as in 2026-05-01T09:00:00+02:00.") from None
    return text


def read_text(file: Path) -> str:
    """Return a file's text, without the line break that editors put at its end."""
    try:
        return decoded(file.read_bytes()).rstrip("\n")
    except UnicodeDecodeError:
        raise NotUsable(f"{file} is not text in UTF-8.") from None
    except OSError as error:
        raise NotUsable(f"{file} cannot be read: {error.strerror}.") from None


def decoded(raw: bytes) -> str:
    """Return text as programs save it: in UTF-8 with or without a byte-order mark, or in UTF-16 with one."""
    is_utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text: str = io.TextIOWrapper(io.BytesIO(raw), "utf-16" if is_utf16 else "utf-8-sig").read()
    return text


def read_lines(file: Path) -> list[str]:
    return [line.strip() for line in read_text(file).splitlines() if line.strip()]


def _read_json(file: Path) -> Any:
    try:
        return json.loads(read_text(file))
    except json.JSONDecodeError as error:
        raise NotUsable(f"{file} is not JSON: {error.msg} in line {error.lineno}.") from None
