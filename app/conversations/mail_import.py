"""Import e-mails: each becomes a customer's message on the conversation that it belongs to."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from app.accounts.own_addresses import own_addresses
from app.conversations.customer_mail import line_of, message_of, of_customer
from app.conversations.import_chunk import Chunk, LineOutcome
from app.conversations.import_line import ConversationLine, InvalidLine
from app.conversations.import_report import ImportReport, LeftOut
from app.conversations.sql.customer_messages import find_message, is_known, record_customer_message
from app.conversations.sql.import_rows import rows_of
from app.conversations.sql.import_storing import store_rows
from app.conversations.sql.imports import load_chunk
from app.conversations.sql.threading import find_by_external_ids, find_thread, is_contact
from app.domain.erased_addresses import AddressDigests
from app.domain.errors import Fault, InvalidRequest
from app.domain.own_addresses import OwnAddresses
from app.domain.words import AccountId, Channel, ConversationId, TenantId
from app.mail.message import MAX_MAIL_BYTES, Mail, UnreadableMail, parse_mail, root_id, thread_ids
from app.mail.splitting import OversizedItem, split_mbox, with_line_feeds, without_mark
from app.store.accounts import find_account
from app.store.database import Database
from app.store.erased_addresses import block_again
from app.store.transactions import TenantTx

LARGE_MAIL_BYTES = 256 * 1024
"""A larger e-mail is parsed in a thread, so that it does not block other requests."""


async def import_mailbox(
    database: Database, tenant: TenantId, channel_account: str, body: AsyncIterable[bytes], digests: AddressDigests
) -> ImportReport:
    """Import an mbox file of customers' e-mails. Raise InvalidRequest if the account is not an e-mail account."""
    return await _import_mails(
        database, tenant, channel_account, split_mbox(with_line_feeds(without_mark(body))), digests
    )


async def import_mail(
    database: Database, tenant: TenantId, channel_account: str, body: AsyncIterable[bytes], digests: AddressDigests
) -> ImportReport:
    """Import one customer's e-mail (RFC 5322), as `import_mailbox` does."""
    return await _import_mails(database, tenant, channel_account, _whole(body), digests)


async def _whole(body: AsyncIterable[bytes]) -> AsyncIterator[bytes | OversizedItem]:
    held, size = bytearray(), 0
    async for part in body:
        size += len(part)
        if size <= MAX_MAIL_BYTES:
            held += part
    yield bytes(held) if size <= MAX_MAIL_BYTES else OversizedItem(size)


@dataclass(frozen=True, slots=True)
class MailAccount:
    id: AccountId
    key: str
    own: OwnAddresses
    """The addresses of all the tenant's accounts."""


async def _import_mails(
    database: Database,
    tenant: TenantId,
    channel_account: str,
    mails: AsyncIterable[bytes | OversizedItem],
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
        fault = Fault("/channel_account", "unknown_channel_account", "There is no e-mail account with this key.")
        raise InvalidRequest(faults=[fault])
    return MailAccount(account.id, account.key, own)


async def _read_mail(raw: bytes | OversizedItem) -> Mail:
    if isinstance(raw, OversizedItem):
        raise InvalidLine("too_large", f"This e-mail has {raw.size:,} bytes, which is too many.")
    try:
        return parse_mail(raw) if len(raw) < LARGE_MAIL_BYTES else await asyncio.to_thread(parse_mail, raw)
    except UnreadableMail as error:
        raise InvalidLine("unreadable_mail", error.reason) from None


async def _file_mail(tx: TenantTx, account: MailAccount, mail: Mail, digests: AddressDigests) -> LineOutcome:
    """Add an e-mail once, to the conversation that its headers name or to a new one. Raise InvalidLine."""
    now = datetime.now(UTC)
    if mail.message_id and await is_known(tx, mail.message_id, mail.sender):
        return LineOutcome.UNCHANGED
    thread = await _thread(tx, account, mail)
    if thread is not None:
        return await _add_to(tx, thread, mail, now)
    line = line_of(mail, account.key, now)
    chunk = await load_chunk(tx, [line])
    # Another import may have opened it while this one waited. Then it is a thread like any other: the sender may not be
    # its contact.
    opened = chunk.conversations.get(line.external_id)
    if opened is not None and opened.id is not None and opened.channel is Channel.EMAIL:
        return await _add_to(tx, opened.id, mail, now)
    return await _open_conversation(tx, chunk, line, now, digests)


async def _add_to(tx: TenantTx, thread: ConversationId, mail: Mail, now: datetime) -> LineOutcome:
    if mail.message_id is None and await find_message(tx, thread, Channel.EMAIL, message_of(mail)) is not None:
        return LineOutcome.UNCHANGED
    believed = await is_contact(tx, thread, mail.sender)
    recorded = await record_customer_message(tx, thread, message_of(mail, believed=believed), now)
    return LineOutcome.UPDATED if recorded.added else LineOutcome.UNCHANGED


async def _thread(tx: TenantTx, account: MailAccount, mail: Mail) -> ConversationId | None:
    answered = thread_ids(mail)
    return await find_thread(tx, account.id, Channel.EMAIL, answered) or await find_by_external_ids(
        tx, Channel.EMAIL, (*answered, root_id(mail))
    )


async def _open_conversation(
    tx: TenantTx, chunk: Chunk, line: ConversationLine, now: datetime, digests: AddressDigests
) -> LineOutcome:
    outcome = chunk.apply(line, now)
    changes = chunk.take_changes()
    await store_rows(tx, rows_of(changes, now))
    await block_again(tx, digests, changes.addresses)
    return outcome
