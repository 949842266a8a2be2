"""Use cases of attachments: store an uploaded file, and find those that a mass reply names."""

import asyncio
import hashlib
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Final
from uuid import UUID, uuid4
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import puremagic

from app.attachments.file_types import (
    HEAD_BYTES,
    StoredAttachment,
    StoredContent,
    checked_type,
    empty_file,
    recognised_archive,
    safe_filename,
)
from app.attachments.files import Files, FilesUnavailable
from app.attachments.sql.attachments import delete_attachment, find_attachments, insert_attachment
from app.domain.errors import Fault, UnknownAttachment
from app.domain.outbound import Attachment
from app.domain.words import TenantId
from app.store.database import Database
from app.store.transactions import TenantTx

_ZIP: Final = b"PK\x03\x04"
_LONGEST_MIMETYPE: Final = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, not yet checked."""

    filename: str = field(repr=False)
    content_type: str | None
    size: int
    content: IO[bytes] = field(repr=False)


async def keep_attachment(database: Database, files: Files, tenant: TenantId, upload: Upload) -> StoredAttachment:
    """Check a file and store it. Raise InvalidRequest if it is not accepted, or FilesUnavailable.

    The row is stored first: no purge would find a file without one. Until this returns, nobody can name it.
    """
    checked = await asyncio.to_thread(_check, tenant, upload)
    async with database.begin(tenant) as tx:
        stored = await insert_attachment(tx, checked)
    try:
        await files.put(checked.storage_key, upload.content)
    except FilesUnavailable:
        with suppress(FilesUnavailable):
            await files.delete(checked.storage_key)  # only the answer may have been lost
        async with database.begin(tenant) as tx:
            await delete_attachment(tx, stored.attachment.id)
        raise
    return stored


def _check(tenant: TenantId, upload: Upload) -> StoredContent:
    """Read the whole content, and rewind it."""
    filename, content = safe_filename(upload.filename), upload.content
    head = content.read(HEAD_BYTES)
    if not head:
        raise empty_file()
    content_type = checked_type(filename, upload.content_type, head, _recognised(head, content))
    content.seek(0)
    sha256 = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]  # typeshed wants readinto
    content.seek(0)
    return StoredContent(filename, content_type, upload.size, sha256, f"{tenant}/{uuid4()}")


def _recognised(head: bytes, content: IO[bytes]) -> frozenset[str]:
    """Return the name endings of the kinds of files that begin like this one."""
    if head.startswith(_ZIP):
        return _recognised_archive(content)
    try:
        return frozenset(match.extension for match in puremagic.magic_string(head))
    except puremagic.PureError:  # the library knows no kind that begins so
        return frozenset()


def _recognised_archive(content: IO[bytes]) -> frozenset[str]:
    try:
        with ZipFile(content) as archive:
            members = archive.namelist()
            return recognised_archive(members, _mimetype(archive) if "mimetype" in members else None)
    except (BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error):
        return frozenset()


def _mimetype(archive: ZipFile) -> str | None:
    """Read it only if it is compressed as in a document: the other decompressors raise errors of their own."""
    if archive.getinfo("mimetype").compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return None
    with archive.open("mimetype") as member:
        return member.read(_LONGEST_MIMETYPE).decode("ascii", "replace").strip()


async def attachments_of(tx: TenantTx, ids: Sequence[UUID]) -> tuple[Attachment, ...]:
    """Return the attachments of these ids. Raise UnknownAttachment with those that the tenant does not have."""
    wanted = tuple(dict.fromkeys(ids))
    found = tuple(stored.attachment for stored in await find_attachments(tx, wanted))
    if unknown := set(wanted) - {attachment.id for attachment in found}:
        faults = [
            Fault(f"/message/attachment_ids/{index}", UnknownAttachment.code, "There is no such attachment.")
            for index, id_ in enumerate(ids)
            if id_ in unknown
        ]
        raise UnknownAttachment(faults=faults)
    return found
