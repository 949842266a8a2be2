"""Importing a file, of a kind that its name tells or, failing that, its first bytes."""

from codecs import BOM_UTF8
from collections.abc import AsyncIterator
from enum import Enum
from pathlib import Path

from app.accounts.tenants import require_tenant
from app.conversations.import_report import ImportReport
from app.conversations.importing import import_lines
from app.conversations.mail_import import import_mail, import_mailbox
from app.domain.erased_addresses import AddressDigests
from app.domain.errors import InvalidRequest
from app.domain.words import TenantId
from app.store.database import Database

PART = 1024 * 1024
"""Bytes read at once."""


class Content(Enum):
    LINES = "lines"
    MAIL = "mail"
    MAILBOX = "mailbox"


SUFFIXES = {
    ".ndjson": Content.LINES,
    ".jsonl": Content.LINES,
    ".eml": Content.MAIL,
    ".mbox": Content.MAILBOX,
}


async def import_file(
    database: Database, tenant: TenantId, file: Path, channel_account: str | None, digests: AddressDigests
) -> ImportReport:
    """Import a file.

    Raise NotFound if the tenant is unknown, InvalidRequest if e-mails come without an e-mail account's key, or OSError.
    """
    async with database.begin(tenant) as tx:
        await require_tenant(tx)
    content = content_of(file)
    if content is Content.LINES:
        return await import_lines(database, tenant, _parts(file), digests)
    if channel_account is None:
        raise InvalidRequest("E-mails are imported for a channel account: give its key with --channel-account.")
    import_mails = import_mail if content is Content.MAIL else import_mailbox
    return await import_mails(database, tenant, channel_account, _parts(file), digests)


def content_of(file: Path) -> Content:
    """Return the kind by the first bytes: an mbox begins with `From `, NDJSON with a brace, an e-mail with neither."""
    known = SUFFIXES.get(file.suffix.lower())
    if known is not None:
        return known
    with file.open("rb") as opened:
        beginning = opened.read(PART)
    text = beginning.removeprefix(BOM_UTF8)
    if text.startswith(b"From "):
        return Content.MAILBOX
    return Content.LINES if text.lstrip().startswith(b"{") else Content.MAIL


async def _parts(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while part := opened.read(PART):
            yield part
