"""`mass-reply import`: what a file holds is told by its name, else by how it begins."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from app.conversations.import_file import Content, content_of
from app.domain.words import Channel
from app.runtime import Runtime
from tests.forked import Done
from tests.scene import add_account, postmark
from tests.test_cli import environment, run

__all__ = ["environment", "run"]

Run = Callable[..., Done]

LINE = json.dumps({"external_id": "c-1", "channel": "sms", "address": "+12025550142"})
MAIL = (
    "From: Ann Lee <ann@example.com>\nTo: support@example.com\nSubject: Refused\nMessage-ID: <1@mail.example.com>\n"
    "Date: Fri, 01 May 2026 10:00:00 +0000\n\nMy card is refused.\n"
)
MBOX = f"From ann@example.com Fri May  1 10:00:00 2026\n{MAIL}\n"


@pytest.mark.parametrize(
    ("name", "text", "content"),
    [
        ("any.ndjson", "", Content.LINES),
        ("any.jsonl", "", Content.LINES),
        ("any.EML", "{", Content.MAIL),
        ("any.mbox", "", Content.MAILBOX),
        ("lines", f"\n{LINE}\n", Content.LINES),
        ("lines-with-a-mark", f"\ufeff{LINE}\n", Content.LINES),
        ("mail.txt", MAIL, Content.MAIL),
        ("archive-with-a-mark", f"\ufeff{MBOX}", Content.MAILBOX),
        ("archive", MBOX, Content.MAILBOX),
    ],
)
def test_the_content_is_told_by_name_or_beginning(tmp_path: Path, name: str, text: str, content: Content) -> None:
    (tmp_path / name).write_text(text)
    assert content_of(tmp_path / name) is content


async def test_lines_are_imported_once_and_bad_ones_named(run: Run, tenant: UUID, tmp_path: Path) -> None:
    file = tmp_path / "conversations.ndjson"
    file.write_text(f"{LINE}\n{{}}\n")
    done = run("import", str(file), "--tenant", str(tenant))
    assert (done.returncode, done.stdout) == (1, "created 1, updated 0, unchanged 0, failed 1, left out 0\n"), (
        done.stderr
    )
    assert done.stderr.startswith("line 2: /external_id")

    file.write_text(f"{LINE}\n")
    done = run("import", str(file), "--tenant", str(tenant))
    assert (done.returncode, done.stdout) == (0, "created 0, updated 0, unchanged 1, failed 0, left out 0\n"), (
        done.stderr
    )


@pytest.mark.parametrize(("name", "text"), [("one.eml", MAIL), ("all.mbox", MBOX), ("a-mark.mbox", f"\ufeff{MBOX}")])
async def test_mails_are_imported_for_an_account(
    run: Run, runtime: Runtime, tenant: UUID, tmp_path: Path, name: str, text: str
) -> None:
    account = postmark("http://127.0.0.1:1")
    assert account.channel is Channel.EMAIL
    await add_account(runtime, tenant, account)
    (tmp_path / name).write_text(text)
    done = run("import", str(tmp_path / name), "--tenant", str(tenant), "--channel-account", account.key)
    assert (done.returncode, done.stdout) == (0, "created 1, updated 0, unchanged 0, failed 0, left out 0\n"), (
        done.stderr
    )


async def test_mails_without_an_account_are_refused_saying_what_is_missing(
    run: Run, tenant: UUID, tmp_path: Path
) -> None:
    (tmp_path / "one.eml").write_text(MAIL)
    done = run("import", str(tmp_path / "one.eml"), "--tenant", str(tenant))
    assert done.returncode == 1
    assert "--channel-account" in done.stderr
