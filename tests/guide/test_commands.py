"""Every command of the README and of the guide is run, as it is written, against what `mass-reply up` starts."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.dev.programs import Up, own_folder, up
from tests.test_readme import GUIDE, README, ROOT

BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
NOT_RUN_HERE = re.compile(
    r"""(?x) ^ (
        make\ (demo|test|up) | cp\ \.env\.example | docker\ compose | pip\ install  # they build a whole installation
        | export\ \w+= | MASS_REPLY_ | mass-reply\ (migrate|tenants|keys|api|worker)  # and these make it one's own
        | openapi-python-client | npx                                               # what a test of its own runs
        | $ )"""
)
"""Lines that a block of text may hold. What can be run stands in a block of sh."""


def commands(text: str) -> str:
    blocks = [(indent, block) for indent, language, block in BLOCK.findall(text) if language == "sh"]
    return "\n".join(re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in blocks)


def name(page: Path) -> str:
    return page.name


def programs(folder: Path) -> str:
    """A search path with a curl that knows only what the documents use; what `up` prints leads to our own program."""
    curl = folder / "curl"
    curl.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "tests" / "dev" / "curl.py"}" "$@"\n')
    curl.chmod(0o755)
    (folder / "python3").symlink_to(sys.executable)
    return f"{folder}:/usr/bin:/bin"


def run(text: str, stack: Up, folder: Path, path: str) -> str:
    done = subprocess.run(  # noqa: S603 - the documents' own commands
        ["/bin/sh", "-e", "-c", stack.exports + commands(text)],
        env={"PATH": path, "HOME": os.environ.get("HOME", "/")},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, (done.stdout[-3000:], done.stderr)
    return done.stdout


def test_the_first_mass_reply_works_as_written(made_up: Up, tmp_path: Path) -> None:
    first_mass_reply(made_up, tmp_path, programs(tmp_path))
    if shutil.which("curl"):
        first_mass_reply(made_up, tmp_path, os.environ["PATH"])


@pytest.mark.faults
def test_what_the_stack_has_done_is_judged_by_the_commands_of_the_page_about_it(tmp_path: Path) -> None:
    """On a stack of its own: a journal that somebody has cleared is no witness."""
    page = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
    with own_folder() as folder, up(folder) as stack:
        path = programs(tmp_path)
        run(README, stack, tmp_path, path)
        run(README, stack, tmp_path, path)
        with httpx.Client(headers={"Authorization": f"Bearer {stack.key}"}, trust_env=False) as client:
            latest = client.get(f"{stack.api}/mass-replies").json()["items"][0]["id"]
            arrived(client, f"{stack.api}/mass-replies/{latest}/deliveries")
        said = run(page, stack, folder, path)
        assert "confirmed 4, " in said
        assert said.count("Nothing is wrong.") == 2  # as it is judged, and as the folder is judged again
        again = f"```sh\npython -m app.dev.history var/run --api $API --key $KEY --mass-reply {latest}\n```"
        said = run(again, stack, folder, path)
        assert "confirmed 2, " in said
        assert "taken by providers 4" in said


def arrived(client: httpx.Client, deliveries: str) -> None:
    """Wait for the receipts: what changes while witnesses are asked looks like a contradiction."""
    while {each["status"] for each in client.get(deliveries).json()["items"]} != {"delivered"}:
        time.sleep(0.1)


def first_mass_reply(stack: Up, folder: Path, path: str) -> None:
    with httpx.Client(headers={"Authorization": f"Bearer {stack.key}"}, trust_env=False) as client:
        client.delete(f"{stack.sandbox}/journal")
        said = run(README, stack, folder, path)
        assert "2 recipients\n" in said
        assert "payments work again" in said
        latest = client.get(f"{stack.api}/mass-replies").json()["items"][0]
        assert (latest["status"], latest["recipient_count"]) == ("completed", 2)
        deliveries = client.get(f"{stack.api}/mass-replies/{latest['id']}/deliveries").json()["items"]
        assert {each["external_id"]: each["status"] in ("sent", "delivered") for each in deliveries} == {
            "c-1": True,
            "c-2": True,
        }
        assert client.get(f"{stack.sandbox}/journal/counts").json()["distinct_accepted"] == 2


SAID = {
    "conversations": [
        '"created":8,',
        '"created":1,"updated":1,"unchanged":0,"failed":1,"left_out":',
        "no_address",
        "Still refused.",
    ],
    "channels": ['"credentials":"ok"', '"provider":"webchat"'],
    "frontend": ["2 of 3 will get it", "HTTP/1.1 304", "idempotent-replayed: true", "event: completed"],
    "guards": ['"approval_above":200', '"approval_above":null'],
    "rules": ['"key":"announced"'],
    "sandbox": ["exit status 5", "STOP"],
    "webhooks": ['"secret":"whsec_', '"state":"active"'],
    "terminal": ["What will happen", "support-sms"],
}
"""What a page's commands print, among much else."""


PAGES = sorted(GUIDE.glob("*.md"))


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page.read_text(encoding="utf-8"))], ids=name)
def test_the_commands_of_a_page_work_as_written(page: Path, made_up: Up, tmp_path: Path) -> None:
    said = run(page.read_text(encoding="utf-8"), made_up, tmp_path, programs(tmp_path))
    assert [words for words in SAID.get(page.stem, []) if words not in said.lower() and words not in said] == []


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=name)
def test_what_could_be_run_is_not_hidden_in_a_block_that_is_not(page: Path) -> None:
    for _, language, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        assert language in {"sh", "text", "json", "js", "python", "mermaid", "html", "css", "sql"}
        if language == "text":
            assert [line for line in block.splitlines() if not NOT_RUN_HERE.match(line.strip())] == []
