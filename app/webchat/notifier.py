"""Notifies open pages of new messages, by polling PostgreSQL once a second for all of them.

So a page learns of a reply whichever process recorded it, and without Redis. A lost notification loses no message: a
page fetches messages itself, from the last one that it has.
"""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.domain.errors import RateLimited
from app.process.polling import Notifier, Poller
from app.store.database import Database
from app.webchat.model import ChatSession
from app.webchat.sql.sessions import newest_messages

MOST_PAGES: Final = 20
"""The most open pages of one conversation that one process notifies."""
TICK: Final = 1.0
_WAIT: Final = timedelta(seconds=30)


class ChatNotifications:
    def __init__(self, database: Database, tick: float = TICK) -> None:
        self._database = database
        self._pages: defaultdict[ChatSession, set[Notifier]] = defaultdict(set)
        self._newest: dict[ChatSession, UUID] = {}
        self._ticking = Poller("web chat", self._notify, lambda: self.is_watched, tick)

    @asynccontextmanager
    async def watch(self, session: ChatSession) -> AsyncIterator[Notifier]:
        """Return a notifier that fires when the conversation has a new message. Raise RateLimited."""
        if len(self._pages[session]) >= MOST_PAGES:
            raise RateLimited(wait=_WAIT)
        notifier = Notifier()
        self._pages[session].add(notifier)
        self._ticking.start()
        try:
            yield notifier
        finally:
            self._leave(session, notifier)

    @property
    def is_watched(self) -> bool:
        """Whether any page is open here."""
        return bool(self._pages)

    def _leave(self, session: ChatSession, notifier: Notifier) -> None:
        self._pages[session].discard(notifier)
        if not self._pages[session]:
            del self._pages[session]
            self._newest.pop(session, None)

    async def _notify(self) -> None:
        watched = list(self._pages)
        async with self._database.begin_sweep() as tx:
            newest = await newest_messages(tx, watched)
        for session in watched:
            id_ = newest.get(session.conversation)
            if id_ is not None and session in self._pages and self._newest.get(session) != id_:
                self._newest[session] = id_
                for notifier in self._pages[session]:
                    notifier.notify()

    def end(self) -> None:
        """End every stream: this process is stopping, and pages reconnect elsewhere."""
        for notifiers in self._pages.values():
            for notifier in notifiers:
                notifier.notify_last()

    async def close(self) -> None:
        await self._ticking.close()
