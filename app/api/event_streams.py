"""What the streams of one mass reply share: one look a second at the database, and each page of results once.

A stream keeps only its cursor. It takes pages at its own reader's pace, from the few that are cached here or from the
database again: a slow reader costs no memory and delays nobody.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi.sse import format_sse_event

from app.api.delivery_schemas import DeliveryResponse
from app.api.progress_schemas import ProgressResponse
from app.domain.errors import NotFound, RateLimited
from app.domain.mass_reply import Progress
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.stream_cursor import StreamCursor
from app.domain.words import DeliveryId, MassReplyId, TenantId
from app.mass_replies.sql import progress as progress_sql
from app.mass_replies.sql import results
from app.mass_replies.sql.progress import Settled
from app.mass_replies.sql.results import DeliveryResult
from app.process.polling import Notifier, Poller
from app.store import outbox
from app.store.database import Database

TICK: Final = 1.0
HEARTBEAT: Final = 15.0
"""Seconds; proxies cut connections that are silent for a minute or so."""
MOST_STREAMS: Final = 1_000
"""Open streams of one tenant in one process."""
MOST_STREAMS_EACH: Final = 100
"""Of those, for one key or person."""
PAGE: Final = 200
"""Deliveries read at once: about 150 kB as text."""
KEPT_PAGES: Final = 8

_WAIT: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class ProgressSnapshot:
    """A mass reply's progress at one moment. Events after `newest` belong to a later snapshot."""

    progress: str
    """As JSON."""
    newest: int
    ended_as: MassReplyStatus | None
    """None until the mass reply has ended."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Deliveries in the order in which they settled."""

    events: bytes = field(repr=False)
    """As they are sent."""
    end: StreamCursor


class Feed:
    """One mass reply, as the streams of this process see it."""

    def __init__(self, database: Database, tenant: TenantId, id_: MassReplyId, tick: float) -> None:
        self._database, self._tenant, self._id = database, tenant, id_
        self._snapshot_lock, self._page_lock = asyncio.Lock(), asyncio.Lock()
        self._pages: OrderedDict[StreamCursor, EventPage] = OrderedDict()
        self._poller = Poller("mass reply", self.look, lambda: bool(self.notifiers), tick)
        self.notifiers: set[Notifier] = set()
        self.latest: ProgressSnapshot | None = None
        """None if the mass reply has been deleted."""

    async def look(self) -> None:
        """Take a snapshot. One at a time, so that no snapshot is followed by an older one."""
        async with self._snapshot_lock:
            numbered = outbox.NUMBERED_AT_ONCE
            while numbered == outbox.NUMBERED_AT_ONCE:
                async with self._database.begin(self._tenant) as tx:
                    # Read before the events get their positions: one that has ended has published them all by then.
                    progress = await progress_sql.progress(tx, self._id)
                    numbered = await outbox.number(tx)
                    newest = await progress_sql.newest_position(tx, self._id)
            self._show(None if progress is None else _snapshot(progress, newest))

    def _show(self, snapshot: ProgressSnapshot | None) -> None:
        if snapshot != self.latest:
            self.latest = snapshot
            for notifier in self.notifiers:
                notifier.notify()

    async def page(self, after: StreamCursor, newest: int) -> EventPage:
        """Return the deliveries that settled after a cursor, up to the newest event of a snapshot.

        A cached page may end before that event. Its end is the cursor of the next page.
        """
        async with self._page_lock:
            if after not in self._pages:
                self._pages[after] = await self._read(after, newest)
                if len(self._pages) > KEPT_PAGES:
                    self._pages.popitem(last=False)
            return self._pages[after]

    async def _read(self, after: StreamCursor, newest: int) -> EventPage:
        async with self._database.begin(self._tenant) as tx:
            settled = await progress_sql.settled_after(tx, self._id, after, newest, PAGE)
            ids = [one.delivery for one in settled]
            found = await results.some(tx, self._id, ids)
        end = settled[-1].cursor if len(settled) == PAGE else StreamCursor(newest + 1)
        return EventPage(_delivery_events(settled, found), end)

    @property
    def kept_pages(self) -> int:
        return len(self._pages)

    def start(self) -> asyncio.Task[None]:
        return self._poller.start()


