"""Commits of an API process without an answer, each of a request's in turn: whoever asks again gets it done once."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from app.dev.history.evidence import Confirmed
from app.dev.history.verdict import judge
from app.dev.sandbox.server import Sandbox
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel
from app.settings import Settings
from tests.faults.commits import Cuts, Lost, cutting
from tests.faults.trial import Trial, api, furnish, until
from tests.history import deliveries, witnesses
from tests.imports import line, ndjson

pytestmark = [pytest.mark.faults, pytest.mark.matrix, pytest.mark.timeout(300)]

LINES: Final = 2
"""Conversations of each mass reply."""
PATIENT: Final = 60.0
"""Seconds for a request: what one has left half prepared, a worker goes on with after a few seconds."""


@dataclass
class Round:
    """One mass reply to conversations of its own, from their import to its confirmation."""

    client: httpx.AsyncClient
    name: str
    confirmed: Confirmed = field(default_factory=lambda: Confirmed("", {}))

    async def ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Ask until there is an answer that says what became of it."""
        async with asyncio.timeout(PATIENT):
            while True:
                answer = await self.client.request(method, path, **content)
                if answer.status_code < 500 and answer.json().get("code") != "idempotency_in_progress":
                    return answer
                await asyncio.sleep(0.1)

    async def imports(self) -> None:
        lines = [line(f"{self.name}-{number}", **self._customer(number)) for number in range(LINES)]
        content_type = {"Content-Type": "application/x-ndjson"}
        answer = await self.ask("POST", "/conversations/import", content=ndjson(*lines), headers=content_type)
        assert (answer.status_code, answer.json()["failed"]) == (200, 0)

    def _customer(self, number: int) -> dict[str, Any]:
        address, contact = f"{self.name}-{number}@example.com", {"external_id": f"{self.name}-{number}"}
        return {"tags": [self.name], "address": address, "contact": contact}

    async def creates(self) -> None:
        body = {"selection": {"filter": {"tags": {"any": [self.name]}}}, "message": {"text": "We are back."}}
        answer = await self.ask("POST", "/mass-replies", json=body, headers={"Idempotency-Key": self.name})
        assert answer.json().get("recipient_count") == LINES, answer.text
        self.confirmed = Confirmed(str(answer.json()["id"]), {})

    async def lists(self) -> None:
        id_ = self.confirmed.mass_reply
        queued = {item["id"]: item["conversation_id"] async for item in deliveries(self.client, id_)}
        self.confirmed = Confirmed(id_, queued)

    async def confirms(self) -> None:
        path = f"/mass-replies/{self.confirmed.mass_reply}/confirm"
        answer = await self.ask("POST", path, json={"recipient_count": LINES})
        assert answer.status_code == 202, answer.text


@dataclass
class Desk:
    """A tenant whose API process reaches PostgreSQL on a way that is cut."""

    trial: Trial
    client: httpx.AsyncClient
    cuts: Cuts

    async def cut_each(self, ask: str, lost: Lost) -> list[Confirmed]:
        """Send mass replies until a request no longer has so many commits: in each another one of it is cut."""
        return [each async for each in self._rounds(ask, lost)]

    async def _rounds(self, ask: str, lost: Lost) -> AsyncIterator[Confirmed]:
        for number in itertools.count(1):
            one, before = Round(self.client, f"r-{uuid4().hex[:8]}"), self._lost()
            for name in ("imports", "creates", "lists", "confirms"):
                self.cuts.aim(number if name == ask else 0, lost)
                await getattr(one, name)()
            self.cuts.aim(0, lost)
            yield one.confirmed
            if self._lost() == before:
                assert number > 1
                return

    def _lost(self) -> int:
        return self.cuts.lost_requests + self.cuts.lost_answers

    async def count(self, statement: str) -> int:
        return int((await self.trial.rows(f"SELECT count(*) FROM {statement}", self.trial.tenant))[0][0])


@pytest.fixture
async def desk(settings: Settings, superuser: str, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Desk]:
    tenant, key = await furnish(settings, sandbox, {Channel.EMAIL: 0}, (), 10_000)
    async with AsyncExitStack() as stack, cutting(settings.database_url) as cuts:
        client = await stack.enter_async_context(api(settings.model_copy(update={"database_url": cuts.url}), key))
        yield Desk(Trial(settings, superuser, sandbox, tenant, key, tmp_path, stack, Confirmed("", {})), client, cuts)


async def finished(trial: Trial, confirmed: Confirmed) -> None:
    """Wait until nobody is left of it."""
    statement = "SELECT finished_at IS NOT NULL FROM mass_replies WHERE id = $1"

    async def over() -> bool:
        return bool((await trial.rows(statement, UUID(confirmed.mass_reply)))[0][0])

    await until(over, 60)


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("ask", ["imports", "creates", "confirms"])
async def test_whatever_commit_of_it_is_not_answered_it_happens_once(desk: Desk, ask: str, lost: Lost) -> None:
    trial = desk.trial
    worker = await trial.worker()
    sent = await desk.cut_each(ask, lost)
    for each in sent:
        await finished(trial, each)
    evidence = await witnesses(desk.client, sent, trial.sandbox.journal, trial.superuser, trial.tenant)
    assert not judge(evidence).faults
    assert evidence.of(DeliveryStatus.SENT) == {id_ for each in sent for id_ in each.deliveries}
    assert await worker.terminate() == 0

    assert await desk.count("mass_replies WHERE tenant_id = $1") == len(sent)
    assert await desk.count("conversations WHERE tenant_id = $1") == LINES * len(sent)
    assert await desk.count("messages WHERE tenant_id = $1 AND kind = 'customer_message'") == LINES * len(sent)
    for action in ("mass_reply.created", "mass_reply.confirmed"):
        assert await desk.count(f"audit_log WHERE tenant_id = $1 AND action = '{action}'") == len(sent)
