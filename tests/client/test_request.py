"""What the command line says, as the bodies that the server takes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.client.exit_codes import NotUsable
from app.client.request import FILTERS, Selecting, Terms, Writing, read_filters, read_seconds
from app.domain.filters import parse_filter

SOMEBODY = UUID(int=7)


def test_values_of_one_name_are_alternatives_and_names_must_all_hold() -> None:
    given = ["tag=outage", "tag=a=b", "team=billing", "channel=sms"]

    assert read_filters(given) == {"tags": {"any": ["outage", "a=b"]}, "team": ["billing"], "channel": ["sms"]}


@pytest.mark.parametrize("name", FILTERS)
def test_every_name_is_one_of_the_filter_language(name: str) -> None:
    value = {"channel": "sms", "status": "active", "engagement": "pending"}.get(name, "anything")

    parse_filter(read_filters([f"{name}={value}"]))


@pytest.mark.parametrize("given", ["tag", "tag=", "=outage", "color=red"])
def test_a_filter_that_is_none_is_refused_naming_those_that_are(given: str) -> None:
    with pytest.raises(NotUsable, match="tag, channel, status"):
        read_filters([given])


@pytest.mark.parametrize(
    "selecting",
    [
        Selecting(),
        Selecting(filters=["tag=a"], follow_up=SOMEBODY),
        Selecting(filters=["tag=a"], filter_file=Path("filter.json")),
        Selecting(follow_up=SOMEBODY, follow_up_statuses=["sent"], exclude=[SOMEBODY]),
    ],
)
def test_conversations_are_named_in_exactly_one_way(selecting: Selecting) -> None:
    with pytest.raises(NotUsable, match="--filter"):
        selecting.to_json()


def test_files_of_ids_are_read_a_line_each(tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text(" c-1 \n\nc-2\n", encoding="utf-8")

    assert Selecting(external_ids_file=ids).to_json() == {"external_ids": ["c-1", "c-2"]}


@pytest.mark.parametrize(("content", "said"), [(b"{", "not JSON: .* in line 1"), (b"\xff", "not text in UTF-8")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "filter.json"
    file.write_bytes(content)

    with pytest.raises(NotUsable, match=f"filter.json is {said}"):
        Selecting(filter_file=file).to_json()


def test_a_template_is_named_with_its_language_and_parameters() -> None:
    writing = Writing("Hi", whatsapp_template="incident:en_US", whatsapp_parameters=["{{ contact.first_name }}"])

    assert writing.to_json(["f-1"]) == {
        "message": {"text": "Hi", "html": None, "attachment_ids": ["f-1"]},
        "mark_as_done": False,
        "on_unresolved": "skip",
        "whatsapp_template": {
            "name": "incident",
            "language": "en_US",
            "body_parameters": ["{{ contact.first_name }}"],
        },
    }


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400)])
def test_a_hold_has_a_unit(text: str, seconds: int) -> None:
    assert read_seconds(text) == seconds


@pytest.mark.parametrize(
    "bad",
    [
        lambda: Terms(hold="soon").to_json(1),
        lambda: Terms(hold="-5").to_json(1),
        lambda: Terms(at="2026-05-01T09:00:00").to_json(1),
        lambda: Terms(not_after="tomorrow").to_json(1),
        lambda: Writing("Hi", whatsapp_template="incident").to_json(()),
        lambda: Writing("Hi", whatsapp_parameters=["x"]).to_json(()),
    ],
)
def test_what_cannot_be_meant_is_refused(bad: Callable[[], Any]) -> None:
    with pytest.raises(NotUsable, match="--"):
        bad()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_may_have_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "ids").write_text("c-1\r\nc-2\r\n", encoding=encoding)
    (tmp_path / "filter").write_text('{"team": ["Zürich"]}', encoding=encoding)
    (tmp_path / "html").write_text("<p>Grüezi</p>\n", encoding=encoding)
    assert Selecting(external_ids_file=tmp_path / "ids").to_json() == {"external_ids": ["c-1", "c-2"]}
    assert Selecting(filter_file=tmp_path / "filter").to_json() == {"filter": {"team": ["Zürich"]}}
    assert Writing("Hi", html_file=tmp_path / "html").to_json([])["message"]["html"] == "<p>Grüezi</p>"
