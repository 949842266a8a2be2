"""What the README and the guide say is so: their tables are held against the code, and every link leads somewhere."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from app.api.import_schema import ConversationLine, ImportedContact, ImportedMessage
from app.channels.registry import ADAPTERS
from app.conversations.import_line import InvalidLine, parse_line
from app.dev.sandbox.faults import MAGIC, Magic
from app.domain.words import Channel
from app.settings import Settings
from tests.table import table

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = ROOT / "docs" / "guide"
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *(path for folder in ("docs", "examples", "deploy") for path in sorted((ROOT / folder).rglob("*.md"))),
]


def test_the_readme_is_read_in_five_minutes() -> None:
    assert len(README.splitlines()) <= 150


def test_every_page_of_the_guide_is_in_its_list() -> None:
    listed = set(re.findall(r"^\| \[[\w-]+\]\(([\w-]+\.md)\)", page("README"), re.MULTILINE))
    assert listed == {path.name for path in GUIDE.glob("*.md")} - {"README.md"}


def page(name: str) -> str:
    return (GUIDE / f"{name}.md").read_text(encoding="utf-8")


def _table(text: str, heading: str) -> list[list[str]]:
    """The cells of a table's rows, without its heading."""
    rows = text[text.index(heading) :].partition("\n\n")[0].splitlines()[2:]
    assert rows
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    said = [(name, default) for name, default, _ in _table(page("settings"), "| variable | default |")]
    assert said == [(f"`MASS_REPLY_{name.upper()}`", _default(field)) for name, field in Settings.model_fields.items()]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.default:
        case None | ():
            return ""
        case bool(value):
            return f"`{str(value).lower()}`"
        case timedelta() as value:
            return f"`{TypeAdapter(timedelta).dump_python(value, mode='json')}`"
        case value:
            return f"`{value}`"


def test_the_magic_recipients_are_those_of_the_sandbox() -> None:
    expected = [
        [f"`{magic.fault}`", ", ".join(f"`{number}`" for number in _numbers(magic)), magic.what] for magic in MAGIC
    ]
    assert _table(page("sandbox"), "| begins with | number |") == expected


def _numbers(magic: Magic) -> list[str]:
    return [f"+15005550{magic.block}x", *([magic.twilio_number] if magic.twilio_number else [])]


def test_every_provider_has_a_row_with_its_channels() -> None:
    said = {provider: channels for provider, channels, _ in _table(page("channels"), "| provider | channels |")}
    assert said == {f"`{name}`": ", ".join(sorted(adapter.channels)) for name, adapter in ADAPTERS.items()}


def test_every_field_of_an_import_is_in_the_tables() -> None:
    text = page("conversations")
    for heading, model in (
        ("## All fields", ConversationLine),
        ("`contact` is:", ImportedContact),
        ("`last_customer_message` is:", ImportedMessage),
    ):
        assert _table(text[text.index(heading) :], "| field | value |") == [list(row) for row in _rows(model)]


def _rows(model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    schema = model.model_json_schema()
    for name, field in schema["properties"].items():
        needed = " **Required.**" if name in schema.get("required", ()) else ""
        yield f"`{name}`", _kind(field, schema.get("$defs", {})), f"{field['description']}{needed}"


def _kind(field: dict[str, Any], models: dict[str, Any]) -> str:
    """Say in a word what a field may hold."""
    [schema] = [kind for kind in field.get("anyOf", [field]) if kind != {"type": "null"}]
    schema = models[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    words = {"array": "list of texts", "boolean": "`true`, `false`", "string": "text"}
    return "time" if schema.get("format") == "date-time" else words.get(schema["type"], schema["type"])


@pytest.mark.parametrize(
    ("model", "at"), [(ConversationLine, ""), (ImportedContact, "contact"), (ImportedMessage, "last_customer_message")]
)
def test_an_import_reads_every_field_that_is_described_and_no_other(model: type[BaseModel], at: str) -> None:
    for name in (*model.model_fields, "surprise"):
        line = f'{{"{at}": {{"{name}": 0}}}}' if at else f'{{"{name}": 0}}'
        with pytest.raises(InvalidLine) as refused:
            parse_line(line.encode())
        assert ("no such field" in str(refused.value)) == (name == "surprise")


def test_there_is_an_example_line_for_each_channel() -> None:
    lines = [line for line in page("conversations").splitlines() if line.startswith('{"external_id": "g-')]
    assert {parse_line(line.encode()).given.get("channel") for line in lines[:8]} == set(Channel)


def test_every_event_of_the_log_is_explained() -> None:
    sources = [path for path in (ROOT / "app").rglob("*.py") if "dev" not in path.parts]
    logged = {
        name
        for path in sources
        for name in re.findall(r'\blog\.(?:info|warning|error|exception)\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }
    table = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("| event | level |")[2]
    explained = {
        name for row in table.partition("\n\n")[0].splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert explained == logged


@table
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []
