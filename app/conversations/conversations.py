"""Use cases of conversations: importing them, searching them, and what their customers write."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.accounts.own_addresses import own_addresses
from app.compliance.sql.erasure import block_again
from app.conversations.import_chunk import Chunk, Outcome
from app.conversations.import_line import ConversationLine, InvalidLine, parse_line
from app.conversations.import_mail import line_of, message_of, of_customer
from app.conversations.import_report import ImportReport, LeftOut
from app.conversations.sql.customer_messages import (
    find_by_external_ids,
    find_message,
    find_thread,
    is_contact,
    is_known,
    record_customer_message,
)
from app.conversations.sql.imports import load_chunk, store_chunk
from app.domain.conversation import ConversationView, CustomerMessage, TimelineItem
from app.domain.delivery import AccountId, Channel, ConversationId, TenantId
from app.domain.erased_addresses import AddressDigests
from app.domain.errors import Fault, InvalidRequest, NotFound
from app.domain.own_addresses import OwnAddresses
from app.domain.selection import Filter
from app.mail.message import MAX_MAIL_BYTES, Mail, UnreadableMail, parse_mail, root_id, thread_ids
from app.mail.splitting import TooLarge, split_lines, split_mbox, without_mark
from app.process.slices import Slices
from app.store import selection
from app.store.accounts import find_account
from app.store.conversations import find_id, timeline_item, view_conversations
from app.store.database import Database
from app.store.transactions import TenantTx

CHUNK_LINES = 500
CHUNK_BYTES = 256 * 1024
"""Of lines that are stored together: writing down what they hold is one piece of work on the event loop."""
LARGE_MAIL_BYTES = 256 * 1024
"""Above it a mail is read in a thread, so that other requests go on meanwhile."""


@dataclass(frozen=True, slots=True)
class NumberedLine:
    number: int
    line: ConversationLine


async def import_lines(
    database: Database, tenant: TenantId, body: AsyncIterable[bytes], digests: AddressDigests
) -> ImportReport:
    """Import NDJSON, a conversation a line. Each chunk of lines is kept when it is done, whatever comes after it."""
    report = ImportReport()
    async for chunk in _chunks(body, report):
        async with database.begin(tenant) as tx:
            await _import_chunk(tx, chunk, report, digests)
    report.sort()
    return report


async def _chunks(body: AsyncIterable[bytes], report: ImportReport) -> AsyncIterator[list[NumberedLine]]:
    chunk: list[NumberedLine] = []
    size = number = 0
    slices = Slices()
    async for raw in split_lines(body):
        await slices.pause()
        number += 1
        try:
            line = _line(raw)
        except InvalidLine as error:
            report.refuse(number, error)
            continue
        if line is None:
            report.left_out += 1
            continue
        chunk.append(NumberedLine(number, line))
        size += len(raw) if isinstance(raw, bytes) else 0
        if len(chunk) == CHUNK_LINES or size > CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _line(raw: bytes | TooLarge) -> ConversationLine | None:
    if isinstance(raw, TooLarge):
        raise InvalidLine("too_large", f"This line holds {raw.size:,} bytes, which is more than a line may.")
    return parse_line(raw) if raw.strip() else None


async def _import_chunk(
    tx: TenantTx, lines: Sequence[NumberedLine], report: ImportReport, digests: AddressDigests
) -> None:
    now = datetime.now(UTC)
    chunk = await load_chunk(tx, [each.line for each in lines])
    slices = Slices()
    for each in lines:
        await slices.pause()
        try:
            report.count(chunk.apply(each.line, now))
        except InvalidLine as error:
            report.refuse(each.number, error)
            continue
        if (why := chunk.no_address(each.line)) is not None:
            report.warn(each.number, "no_address", why)
    await _store(tx, chunk, now, digests)


async def _store(tx: TenantTx, chunk: Chunk, now: datetime, digests: AddressDigests) -> None:
    """Write a chunk down. An address that comes back after its contact was erased is blocked again, if it was."""
    await store_chunk(tx, chunk, now)
    await block_again(tx, digests, chunk.changed_addresses())


async def import_mailbox(
    database: Database, tenant: TenantId, channel_account: str, body: AsyncIterable[bytes], digests: AddressDigests
) -> ImportReport:
    """Import an mbox file of customers' e-mails. Raises InvalidRequest for an account that is none of e-mail."""
    return await _import_mails(database, tenant, channel_account, split_mbox(without_mark(body)), digests)


async def import_mail(
    database: Database, tenant: TenantId, channel_account: str, body: AsyncIterable[bytes], digests: AddressDigests
) -> ImportReport:
    """Import one customer's e-mail (RFC 5322), as `import_mailbox` does."""
    return await _import_mails(database, tenant, channel_account, _whole(body), digests)


