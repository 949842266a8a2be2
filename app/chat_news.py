"""Tells open pages that something was written: one question a second for all of them, asked of PostgreSQL.

So a page hears of a reply whichever process recorded it, and with Redis absent. Nothing is lost where a word of it is:
what a page shows it fetches itself, from the last message that it has seen.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.domain.chat import ChatSession
from app.domain.errors import RateLimited
from app.store.chat import newest_messages
from app.store.database import Database

log = structlog.get_logger()

MOST_PAGES: Final = 20
"""Pages of one conversation that are told at once, in one process."""
TICK: Final = 1.0
_WAIT: Final = timedelta(seconds=30)


class ChatNews:
    def __init__(self, database: Database, tick: float = TICK) -> None:
        self._database = database
        self._tick = tick
        self._pages: defaultdict[ChatSession, set[asyncio.Event]] = defaultdict(set)
        self._newest: dict[ChatSession, UUID] = {}
        self._asking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watch(self, session: ChatSession) -> AsyncIterator[asyncio.Event]:
        """Give an event that is set when the conversation has something new. Raises RateLimited."""
        if len(self._pages[session]) >= MOST_PAGES:
            raise RateLimited(wait=_WAIT)
        arrived = asyncio.Event()
        self._pages[session].add(arrived)
        if self._asking is None:
            # Not in the context of the request that happens to be the first.
            self._asking = asyncio.create_task(self._ask(), context=Context())
        try:
            yield arrived
        finally:
            self._leave(session, arrived)

    @property
    def is_watched(self) -> bool:
        """Whether any page is open here."""
        return bool(self._pages)

    def _leave(self, session: ChatSession, arrived: asyncio.Event) -> None:
        self._pages[session].discard(arrived)
        if not self._pages[session]:
            del self._pages[session]
            self._newest.pop(session, None)

    async def _ask(self) -> None:
        """Go on for as long as a page is open; the next one to open starts it again."""
        try:
            while self._pages:
                await asyncio.sleep(self._tick)
                try:
                    await self._tell()
                except (SQLAlchemyError, OSError, TimeoutError) as error:
                    log.warning("chat_news_failed", error=type(error).__name__)
        finally:
            self._asking = None

    async def _tell(self) -> None:
        watched = list(self._pages)
        async with self._database.begin_sweep() as connection:
            newest = await newest_messages(connection, watched)
        for session in watched:
            id_ = newest.get(session.conversation)
            if id_ is not None and session in self._pages and self._newest.get(session) != id_:
                self._newest[session] = id_
                for arrived in self._pages[session]:
                    arrived.set()

    async def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