def _snapshot(progress: Progress, newest: int) -> ProgressSnapshot:
    text = ProgressResponse.of(progress, datetime.now(UTC)).model_dump_json()
    return ProgressSnapshot(text, newest, progress.status if progress.finished_at is not None else None)


def _delivery_events(settled: Sequence[Settled], found: Mapping[DeliveryId, DeliveryResult]) -> bytes:
    """Write each delivery once, in its present state.

    Skip a delivery that has changed since: a later event reports it.
    """
    last = {one.delivery: one.cursor for one in settled}
    return b"".join(
        format_sse_event(event="delivery", data_str=DeliveryResponse.of(result).model_dump_json(), id=str(one.cursor))
        for one in settled
        if one.cursor == last[one.delivery]
        and (result := found.get(one.delivery)) is not None
        and result.status is one.status
    )


@dataclass(frozen=True, slots=True)
class Watch:
    """One stream's part in a feed."""

    feed: Feed
    notifier: Notifier
    heartbeat: float
    """Seconds of silence after which a comment is sent to keep the connection open."""


class Feeds:
    """The mass replies that are followed in this process."""

    def __init__(self, database: Database, tick: float = TICK, heartbeat: float = HEARTBEAT) -> None:
        self._database, self._tick, self._heartbeat = database, tick, heartbeat
        self._feeds: dict[tuple[TenantId, MassReplyId], Feed] = {}
        self._streams: Counter[TenantId] = Counter()
        self._streams_each: Counter[tuple[TenantId, str]] = Counter()
        self._polling: set[asyncio.Task[None]] = set()
        """Includes tasks of mass replies that nobody follows any more: one may still be reading."""

    @asynccontextmanager
    async def watch(self, tenant: TenantId, id_: MassReplyId, who: str) -> AsyncIterator[Watch]:
        """Follow a mass reply for a key or a person. Raise NotFound, or RateLimited if too many streams are open."""
        if self._streams[tenant] >= MOST_STREAMS:
            raise RateLimited(f"{MOST_STREAMS:,} streams of this tenant are open.", limit="streams", wait=_WAIT)
        if self._streams_each[tenant, who] >= MOST_STREAMS_EACH:
            raise RateLimited(f"{MOST_STREAMS_EACH} streams of this caller are open.", limit="streams", wait=_WAIT)
        feed = self._feeds.get((tenant, id_)) or Feed(self._database, tenant, id_, self._tick)
        self._feeds[tenant, id_] = feed
        notifier = Notifier()
        feed.notifiers.add(notifier)
        self._streams[tenant] += 1
        self._streams_each[tenant, who] += 1
        try:
            await feed.look()
            if feed.latest is None:
                raise NotFound
            self._keep(feed.start())
            yield Watch(feed, notifier, self._heartbeat)
        finally:
            feed.notifiers.discard(notifier)
            self._streams_each -= Counter({(tenant, who): 1})  # drops counts of zero
            self._leave(tenant, id_, feed)

    def _leave(self, tenant: TenantId, id_: MassReplyId, feed: Feed) -> None:
        self._streams[tenant] -= 1
        if not self._streams[tenant]:
            del self._streams[tenant]
        if not feed.notifiers:
            self._feeds.pop((tenant, id_), None)

    def _keep(self, polling: asyncio.Task[None]) -> None:
        self._polling.add(polling)
        polling.add_done_callback(self._polling.discard)

    @property
    def open_streams(self) -> int:
        return self._streams.total()

    def end(self) -> None:
        """Ask every stream to end: this process is stopping, and readers reconnect elsewhere."""
        for feed in self._feeds.values():
            for notifier in feed.notifiers:
                notifier.notify_last()

    async def close(self) -> None:
        """Stop reading from the database."""
        for polling in self._polling:
            polling.cancel()
        await asyncio.gather(*self._polling, return_exceptions=True)
