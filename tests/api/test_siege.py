"""A hostile tenant beside a normal one. `make siege` lasts five minutes and prints the normal one's times.

Both sides and the API share one process, so the times hold the attackers' own work too.
"""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import httpx
from fastapi import FastAPI

from app.domain.permissions import Role
from app.runtime import Runtime
from tests.api.conftest import MakeKey, bearer
from tests.delivery.stage import make_stage
from tests.scene import add_account, twilio
from tests.visitors import serving_http

SECONDS = float(os.environ.get("SIEGE_SECONDS", "2"))
BODY = {"any_of": [{"subject_contains": f"no such {part}"} for part in range(5)]}
Attack = Callable[[httpx.AsyncClient], Awaitable[object]]


async def test_a_hostile_tenant_keeps_nobody_from_the_api(
    app: FastAPI, runtime: Runtime, make_key: MakeKey, tenant: UUID, other_tenant: UUID
) -> None:
    stage = await make_stage(runtime, tenant)
    batch = await stage.batch(200)
    account = await add_account(runtime, tenant, twilio("https://api.example.com"))
    attacks: list[tuple[Attack, int]] = [
        (lambda http: http.post("/conversations/search", json={"filter": BODY}), 20),
        (lambda http: _first_byte(http, f"/mass-replies/{batch.id}/events"), 20),
        (lambda http: http.post(f"/callbacks/{account}", content=b"x" * 1_000_000), 4),
        (lambda http: http.post("/conversations/search", content=_slow(), headers={"Content-Type": "a/json"}), 20),
    ]
    limits, statuses, times = httpx.Limits(max_connections=None), Counter[int](), list[float]()
    hostile, normal = bearer(await make_key(Role.VIEWER)), bearer(await make_key(Role.VIEWER, owner=other_tenant))
    async with (
        serving_http(app) as url,
        httpx.AsyncClient(base_url=url, headers=hostile, limits=limits, timeout=30) as attacker,
        httpx.AsyncClient(base_url=url, headers=normal, timeout=30) as user,
    ):
        ends = time.monotonic() + SECONDS
        attacking = [
            asyncio.create_task(_again(attack, attacker, ends, statuses))
            for attack, many in attacks
            for _ in range(many)
        ]
        while time.monotonic() < ends:
            began = time.monotonic()
            assert (await user.get("/me")).status_code == 200
            times.append(time.monotonic() - began)
            await asyncio.sleep(0.02)
        await asyncio.gather(*attacking)
    assert {status for status in statuses if status >= 500} <= {503}, statuses
    p99 = sorted(times)[int(len(times) * 0.99)]
    print(json.dumps({"me_p99_ms": round(p99 * 1000, 1), "me_calls": len(times), "hostile": statuses}))  # noqa: T201


async def _again(attack: Attack, http: httpx.AsyncClient, ends: float, statuses: Counter[int]) -> None:
    while time.monotonic() < ends:
        try:
            answer = await attack(http)
        except httpx.TransportError:  # a body that nobody reads ends with its connection
            statuses[0] += 1
        else:
            statuses[answer.status_code if isinstance(answer, httpx.Response) else 200] += 1


async def _first_byte(http: httpx.AsyncClient, path: str) -> httpx.Response:
    async with http.stream("GET", path) as answer:
        async for _ in answer.aiter_bytes():
            break
        return answer


async def _slow() -> AsyncIterator[bytes]:
    for _ in range(10):
        yield b" "
        await asyncio.sleep(0.05)
