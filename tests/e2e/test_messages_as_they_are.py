"""What a customer takes back or edits, which ids are one, and what a message holds besides its text."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.domain.words import Channel
from app.runtime import Runtime
from tests.e2e.callers import Callers, mail, whatsapp_message
from tests.scene import add_account, add_conversation, messenger, postmark, row, whatsapp

CARD = "my card is 4111"
NUMBER, PAGE, PERSON = "100200300", "400500600", "7461038200000001"
TIMELINE = """
    SELECT string_agg(text, '|') AS texts, count(*) AS number, jsonb_agg(attachments) AS files,
           min(provider_message_id) AS id FROM messages WHERE conversation_id = :id
"""
KEPT = "SELECT coalesce(string_agg(raw::text, ' '), '') AS raw FROM receipts"


class Talk:
    def __init__(self, runtime: Runtime, tenant: UUID, callers: Callers) -> None:
        self.runtime, self.tenant, self.callers = runtime, tenant, callers

    async def with_somebody(self, channel: Channel, account: Any, address: str) -> None:
        self.account = await add_account(self.runtime, self.tenant, account)
        self.id = await add_conversation(
            self.runtime, self.tenant, channel, address, account_id=self.account, status="done", engagement="engaged"
        )

    async def timeline(self) -> Any:
        return await row(self.runtime, self.tenant, TIMELINE, id=self.id)

    async def kept(self) -> str:
        return str((await row(self.runtime, self.tenant, KEPT)).raw)

    async def messenger(self, **item: Any) -> None:
        event = {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "timestamp": 1777638600000, **item}
        body = {"object": "page", "entry": [{"id": PAGE, "messaging": [event]}]}
        assert (await self.callers.graph(self.account, body)).status_code == 204

    async def whatsapp(self, **message: Any) -> None:
        body = whatsapp_message(NUMBER, "12025550146")
        value = body["entry"][0]["changes"][0]["value"]
        value["messages"] = [
            {"from": "12025550146", "id": f"wamid.{uuid4().hex}", "timestamp": "1777638601", **message}
        ]
        assert (await self.callers.graph(self.account, body)).status_code == 204


@pytest.fixture
def talk(anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID) -> Talk:
    return Talk(runtime, tenant, Callers(anonymous, runtime.settings.public_url))


@pytest.mark.parametrize("late", [False, True], ids=["afterwards", "before it comes"])
async def test_what_is_unsent_on_messenger_is_gone(talk: Talk, late: bool) -> None:
    await talk.with_somebody(Channel.FACEBOOK, messenger("https://api.example.com"), PERSON)
    written = {"mid": "m1", "text": CARD, "attachments": [{"type": "image"}]}
    calls: list[dict[str, Any]] = [{"message": written}, {"message": {"mid": "m1", "is_deleted": True}}]
    for call in reversed(calls) if late else calls:
        await talk.messenger(**call)
    shown = await talk.timeline()
    assert (shown.texts, shown.files) == ("[unsent by its author]", [[]])
    assert CARD not in await talk.kept()


async def test_what_is_edited_on_messenger_says_so_and_can_still_be_unsent(talk: Talk) -> None:
    await talk.with_somebody(Channel.FACEBOOK, messenger("https://api.example.com"), PERSON)
    await talk.messenger(message={"mid": "m1", "text": "Helo"})
    await talk.messenger(message_edit={"mid": "m1", "text": "Hello", "num_edit": 1})
    assert (await talk.timeline()).texts == "Hello\n[edited]"
    await talk.messenger(message={"mid": "m1", "is_deleted": True})
    await talk.messenger(message_edit={"mid": "m1", "text": "Hello", "num_edit": 2})
    assert (await talk.timeline()).texts == "[unsent by its author]"


@pytest.mark.parametrize("late", [False, True], ids=["afterwards", "before it comes"])
async def test_of_several_edits_the_last_counts_in_whatever_order_they_come(talk: Talk, late: bool) -> None:
    await talk.with_somebody(Channel.FACEBOOK, messenger("https://api.example.com"), PERSON)
    written: dict[str, Any] = {"message": {"mid": "m1", "text": "Helo"}}
    edits: list[dict[str, Any]] = [{"message_edit": {"mid": "m1", "text": f"Hello {n}", "num_edit": n}} for n in (2, 1)]
    for call in [*edits, written] if late else [written, *edits]:
        await talk.messenger(**call)
    assert (await talk.timeline()).texts == "Hello 2\n[edited]"


async def test_of_several_edits_on_whatsapp_the_last_counts(talk: Talk) -> None:
    await talk.with_somebody(Channel.WHATSAPP, whatsapp("https://api.example.com"), "+12025550146")
    await talk.whatsapp(id="wamid.1", type="text", text={"body": CARD})
    for at in (1777638700, 1777638650):
        edit = {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": f"at {at}"}}}
        await talk.whatsapp(type="edit", timestamp=str(at), edit=edit)
    assert (await talk.timeline()).texts == "at 1777638700\n[edited]"


async def test_what_is_revoked_or_edited_on_whatsapp(talk: Talk) -> None:
    await talk.with_somebody(Channel.WHATSAPP, whatsapp("https://api.example.com"), "+12025550146")
    await talk.whatsapp(id="wamid.1", type="text", text={"body": CARD})
    edit = {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "never mind"}}}
    await talk.whatsapp(type="edit", edit=edit)
    assert (await talk.timeline()).texts == "never mind\n[edited]"
    await talk.whatsapp(type="revoke", revoke={"original_message_id": "wamid.1"})
    assert (await talk.timeline()).texts == "[unsent by its author]"
    assert CARD not in await talk.kept()


async def test_orders_contacts_and_files_of_whatsapp_are_named(talk: Talk) -> None:
    await talk.with_somebody(Channel.WHATSAPP, whatsapp("https://api.example.com"), "+12025550146")
    product = {"product_retailer_id": "SKU-1", "quantity": 2, "item_price": 9.5, "currency": "EUR"}
    await talk.whatsapp(type="order", order={"text": "By Friday", "product_items": [product]})
    card = {"name": {"formatted_name": "Ben Lee"}, "phones": [{"phone": "+1 202 555 0147"}]}
    await talk.whatsapp(type="contacts", contacts=[card])
    await talk.whatsapp(type="document", document={"caption": "Here", "filename": "bill.pdf"})
    await talk.whatsapp(type="image", image={"mime_type": "image/jpeg"})
    shown = await talk.timeline()
    assert "By Friday\n[order: 2 × SKU-1 at 9.5 EUR]" in shown.texts
    assert "[contacts: Ben Lee +1 202 555 0147]" in shown.texts
    assert {file["filename"] for files in shown.files for file in files} == {"bill.pdf", "image.jpeg"}


async def test_a_message_id_without_brackets_is_one_message_and_the_reply_s_parent(talk: Talk) -> None:
    await talk.with_somebody(Channel.EMAIL, postmark("https://api.example.com"), "ann@example.com")
    for written in ("abc123@host.test", "<abc123@host.test>"):
        await talk.callers.postmark(talk.account, mail("ann@example.com", Message_ID=written))
    shown = await talk.timeline()
    assert (shown.number, shown.id) == (1, "<abc123@host.test>")
    standing = await row(talk.runtime, talk.tenant, "SELECT * FROM conversations WHERE id = :id", id=talk.id)
    assert standing.reply_to_message_id == "<abc123@host.test>"


async def test_reply_to_goes_before_from_and_the_files_of_a_mail_are_named(talk: Talk) -> None:
    await talk.with_somebody(Channel.EMAIL, postmark("https://api.example.com"), "jane@example.com")
    letter = mail("noreply@shop.example") | {
        "ReplyTo": "Jane Doe <jane@example.com>",
        "Attachments": [{"Name": "bill.pdf"}],
    }
    await talk.callers.postmark(talk.account, letter)
    assert (await talk.timeline()).files == [[{"filename": "bill.pdf"}]]


@pytest.mark.parametrize("header", ["X-Autoresponder", "X-FC-MachineGenerated", "X-Auto-Response-Suppress"])
async def test_a_machine_s_answer_leaves_the_conversation_done(talk: Talk, header: str) -> None:
    await talk.with_somebody(Channel.EMAIL, postmark("https://api.example.com"), "ann@example.com")
    await talk.callers.postmark(talk.account, mail("ann@example.com", **{header.replace("-", "_"): "All"}))
    standing = await row(talk.runtime, talk.tenant, "SELECT * FROM conversations WHERE id = :id", id=talk.id)
    assert ((await talk.timeline()).number, standing.status, standing.engagement) == (1, "done", "engaged")


async def test_our_own_mail_is_on_no_timeline(talk: Talk) -> None:
    await talk.with_somebody(Channel.EMAIL, postmark("https://api.example.com"), "support@example.com")
    await talk.callers.postmark(talk.account, mail("Support@Example.com"))
    assert (await talk.timeline()).number == 0
    letter = mail("support@example.com", X_Original_Sender="support@example.com")
    await talk.callers.postmark(talk.account, letter)
    assert (await talk.timeline()).number == 0
