"""The pages for people show what was received, and escape all of it."""

from html.parser import HTMLParser

from app.dev.sandbox.faults import MAGIC
from tests.dev.sandbox_calls import (
    SENDERS,
    TwilioSender,
    email,
    get,
    post,
    postmark_call,
    quick_sandbox,
    run_receiver,
    within,
)

EMAIL = SENDERS[0]
HOSTILE = "<script>alert('x')</script> & \"more\" {0} $body"


class Page(HTMLParser):
    """What a browser would make of a page: its text, and its elements with their attributes."""

    def __init__(self, source: bytes) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[str] = []
        self.links: list[str] = []
        self.feed(source.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_a_message_is_shown_with_subject_threading_text_and_receipts() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        EMAIL.reporting_to(receiver.url).register(sandbox)
        await post(client, sandbox, EMAIL.call("ann@example.com"))
        await within(5, sandbox)
        text = Page((await get(client, sandbox, "/outbox")).body).text
        for part in ("ann@example.com", "Re: Payment failed", "In-Reply-To", "<abc@mail.example.test>", "Hello"):
            assert part in text
        assert "accepted → Delivery" in text


async def test_everything_is_escaped() -> None:
    hostile = email(
        HOSTILE,
        HOSTILE,
        From=HOSTILE,
        Subject=HOSTILE,
        TextBody=HOSTILE,
        Headers=[{"Name": "References", "Value": HOSTILE}],
    )
    async with quick_sandbox() as (sandbox, client):
        await post(client, sandbox, postmark_call("/postmark/email", hostile))
        answer = await get(client, sandbox, "/outbox?channel=email")
        page = Page(answer.body)
        assert page.elements.count("script") == 1
        assert page.text.count(HOSTILE) >= 5
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_a_hostile_channel_is_escaped_too() -> None:
    async with quick_sandbox() as (sandbox, client):
        call = SENDERS[2].call("visitor-1")
        body = call.body.replace(b'"channel": "other"', b'"channel": "<script>\\" x"')
        async with client.post(sandbox.url + "/helpdesk/messages", data=body) as response:
            assert response.status == 200
        page = Page((await get(client, sandbox, "/outbox")).body)
        assert page.elements.count("script") == 1
        assert "/outbox?channel=%3Cscript%3E%22+x" in page.links


async def test_the_channel_filter_shows_one_channel_and_newest_come_first() -> None:
    async with quick_sandbox() as (sandbox, client):
        await post(client, sandbox, TwilioSender().call("+14155550100"))
        for name in ("ann", "bea"):
            await post(client, sandbox, EMAIL.call(f"{name}@example.com"))
        everything = Page((await get(client, sandbox, "/outbox")).body).text
        emails = Page((await get(client, sandbox, "/outbox?channel=email")).body).text
        newest_first = ("bea@example.com", "ann@example.com", "+14155550100")
        assert sorted(newest_first, key=everything.index) == list(newest_first)
        assert "+14155550100" not in emails
        assert emails.index("bea@example.com") < emails.index("ann@example.com")


async def test_a_refusal_shows_the_providers_code() -> None:
    async with quick_sandbox() as (sandbox, client):
        await post(client, sandbox, EMAIL.call("optout@example.com"))
        assert "refused: 406" in Page((await get(client, sandbox, "/outbox")).body).text


async def test_a_search_shows_what_holds_every_word_and_stays_in_the_links() -> None:
    async with quick_sandbox() as (sandbox, client):
        for name in ("ann", "bea"):
            await post(client, sandbox, EMAIL.call(f"{name}@example.com"))
        found = Page((await get(client, sandbox, "/outbox?q=PAYMENT+bea")).body)
        assert "bea@example.com" in found.text
        assert "ann@example.com" not in found.text
        assert "/outbox?channel=email&q=PAYMENT+bea" in found.links
        assert "Nothing was found." in Page((await get(client, sandbox, "/outbox?q=nobody")).body).text


async def test_the_outbox_refreshes_itself() -> None:
    async with quick_sandbox() as (sandbox, client):
        page = Page((await get(client, sandbox, "/outbox")).body)
        assert "/outbox.js" in page.links
        assert b'querySelector("main")' in (await get(client, sandbox, "/outbox.js")).body
        assert "main" in page.elements


async def test_pages_load_nothing_from_elsewhere() -> None:
    async with quick_sandbox() as (sandbox, client):
        await post(client, sandbox, EMAIL.call("ann@example.com"))
        for path in ("/", "/outbox"):
            page = Page((await get(client, sandbox, path)).body)
            assert not {"link", "img", "iframe"} & set(page.elements)
            assert all(link.startswith("/") for link in page.links)


async def test_the_start_page_links_to_the_outbox_and_lists_the_magic_recipients() -> None:
    async with quick_sandbox() as (sandbox, client):
        page = Page((await get(client, sandbox, "/")).body)
        assert "/outbox" in page.links
        assert f"{sandbox.url}/postmark" in page.text
        assert all(magic.what in page.text for magic in MAGIC)
