"""A customer's e-mail as a message, and as the import line that opens a conversation if it belongs to none."""

from datetime import datetime
from typing import Any

from app.conversations.import_line import ContactLine, ConversationLine, InvalidLine
from app.conversations.import_report import LeftOut
from app.domain.addresses import Address
from app.domain.conversation import CustomerMessage
from app.domain.json_reader import MAX_NAME_BYTES
from app.domain.own_addresses import OwnAddresses
from app.domain.words import Channel, Engagement
from app.mail.message import Mail, root_id


def of_customer(mail: Mail, own: OwnAddresses) -> Mail:
    """Return the e-mail with its customer as sender. Raise LeftOut if it is not from a customer."""
    if mail.mailbox_data:
        raise LeftOut("mailbox_data", "The mail server keeps its own notes in this e-mail.")
    if mail.deleted:
        raise LeftOut("deleted", "This e-mail is marked as deleted in its mailbox.")
    found = mail.besides(own)
    if found is None:
        raise LeftOut("own_mail", "This e-mail comes from an address of one of your own channel accounts.")
    return found


def message_of(mail: Mail, *, believed: bool = True) -> CustomerMessage:
    """Return the customer's message. Raise InvalidLine if an id or address is too long for its index."""
    names = (mail.message_id, root_id(mail), mail.sender)
    if any(len((name or "").encode()) > MAX_NAME_BYTES for name in names):
        raise InvalidLine("too_long", f"The e-mail's Message-ID or sender is longer than {MAX_NAME_BYTES:,} bytes.")
    return CustomerMessage(
        text=mail.text,
        provider_message_id=mail.message_id,
        sent_at=mail.sent_at,
        automatic=mail.automatic,
        references=_references(mail),
        sender=mail.sender,
        believed=believed,
        attachment_names=mail.attachment_names,
    )


def _references(mail: Mail) -> tuple[str, ...]:
    # A mail without References continues the thread of its In-Reply-To, if that is one (RFC 5322 section 3.6.4).
    return mail.references or (mail.in_reply_to if len(mail.in_reply_to) == 1 else ())


def line_of(mail: Mail, channel_account: str, now: datetime) -> ConversationLine:
    """Return the conversation that an e-mail opens, as a line of an import. Raise InvalidLine."""
    message, sender = message_of(mail), Address.read(Channel.EMAIL, mail.sender).stored
    given: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "channel_account": channel_account,
        "subject": mail.subject,
        "address": sender,
        "created_at": message.at(now),
    }
    if mail.automatic:
        given["engagement"] = Engagement.ENGAGED  # an out-of-office notice owes no reply
    name = {} if mail.sender_name is None else {"name": mail.sender_name}
    contact = ContactLine(given={"email": sender, **name})
    return ConversationLine(root_id(mail), given, contact, message=message)
