import pytest

from app.domain.errors import MessageEmpty, MessageTooLarge
from app.domain.text.message import MAX_MESSAGE_BYTES, Source, expand

SNIPPETS = {
    "help": "Ask /team, we are here.",
    "sig-1": "Kind regards,\r\n{{ agent.name }}",
    "empty": " ",
    "2fa": "A & <B>",
}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("/help", "Ask /team, we are here."),
        ("Hi. /help Bye.", "Hi. Ask /team, we are here. Bye."),
        ("Hi\n/help\n", "Hi\nAsk /team, we are here.\n"),
        ("(/help)", "(Ask /team, we are here.)"),
        ("see (“/help”)", "see (“Ask /team, we are here.”)"),
        ("您好(/help)", "您好(Ask /team, we are here.)"),
        ("/help. /help! /help, /help…", "{0}. {0}! {0}, {0}…".format("Ask /team, we are here.")),
        ("/2fa /2fa", "A & <B> A & <B>"),
        ("/sig-1", "Kind regards,\n{{ agent.name }}"),
        ("{{ agent.name }} /help", "{{ agent.name }} Ask /team, we are here."),
    ],
)
def test_a_shortcode_at_the_start_of_a_word_becomes_its_snippet(text: str, expanded: str) -> None:
    assert expand(text, None, SNIPPETS) == Source(expanded, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "https://x.test/help",
        "https://x.test/a/help",
        "https://x.test/(/help)",
        "x.test/help",
        "/usr/help",
        "/help/x",
        "/help/",
        "/help.html",
        "/help?a=1",
        "/help#top",
        "/helpß",
        "/help\\x",
        "and/help",
        "1/2",
        "/ help",
        "//help",
        ":/",
        "/-help",
        "{{ contact.custom_fields.url }}/help",
        "{{ contact.name | default: '/help' }}",
        "{{contact.name|default:'/help'}}",
        "x{{contact.name|default:'/help'}}",
        "{% if contact.name == '/help' %}x{% endif %}",
    ],
)
def test_a_slash_elsewhere_is_left_alone(text: str) -> None:
    assert expand(text, None, SNIPPETS) == Source(text, None, ())


def test_an_unknown_shortcode_stays_and_is_named_once() -> None:
    text = "/nope /help /Help /nope"

    source = expand(text, "<p>/other</p>", SNIPPETS)

    assert source.text == "/nope Ask /team, we are here. /Help /nope"
    assert source.unknown_snippets == ("nope", "Help", "other")


@pytest.mark.parametrize(
    ("html", "expanded"),
    [
        ("<p>/help</p>", "<p>Ask /team, we are here.</p>"),
        ("<p>Hi&nbsp;/2fa&nbsp;you</p>", "<p>Hi&nbsp;A &amp; &lt;B&gt;&nbsp;you</p>"),
        ("<b>/sig-1</b>", "<b>Kind regards,<br>\n{{ agent.name }}</b>"),
        (
            '<a href="/help" title=\'> "/help"\'>/2fa</a>',
            '<a href="/help" title=\'> "/help"\'>A &amp; &lt;B&gt;</a>',
        ),
        (
            "<!-- /help --><style> /help </style><br /> /2fa",
            "<!-- /help --><style> /help </style><br /> A &amp; &lt;B&gt;",
        ),
        ("https://x.test/help</p> a/help", "https://x.test/help</p> a/help"),
        ('{{ contact.name | default: "/help" }}', '{{ contact.name | default: "/help" }}'),
        ('unfinished <a title="> /help', 'unfinished <a title="> /help'),
        ("unfinished <!-- /help", "unfinished <!-- /help"),
    ],
)
def test_in_html_only_what_a_reader_sees_is_expanded_and_it_is_quoted(html: str, expanded: str) -> None:
    assert expand("Hello", html, SNIPPETS).html == expanded


def test_a_snippets_merge_tags_are_not_quoted_in_html() -> None:
    snippet = "{{ contact.first_name | default: 'you & me' }} & co"

    assert expand("Hello", "/s", {"s": snippet}).html == "{{ contact.first_name | default: 'you & me' }} &amp; co"


def test_what_is_stored_has_no_control_characters_and_plain_newlines() -> None:
    source = expand("a\x00\r\nb\rc\td\x85\ud800", "<p>\x07</p>", {})

    assert source == Source("a\nb\nc\td", "<p></p>", ())


@pytest.mark.parametrize("html", [None, "", " \n"])
def test_html_with_nothing_in_it_is_no_html(html: str | None) -> None:
    assert expand("Hello", html, {}).html is None


@pytest.mark.parametrize("text", ["", " \r\n\t", "\x00", "/empty"])
def test_a_message_without_text_is_refused(text: str) -> None:
    with pytest.raises(MessageEmpty) as refusal:
        expand(text, "<p>Hello</p>", SNIPPETS)

    assert [fault.pointer for fault in refusal.value.faults] == ["/message/text"]


@pytest.mark.parametrize(
    ("text", "html", "pointer"),
    [
        ("é" * (MAX_MESSAGE_BYTES // 2) + "a", None, "/message/text"),
        ("Hello", "a" * (MAX_MESSAGE_BYTES + 1), "/message/html"),
        ("/long /long", None, "/message/text"),
        ("Hello", "/amp", "/message/html"),
        ("/long " * 10_000, None, "/message/text"),
    ],
)
def test_a_message_over_100_kb_is_refused(text: str, html: str | None, pointer: str) -> None:
    snippets = {"long": "a" * (MAX_MESSAGE_BYTES // 2), "amp": "&" * (MAX_MESSAGE_BYTES // 5 + 1)}

    with pytest.raises(MessageTooLarge) as refusal:
        expand(text, html, snippets)

    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [(pointer, "message_too_large")]


def test_a_message_of_100_kb_is_taken() -> None:
    text = "a" * MAX_MESSAGE_BYTES

    assert expand("/s", "é" * (MAX_MESSAGE_BYTES // 2), {"s": text}).text == text


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["(/a", "(", "/", "<a ", '<a "', "<!--", "<style>", "{{", "{%", "/a.-", " /a?"])
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (MAX_MESSAGE_BYTES // len(piece))

    assert expand(text, text, {}).text == text
