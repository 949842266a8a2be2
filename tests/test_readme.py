"""What the README says is so: its commands are run, and its tables are held against the code."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from app.channels.registry import ADAPTERS
from app.dev.sandbox.faults import MAGIC, Magic
from app.settings import Settings
from tests.dev.programs import Up, own_folder, up

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = re.findall(r"<!-- run -->\n```sh\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def made_up() -> Iterator[Up]:
    with own_folder() as folder, up(folder) as running:
        yield running


def our_own_curl(tmp_path: Path) -> str:
    """A search path with a curl on it that knows only what the README uses, and fails on any other option."""
    curl = tmp_path / "curl"
    curl.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "tests" / "dev" / "curl.py"}" "$@"\n')
    curl.chmod(0o755)
    (tmp_path / "python3").symlink_to(sys.executable)
    return f"{tmp_path}:/usr/bin:/bin"


@pytest.mark.xdist_group("stack")
def test_the_first_mass_reply_works_as_written(made_up: Up, tmp_path: Path) -> None:
    work_through_the_readme(made_up, our_own_curl(tmp_path))
    if shutil.which("curl"):
        work_through_the_readme(made_up, os.environ["PATH"])


def work_through_the_readme(made_up: Up, path: str) -> None:
    with httpx.Client(headers={"Authorization": f"Bearer {made_up.key}"}, trust_env=False) as client:
        client.delete(f"{made_up.sandbox}/journal")
        done = subprocess.run(  # noqa: S603 - the README's own commands
            ["/bin/sh", "-e", "-c", "\n".join(COMMANDS)],
            env={"PATH": path, "API": made_up.api, "KEY": made_up.key, "HOME": os.environ.get("HOME", "/")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert '"recipient_count":2' in done.stdout
        assert "payments work again" in done.stdout
        latest = client.get(f"{made_up.api}/mass-replies").json()["items"][0]
        assert (latest["status"], latest["recipient_count"]) == ("completed", 2)
        deliveries = client.get(f"{made_up.api}/mass-replies/{latest['id']}/deliveries").json()["items"]
        assert {each["external_id"]: each["status"] in ("sent", "delivered") for each in deliveries} == {
            "c-1": True,
            "c-2": True,
        }
        assert client.get(f"{made_up.sandbox}/journal/counts").json()["distinct_accepted"] == 2


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) == README.count("```sh") == 5


def _table(heading: str) -> list[list[str]]:
    """The cells of a table's rows, without its heading."""
    rows = README[README.index(heading) :].partition("\n\n")[0].splitlines()[2:]
    assert rows
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    said = [(name, default) for name, default, _ in _table("| variable | default |")]
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
    assert _table("| begins with | number |") == expected


def _numbers(magic: Magic) -> list[str]:
    return [f"+15005550{magic.block}x", *([magic.twilio_number] if magic.twilio_number else [])]


def test_every_provider_has_a_row_with_its_channels() -> None:
    said = {provider: channels for provider, channels, _ in _table("| provider | channels |")}
    assert said == {f"`{name}`": ", ".join(sorted(adapter.channels)) for name, adapter in ADAPTERS.items()}


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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []
