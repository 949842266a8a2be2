"""Stage the files of a mass reply before anything is claimed: load them, and upload them if the provider requires it.

Loading 25 MB may take longer than a lease allows, and every reply of the lane needs the same files.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

from app.attachments.file_types import StoredAttachment
from app.attachments.files import Files, FilesUnavailable
from app.attachments.sql import attachments
from app.delivery.senders import AccountSender, PlanCache, SenderCache
from app.delivery.sql import account_health
from app.domain.channel_port import Uploaded, Uploads
from app.domain.lanes import LaneKey
from app.domain.outbound import AttachmentFile, Deferred, DroppedAttachment, Rejected, Unknown
from app.store import clock
from app.store.database import Database

CACHE_BYTES: Final = 128_000_000
"""Bytes of files that one process keeps in memory for its next turns."""
REMEMBERED: Final = 1_000


class FilesNotStaged(Exception):
    """The files cannot be loaded or uploaded at the moment."""


@dataclass(frozen=True, slots=True)
class StagedFiles:
    """The files that go with every reply of a lane."""

    files: tuple[AttachmentFile, ...] = ()
    refused: tuple[DroppedAttachment, ...] = ()
    """Files that the provider refused when they were uploaded."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What to load: the files that the lane's account carries, and the media ids of those its provider has already."""

    sender: AccountSender
    read_at: datetime
    """When the sender was read. The account may have been fixed since."""
    wanted: Sequence[StoredAttachment]
    media_ids: Mapping[UUID, str]


class FileStaging:
    def __init__(self, database: Database, files: Files | None, senders: SenderCache, plans: PlanCache) -> None:
        self._database = database
        self._files = files
        self._senders = senders
        self._plans = plans
        self._contents: OrderedDict[str, bytes] = OrderedDict()
        self._refused: dict[tuple[LaneKey, UUID], DroppedAttachment] = {}

    async def of(self, lane: LaneKey) -> StagedFiles:
        """Return the files of a lane. Raise FilesNotStaged if one is missing: then nothing of the lane may leave."""
        plan = self._plans.known(lane.mass_reply)
        if plan is not None and not plan.attachments:
            return StagedFiles()
        order = await self._order(lane)
        if order is None:
            return StagedFiles()
        files, refused = list[AttachmentFile](), list[DroppedAttachment]()
        for stored in order.wanted:
            ready = await self._ready(lane, order, stored)
            if isinstance(ready, AttachmentFile):
                files.append(ready)
            else:
                refused.append(ready)
        return StagedFiles(tuple(files), tuple(refused))

    async def _order(self, lane: LaneKey) -> _Order | None:
        """Return what to load, or None if the lane's replies carry no file or need none loaded here."""
        async with self._database.begin(lane.tenant) as tx:
            plan = await self._plans.plan(tx, lane.mass_reply)
            if not plan.attachments:
                return None
            read_at = await clock.now(tx)
            sender = await self._senders.fresh(tx, lane.account)
            carried, _ = sender.limits.split(plan.attachments)
            if not carried or sender.limits.from_timeline:
                return None
            wanted = await attachments.find_attachments(tx, [file.id for file in carried])
            return _Order(sender, read_at, wanted, await attachments.uploads(tx, lane))

    async def _ready(
        self, lane: LaneKey, order: _Order, stored: StoredAttachment
    ) -> AttachmentFile | DroppedAttachment:
        attachment, adapter = stored.attachment, order.sender.adapter
        media_id = order.media_ids.get(attachment.id)
        file = AttachmentFile(
            attachment.filename, attachment.content_type, await self._content(stored), media_id=media_id
        )
        if media_id is not None or not isinstance(adapter, Uploads):
            return file
        return self._refused.get((lane, attachment.id)) or await self._upload(lane, order, attachment.id, file)

    async def _content(self, stored: StoredAttachment) -> bytes:
        key = stored.storage_key
        if key in self._contents:
            self._contents.move_to_end(key)
            return self._contents[key]
        if self._files is None:
            raise FilesNotStaged("MASS_REPLY_ATTACHMENTS_URL is not set.")
        try:
            content = await self._files.get(key)
        except FilesUnavailable as error:
            raise FilesNotStaged(f"The content of an attachment cannot be read ({error}).") from error
        self._contents[key] = content
        while len(self._contents) > 1 and sum(map(len, self._contents.values())) > CACHE_BYTES:
            self._contents.popitem(last=False)
        return content

    async def _upload(
        self, lane: LaneKey, order: _Order, id_: UUID, file: AttachmentFile
    ) -> AttachmentFile | DroppedAttachment:
        """Upload a file. An upload reaches no customer, so any failure may be retried."""
        assert isinstance(order.sender.adapter, Uploads)  # noqa: S101 - narrowed by _ready
        result = await order.sender.adapter.upload(order.sender.account.channel, file)
        match result:
            case Uploaded(media_id):
                async with self._database.begin(lane.tenant) as tx:
                    await attachments.keep_upload(tx, lane, id_, media_id)
                return AttachmentFile(file.filename, file.content_type, file.content, media_id)
            case Rejected(_, detail):
                if len(self._refused) >= REMEMBERED:
                    self._refused.clear()
                return self._refused.setdefault((lane, id_), DroppedAttachment(file.filename, detail))
            case Deferred():
                if result.scope == "account":
                    async with self._database.begin(lane.tenant) as tx:
                        await account_health.stop(tx, lane.account, result, order.read_at)
                raise FilesNotStaged(result.detail)
            case Unknown(detail):
                raise FilesNotStaged(detail)
            case _:
                assert_never(result)
