"""What the people of a helpdesk do in a long run, through the API alone: it may be away, and answers late."""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import httpx

from app.dev.api_client import Calls
from app.dev.history import folder as history
from app.dev.history.evidence import Confirmed
from app.dev.inboxes import inboxes, open_inboxes
from app.dev.samples import REPORT
from app.dev.soak.people import CROWDS, LEFT_OUT, TROUBLED, batches, lines
from app.dev.soak.relay import Relay
from app.dev.soak.stage import READY, Environment
from app.domain.delivery_lifecycle import DeliveryStatus

PATIENT: Final = 300.0
"""Seconds for an answer: the machine may be busy."""
NOW_AND_THEN: Final = 30.0
"""Seconds between two lines of progress while waiting."""
UNFINISHED: Final = (DeliveryStatus.QUEUED, DeliveryStatus.SENDING)


class Helpdesk:
    """A helpdesk with one key of the API, and with accounts at the sandbox."""

    def __init__(
        self, environment: Environment, relays: Sequence[Relay], sandbox: str, evidence: Path, dice: Random
    ) -> None:
        self._environment, self._sandbox_url, self._evidence, self._dice = environment, sandbox, evidence, dice
        self._began = self._spoke = time.monotonic()
        self._chosen = inboxes(f"http://127.0.0.1:{relays[0].port}", relays[1].port)
        headers = {"Authorization": f"Bearer {environment.key}"}
        self._http = httpx.AsyncClient(base_url=environment.api_url, headers=headers, timeout=PATIENT, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    def said(self, what: str) -> None:
        """Say how far the run is."""
        self._spoke = time.monotonic()
        print(f"{self._spoke - self._began:5.0f} s  {what}", file=sys.stderr, flush=True)  # noqa: T201 - for a person

    def says_now_and_then(self, what: str) -> None:
        """Say it if nothing was said for a while."""
        if time.monotonic() - self._spoke >= NOW_AND_THEN:
            self.said(what)

    def calls(self) -> Calls:
        """Return a client of the API."""
        return Calls(self._environment.api_url, self._environment.key, timeout=PATIENT)

    def sandbox(self) -> Calls:
        return Calls(self._sandbox_url, timeout=PATIENT)

    async def furnish(self, rate: float) -> None:
        """Divide a number of messages a second among the accounts. Raise CallFailed."""
        await asyncio.to_thread(self._open, rate)

    def _open(self, rate: float) -> None:
        with self.calls() as api, self.sandbox() as sandbox:
            for crowd, inbox in zip(CROWDS, self._chosen, strict=True):
                open_inboxes(api, sandbox, [inbox], max(0.5, rate * crowd.share / 100))

    async def prepare(self, tag: str, count: int, *, calm: bool = False, with_file: bool = False) -> str:
        """Import conversations, and confirm a mass reply to them. Return its id. Raise CallFailed.

        If it is calm, everybody can be reached and no provider misbehaves.
        """
        await asyncio.to_thread(self._import, tag, count, 0.0 if calm else TROUBLED, 0.0 if calm else LEFT_OUT)
        files = [await asyncio.to_thread(self._attach)] if with_file else []
        body = {
            "selection": {"filter": {"tags": {"any": [tag]}}},
            "message": {"text": "Hi {{ contact.name }}, card payments work again.", "attachment_ids": files},
            "mark_as_done": True,
        }
        created = await self.call("POST", "/mass-replies", json=body)
        while created["status"] == "preparing":
            await asyncio.sleep(0.5)
            created = await self.call("GET", f"/mass-replies/{created['id']}")
        queued = await asyncio.to_thread(self._queued, created["id"])
        history.write_confirmed(self._evidence, Confirmed(created["id"], queued))
        seen = {"recipient_count": created["recipient_count"]}
        await self.call("POST", f"/mass-replies/{created['id']}/confirm", json=seen)
        return str(created["id"])

    def _import(self, tag: str, count: int, troubled: float, left_out: float) -> None:
        with self.calls() as api:
            for body in batches(lines(count, tag, self._dice, troubled=troubled, left_out=left_out)):
                report = api.upload("/conversations/import", body, "application/x-ndjson")
                assert not report["failed"], report["errors"]  # noqa: S101 - the recipients are our own

    def _attach(self) -> str:
        with self.calls() as api:
            return api.attach(*REPORT)

    def _queued(self, mass_reply: str) -> dict[str, str]:
        with self.calls() as api:
            deliveries = api.listing(f"/mass-replies/{mass_reply}/deliveries")
            return {item["id"]: item["conversation_id"] for item in deliveries if item["status"] == "queued"}

    async def cancel(self, mass_reply: str) -> bool:
        """Cancel a mass reply. Return whether anything of it was still to be sent."""
        left = await self.left(mass_reply)
        with suppress(httpx.HTTPStatusError):
            await self.call("POST", f"/mass-replies/{mass_reply}/cancel")
            history.write_cancelled(self._evidence, mass_reply, datetime.now(UTC))
            return left > 0
        return False

    async def act(self, mass_reply: str, action: str, **body: Any) -> bool:
        """Ask for an action once. Return whether it was done."""
        with suppress(httpx.TransportError):
            return (await self._http.post(f"/mass-replies/{mass_reply}/{action}", json=body)).is_success
        return False

    async def uncertain(self, mass_reply: str, most: int) -> list[str]:
        """Return conversations whose deliveries are uncertain, according to the API."""
        query: dict[str, str | int] = {"status": DeliveryStatus.UNCERTAIN, "limit": most}
        with suppress(httpx.TransportError, httpx.HTTPStatusError):
            found = await self._ask("GET", f"/mass-replies/{mass_reply}/deliveries", params=query)
            return [item["conversation_id"] for item in found["items"]]
        return []

    async def left(self, mass_reply: str) -> int:
        """Return how many messages are queued or under way, as soon as the API says so."""
        async with asyncio.timeout(READY):
            while True:
                if (batch := await self.seen(mass_reply)) is not None:
                    return sum(batch["counts"][each] for each in UNFINISHED)
                await asyncio.sleep(0.2)

    async def seen(self, mass_reply: str) -> dict[str, Any] | None:
        """Return the mass reply, or None if the API or its database is away."""
        with suppress(httpx.TransportError, httpx.HTTPStatusError):
            return await self._ask("GET", f"/mass-replies/{mass_reply}")
        return None

    async def resume(self, mass_reply: str) -> None:
        """Resume accounts that rest because their provider did not answer, or that were paused, as a person would."""
        batch = await self.seen(mass_reply)
        if batch is None:
            return
        resting = [lane for lane in batch["lanes"] or () if lane["state"] in ("paused", "cooling")]
        bodies: list[dict[str, str]] = [
            {"channel_account": lane["channel_account"]} for lane in resting if lane["channel_account"]
        ]
        for body in [*bodies, *([{}] if batch["status"] == "paused" else [])]:
            await self.act(mass_reply, "resume", **body)

    async def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Call the API until it answers. Raise TimeoutError, or HTTPStatusError if it refuses."""
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        async with asyncio.timeout(PATIENT):
            while True:
                try:
                    return await self._ask(method, path, headers=headers, **content)
                except httpx.TransportError:
                    pass
                except httpx.HTTPStatusError as error:
                    if not error.response.is_server_error:
                        raise
                await asyncio.sleep(0.2)

    async def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        answer = await self._http.request(method, path, **content)
        answer.raise_for_status()
        read: dict[str, Any] = answer.json()
        return read
