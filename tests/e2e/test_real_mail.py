"""The 56 real e-mails of `tests/data/mail`: imported, answered with one mass reply, and each answer read as a mail.

What is expected is read out of the files by regular expressions, so that it does not rest on the code under test.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.dev.sandbox.server import Sandbox
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.e2e.conftest import Poll
from tests.history import confirm, create, deliveries
from tests.mail.mails import REAL
from tests.scene import add_account, postmark

TEXT = "Grüße, 皆さん – we are back. 10 € off!"
UNANSWERABLE = ("xxxxx@xxxxx", "jdöe@mächine.example")
"""Senders that Postmark cannot write to: no domain, and a local part beyond ASCII (RFC 6531)."""
CLEAN_ID = re.compile(r"<[!-;=?-~]+>")
BARE_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
ENVELOPE = re.compile(rb"From [^\s:]")
REPLY_MARK = re.compile(r"re\s*:\s*", re.IGNORECASE)
LONG_LINES = SMTP.clone(max_line_length=998)
"""RFC 5322 section 2.1.1: the most that a line may hold. Folding earlier would encode a long message id."""


@dataclass(frozen=True)
class Original:
    message_id: str | None
    thread: tuple[str, ...]
    """What RFC 5322 section 3.6.4 asks of the References of an answer."""


def original(raw: bytes) -> Original:
    head = re.sub(rb"\r\n?", b"\n", raw).lstrip(b"\n").partition(b"\n\n")[0].decode("latin-1")
    unfolded = re.sub(r"\n[ \t]+", " ", head)
    ids = {name: _ids(_field(unfolded, name)) for name in ("message-id", "references", "in-reply-to")}
    if not ids["message-id"]:
        return Original(None, ())
    parent = ids["message-id"][0]
    older = ids["references"] or (ids["in-reply-to"] if len(ids["in-reply-to"]) == 1 else [])
    return Original(parent, (*older, parent))


def _ids(value: str) -> list[str]:
    """One mail program left out the brackets, which are no part of the id."""
    bare = BARE_ID.fullmatch(value.strip())
    return [f"<{bare[0]}>"] if bare else CLEAN_ID.findall(value)


def _field(head: str, name: str) -> str:
    found = re.search(rf"^{name}[ \t]*:(.*)$", head, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


ORIGINALS = [original(raw) for raw in REAL.values()]


async def import_files(client: httpx.AsyncClient) -> int:
    """Import one by one; answers how many conversations that made."""
    reports = [await _import(client, raw, "message/rfc822") for raw in REAL.values()]
    assert not any(report["failed"] for report in reports)
    return sum(report["created"] for report in reports)


async def import_mailbox(client: httpx.AsyncClient) -> int:
    """The same as one file, as mail programs export it."""
    report = await _import(client, b"".join(mailed(raw) for raw in REAL.values()), "application/mbox")
    assert report["failed"] == 0, report["errors"]
    return int(report["created"])


def mailed(raw: bytes) -> bytes:
    """One mail of an mbox file (RFC 4155): an envelope line before it, lines of its text that look like one quoted.

    Python's own `mailbox` takes the header `From  : John Doe` for an envelope line.
    """
    envelope = b"" if ENVELOPE.match(raw) else b"From support@example.com Fri May  1 09:00:00 2026\n"
    head, empty, text = re.split(rb"(\r?\n\r?\n)", raw + b"\n\n", maxsplit=1)
    return envelope + head + empty + re.sub(rb"(?m)^(>*From )", rb">\1", text).rstrip() + b"\n\n"


async def _import(client: httpx.AsyncClient, body: bytes, kind: str) -> dict[str, Any]:
    answer = await client.post(
        "/conversations/import", params={"channel_account": "email"}, content=body, headers={"Content-Type": kind}
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def answer_all(client: httpx.AsyncClient, sandbox: Sandbox, finished: Poll) -> list[EmailMessage]:
    """Send one mass reply to every conversation; answers what the customers' mail programs would read."""
    body = {"selection": {"filter": {"channel": ["email"]}}, "message": {"text": TEXT}}
    confirmed = await confirm(client, await create(client, **body))
    await finished(confirmed.mass_reply)
    unsent = [item async for item in deliveries(client, confirmed.mass_reply) if item["status"] != "sent"]
    assert len(unsent) == len(UNANSWERABLE)
    assert all(item["reason"]["code"] == "address_invalid" for item in unsent)
    recipients = {entry.message.recipient for entry in sandbox.journal}
    assert recipients.isdisjoint(UNANSWERABLE)
    return [rebuilt(entry.message.fields) for entry in sandbox.journal]


