"""The journal is the evidence: complete, in order, and countable."""

import asyncio
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from app.dev.history.receiver import receiving
from app.dev.sandbox import SandboxOptions
from tests.dev.sandbox_calls import QUICK, SENDERS, Sender, email, get, post, postmark_call, quick_sandbox

EMAIL = SENDERS[0]


async def test_counts_tell_messages_from_deliveries_and_name_the_duplicates() -> None:
    async with quick_sandbox() as (sandbox, client):
        for recipient, correlation in (
            ("ann@example.com", "d-1.1"),
            ("ann@example.com", "d-1.2"),
            ("bea@example.com", "d-2.1"),
            ("invalid@example.com", "d-3.1"),
        ):
            await post(client, sandbox, EMAIL.call(recipient, correlation))
        counts = (await get(client, sandbox, "/journal/counts")).json
        assert counts == {
            "accepted": 3,
            "refused": 1,
            "distinct_accepted": 2,
            "duplicates": ["d-1"],
            "receipts_to_send": 0,
        }


async def test_messages_without_a_correlation_are_never_duplicates() -> None:
    async with quick_sandbox() as (sandbox, client):
        for _ in range(2):
            await post(client, sandbox, postmark_call("/postmark/email", email("ann@example.com", Metadata=None)))
        counts = sandbox.journal.counts()
        assert (counts.distinct_accepted, list(counts.duplicates)) == (2, [])


async def test_reading_goes_on_after_what_was_seen_and_survives_a_clearing() -> None:
    async with quick_sandbox() as (sandbox, client):
        for number in range(3):
            await post(client, sandbox, EMAIL.call("ann@example.com", f"d-{number}.1"))
        assert await _sequences(sandbox.url, client, 1) == [2, 3]
        assert await _sequences(sandbox.url, client, 3) == []
        async with client.delete(sandbox.url + "/journal") as response:
            assert response.status == 204
        await post(client, sandbox, EMAIL.call("ann@example.com", "d-0.1"))
        assert await _sequences(sandbox.url, client, 0) == [4]
        assert sandbox.journal.counts().duplicates == []


async def _sequences(url: str, client: aiohttp.ClientSession, after: int) -> list[int]:
    async with client.get(f"{url}/journal?after={after}") as response:
        return [entry["sequence"] for entry in (await response.json())["entries"]]


async def test_after_must_be_a_number() -> None:
    async with quick_sandbox() as (sandbox, client):
        assert (await get(client, sandbox, "/journal?after=x")).status == 422


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
async def test_an_entry_says_who_sent_what_to_whom(sender: Sender) -> None:
    async with quick_sandbox() as (sandbox, client):
        sender.register(sandbox)
        await post(client, sandbox, sender.call("+14155550100" if sender.name == "twilio" else "ann@example.com"))
        [entry] = (await get(client, sandbox, "/journal")).json["entries"]
        assert (entry["provider"], entry["outcome"], entry["correlation"]) == (sender.name, "accepted", "d-1.1")
        assert "Hello" in json.dumps(entry["fields"])
        assert "User-Agent" in entry["headers"]


async def test_the_file_holds_a_line_for_each_entry_at_once(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    async with quick_sandbox(replace(QUICK, journal_path=path)) as (sandbox, client):
        for recipient in ("ann@example.com", "invalid@example.com"):
            await post(client, sandbox, EMAIL.call(recipient))
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert [line["outcome"] for line in lines] == ["accepted", "refused"]


async def test_no_answer_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy disk takes longer than a call may take."""

    def stands_still(_: int) -> None:
        raise AssertionError

    monkeypatch.setattr("os.fsync", stands_still)
    async with (
        quick_sandbox(replace(QUICK, journal_path=tmp_path / "journal.jsonl")) as (sandbox, client),
        receiving(tmp_path / "hooks.jsonl", ["mass_reply.completed"]) as receiver,
        client.post(receiver.url, json={}, headers={"webhook-id": "evt_1"}) as taken,
    ):
        sent = await post(client, sandbox, EMAIL.call("ann@example.com"))
        assert (sent.status, taken.status) == (200, 204)


async def test_accounts_are_registered_over_http() -> None:
    account = {"provider": "postmark", "identity": "token-1", "secret": "", "callback_url": "http://127.0.0.1:9/"}
    async with quick_sandbox(SandboxOptions(receipts=False)) as (sandbox, client):
        async with client.post(sandbox.url + "/sandbox/accounts", json=account) as response:
            assert response.status == 201
        known = await post(client, sandbox, postmark_call("/postmark/email", email("ann@example.com"), "token-1"))
        unknown = await post(client, sandbox, postmark_call("/postmark/email", email("ann@example.com"), "token-2"))
        assert (known.status, unknown.status) == (200, 401)


@pytest.mark.parametrize(
    "account",
    [
        [],
        {"provider": "pigeon", "identity": "x"},
        {"provider": "postmark"},
        {"provider": "postmark", "identity": 1},
        {"provider": "postmark", "identity": "x", "colour": "red"},
        {"provider": "postmark", "identity": "x", "fault": "boredom"},
    ],
)
async def test_an_account_that_makes_no_sense_is_422_and_says_why(account: object) -> None:
    async with (
        quick_sandbox() as (sandbox, client),
        client.post(sandbox.url + "/sandbox/accounts", json=account) as response,
    ):
        assert (response.status, bool((await response.json())["detail"])) == (422, True)


async def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.dev.sandbox", "--port", "0", "--smtp-port", "0"),
        *("--no-receipts", "--journal", str(journal)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20), aiohttp.ClientSession() as client:
            url = (await process.stdout.readline()).decode().split()[-1]
            call = EMAIL.call("ann@example.com")
            async with client.post(url + call.path, data=call.body, headers=call.headers) as response:
                assert response.status == 200
            process.send_signal(signal.SIGTERM)
            _, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"")
        assert json.loads(journal.read_text(encoding="utf-8"))["recipient"] == "ann@example.com"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