async def _whole(body: AsyncIterable[bytes]) -> AsyncIterator[bytes | TooLarge]:
    held, size = bytearray(), 0
    async for part in body:
        size += len(part)
        if size <= MAX_MAIL_BYTES:
            held += part
    yield bytes(held) if size <= MAX_MAIL_BYTES else TooLarge(size)


@dataclass(frozen=True, slots=True)
class MailAccount:
    id: AccountId
    key: str
    own: OwnAddresses
    """Of all the tenant's accounts."""


async def _import_mails(
    database: Database,
    tenant: TenantId,
    channel_account: str,
    mails: AsyncIterable[bytes | TooLarge],
    digests: AddressDigests,
) -> ImportReport:
    account = await _mail_account(database, tenant, channel_account)
    report, number = ImportReport(), 0
    async for raw in mails:
        number += 1
        try:
            mail = of_customer(await _read_mail(raw), account.own)
            async with database.begin(tenant) as tx:
                outcome = await _file_mail(tx, account, mail, digests)
        except InvalidLine as error:
            report.refuse(number, error)
        except LeftOut as why:
            report.leave_out(number, why)
        else:
            report.count(outcome)
    return report


async def _mail_account(database: Database, tenant: TenantId, key: str) -> MailAccount:
    async with database.begin(tenant) as tx:
        account = await find_account(tx, key.strip())
        own = await own_addresses(tx)
    if account is None or account.channel is not Channel.EMAIL:
        fault = Fault("/channel_account", "unknown_channel_account", "There is no e-mail account of this key.")
        raise InvalidRequest(faults=[fault])
    return MailAccount(account.id, account.key, own)


async def _read_mail(raw: bytes | TooLarge) -> Mail:
    if isinstance(raw, TooLarge):
        raise InvalidLine("too_large", f"This e-mail holds {raw.size:,} bytes, which is more than an e-mail may.")
    try:
        return parse_mail(raw) if len(raw) < LARGE_MAIL_BYTES else await asyncio.to_thread(parse_mail, raw)
    except UnreadableMail as error:
        raise InvalidLine("unreadable_mail", error.reason) from None


async def _file_mail(tx: TenantTx, account: MailAccount, mail: Mail, digests: AddressDigests) -> Outcome:
    """Put a mail on the conversation that its headers name, or open one with it; not twice. Raises InvalidLine."""
    now, message = datetime.now(UTC), message_of(mail)
    if mail.message_id and await is_known(tx, mail.message_id, mail.sender):
        return Outcome.UNCHANGED
    thread = await _thread(tx, account, mail)
    if thread is None:
        return await _open_conversation(tx, line_of(mail, account.key, now), now, digests)
    if mail.message_id is None and await find_message(tx, thread, Channel.EMAIL, message) is not None:
        return Outcome.UNCHANGED
    believed = await is_contact(tx, thread, mail.sender)
    await record_customer_message(tx, thread, message_of(mail, believed=believed), now)
    return Outcome.UPDATED


async def _thread(tx: TenantTx, account: MailAccount, mail: Mail) -> ConversationId | None:
    answered = thread_ids(mail)
    return await find_thread(tx, account.id, Channel.EMAIL, answered) or await find_by_external_ids(
        tx, Channel.EMAIL, (*answered, root_id(mail))
    )


async def _open_conversation(tx: TenantTx, line: ConversationLine, now: datetime, digests: AddressDigests) -> Outcome:
    chunk = await load_chunk(tx, [line])
    outcome = chunk.apply(line, now)
    await _store(tx, chunk, now, digests)
    return outcome


@dataclass(frozen=True, slots=True)
class Found:
    total: int
    """Exact, whatever the page holds."""
    items: Sequence[ConversationView]


async def search(tx: TenantTx, filter: Filter, *, limit: int, before: UUID | None = None) -> Found:
    """Find conversations, the newest first; a page begins after the conversation `before`."""
    total = await selection.count(tx, filter)
    ids = await selection.page(tx, filter, limit=limit, before=before)
    return Found(total, await view_conversations(tx, ids))


async def resolve(tx: TenantTx, name: str) -> ConversationId:
    """Find a conversation by our id or by its external one. Raises NotFound."""
    id_ = await find_id(tx, name.strip())
    if id_ is None:
        raise NotFound
    return id_


async def get(tx: TenantTx, name: str) -> ConversationView:
    """Raises NotFound."""
    [view] = await view_conversations(tx, [await resolve(tx, name)])
    return view


@dataclass(frozen=True, slots=True)
class Written:
    item: TimelineItem
    added: bool
    """False where the timeline had this message already."""


async def add_customer_message(tx: TenantTx, name: str, message: CustomerMessage) -> Written:
    """Record what a customer wrote, once for each id of the provider's. Raises NotFound."""
    id_ = await resolve(tx, name)
    recorded = await record_customer_message(tx, id_, message, datetime.now(UTC))
    return Written(await timeline_item(tx, id_, recorded.message_id), recorded.added)
