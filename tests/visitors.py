"""Visitors of a web chat, and the account that they come to."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI

from app.domain.words import Channel
from app.runtime import Runtime
from tests.scene import Account, add_account

WEB_CHAT = Account("web-chat", Channel.CHAT, "webchat")


async def add_web_chat(runtime: Runtime, tenant: UUID) -> UUID:
    return await add_account(runtime, tenant, WEB_CHAT)


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser's session; several pages of it may be open."""

    http: httpx.AsyncClient
    token: str
    conversation: UUID

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def fetch(self, after: str | None = None) -> list[dict[str, Any]]:
        params = {} if after is None else {"after": after}
        answer = await self.http.get("/chat/sessions/me/messages", headers=self.headers, params=params)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def write(self, text: str, **more: str) -> httpx.Response:
        return await self.http.post("/chat/sessions/me/messages", headers=self.headers, json={"text": text, **more})


async def visit(http: httpx.AsyncClient, account: UUID, **about: str) -> Visitor:
    answer = await http.post("/chat/sessions", json={"channel_account": str(account), **about})
    assert answer.status_code == 201, answer.text
    return Visitor(http, answer.json()["token"], UUID(answer.json()["conversation_id"]))


@asynccontextmanager
async def serving_http(app: FastAPI) -> AsyncIterator[str]:
    """Serve an application that is already started on a real socket: only so do its streams stream."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, timeout_graceful_shutdown=1))
        running = asyncio.create_task(server.serve([listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