def rebuilt(fields: Mapping[str, Any]) -> EmailMessage:
    """Write the captured call as the mail that Postmark makes of it, and read it back.

    `email` itself refuses a line end in a header.
    """
    written = EmailMessage(policy=LONG_LINES)
    for name in ("From", "To", "Subject"):
        written[name] = fields[name]
    for header in fields["Headers"]:
        assert header["Value"].isprintable()
        written[header["Name"]] = header["Value"]
    written.set_content(fields["TextBody"])
    read = message_from_bytes(bytes(written), policy=default)
    assert isinstance(read, EmailMessage)
    return read


async def subjects(client: httpx.AsyncClient) -> Sequence[str | None]:
    found = (await client.post("/conversations/search", json={"filter": {}, "limit": 500})).json()
    return [item["subject"] for item in found["items"]]


@pytest.fixture(autouse=True)
async def account(runtime: Runtime, tenant: UUID, sandbox: Sandbox) -> None:
    await add_account(runtime, tenant, postmark(sandbox.url))


async def test_every_answer_threads_under_a_mail_of_its_conversation(
    client: httpx.AsyncClient, sandbox: Sandbox, worker: WorkerProcess, finished: Poll
) -> None:
    conversations = await import_files(client)
    answers = await answer_all(client, sandbox, finished)

    assert len(answers) == conversations - len(UNANSWERABLE)
    expected = {(each.message_id, each.thread) for each in ORIGINALS}
    for answer in answers:
        ids = answer["References"].split() if answer["References"] else []
        assert (answer["In-Reply-To"], tuple(ids)) in expected
    parents = [answer["In-Reply-To"] for answer in answers if answer["In-Reply-To"]]
    assert len(parents) == len(set(parents))


async def test_no_id_is_encoded_or_split_on_the_wire(
    client: httpx.AsyncClient, sandbox: Sandbox, worker: WorkerProcess, finished: Poll
) -> None:
    await import_files(client)
    for answer in await answer_all(client, sandbox, finished):
        wire = answer.as_bytes(policy=LONG_LINES).partition(b"\r\n\r\n")[0].decode("ascii")
        for name in ("Message-ID", "In-Reply-To", "References"):
            for id_ in (answer[name] or "").split():
                assert CLEAN_ID.fullmatch(id_)
                assert id_ in wire


async def test_subjects_and_texts_arrive_as_they_are_with_one_re_at_most(
    client: httpx.AsyncClient, sandbox: Sandbox, worker: WorkerProcess, finished: Poll
) -> None:
    await import_files(client)
    kept = {subject or "your message" for subject in await subjects(client)}
    answers = await answer_all(client, sandbox, finished)

    assert {bare(str(answer["Subject"])) for answer in answers} <= {bare(subject) for subject in kept}
    assert any(not str(answer["Subject"]).isascii() for answer in answers)
    for answer in answers:
        assert len(REPLY_MARK.findall(str(answer["Subject"]))) <= 1
        assert answer.get_content().rstrip() == TEXT


def bare(subject: str) -> str:
    return REPLY_MARK.sub("", subject, count=1) if REPLY_MARK.match(subject) else subject


async def test_one_mailbox_is_answered_as_its_mails_one_by_one(
    client: httpx.AsyncClient, sandbox: Sandbox, worker: WorkerProcess, finished: Poll
) -> None:
    conversations = await import_mailbox(client)
    answers = await answer_all(client, sandbox, finished)

    assert len(answers) == conversations - len(UNANSWERABLE)
    parents = {answer["In-Reply-To"] for answer in answers if answer["In-Reply-To"]}
    assert parents <= {each.message_id for each in ORIGINALS}
