"""What customers and agents wrote, on the wire: it fills the fields that it belongs to, and makes no other."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.channels.http import open_http
from app.channels.registry import build
from app.domain.channel_port import Uploaded, Uploads
from app.domain.outbound import Accepted, AttachmentFile, Author, FilledTemplate, Outbound
from app.domain.words import Channel
from tests.channels.all_cases import CASES
from tests.channels.cases import ProviderCase
from tests.channels.raw_server import Request, answering, serving

INJECTED: Final = "x\r\nBcc: everybody@evil.example\r\n\r\n<b>pay here</b>"
PIECES: Final = (
    *(INJECTED, "\r\n\r\n", "\n", "\r", "\x00", "\x0b", "\x85", "\u2028", "\u202e", "\u2066", "\ufeff"),
    *("=?utf-8?q?x=0D=0ABcc:_a=40evil.example?=", "=?utf-8?b?PT91dGYtOD9xP3g9MEQ9MEFCY2M6Pz0=?="),
    *(
        '"',
        "'",
        "\\",
        "\\u0000",
        "\\r\\n",
        ",",
        ";",
        "&To=+15550100",
        "%0d%0aTo:",
        "=",
        "}]}",
        '","Bcc":"a@evil.example',
    ),
    *("--boundary\r\n", 'a"; filename="b', "ü", "\U0001f600", "https://a.example/", "wamid.x\r\n", "<a@b.example>"),
)
HOSTILE: Final = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=4).map("".join)
"""Whatever PostgreSQL can hold, and NUL. Half of a surrogate pair never gets this far: JSON with one is refused."""
BY_HTTP: Final = sorted(set(CASES) - {"smtp"})
PARENTS: Final = {"whatsapp_cloud": "wamid.A"}
"""The beginnings of ids that a reply can name."""
OURS: Final = frozenset({"content-length", "webhook-timestamp", "webhook-signature", "content-type"})
"""Headers whose values change with the body. Their names must not."""


def message(case: ProviderCase, text: str, short: str) -> Outbound:
    return replace(
        case.message,
        text=f"{text}.",
        html=f"<p>{short}</p>" if case.message.channel is Channel.EMAIL else None,
        subject=short,
        conversation_external_id=short,
        in_reply_to=f"{PARENTS.get(case.name, '<a@b.example>')}{text}",
        references=(f"<a@b.example>{text}", short),
        author=Author(short, text, short),
        address=f"U-{short}" if case.name == "webhook" else case.message.address,
        attachments=(AttachmentFile(f"{short}.pdf", "application/pdf", b"%PDF", "media-1"),),
    )


async def sent(case: ProviderCase, *outbounds: Outbound) -> list[list[Request]]:
    """The requests that each message makes."""
    async with serving(answering(case.accepted.status, case.accepted.body, case.accepted.headers)) as server:
        http = open_http(allow_private_urls=True)
        adapter = build(case.name, case.setup(server.url), http)
        requests = []
        for outbound in outbounds:
            server.requests.clear()
            assert isinstance(await adapter.send(outbound), Accepted)
            requests.append(list(server.requests))
        await http.aclose()
        return requests


def form(request: Request) -> Any:
    """The body as its provider reads it."""
    if request.headers["content-type"].startswith("application/x-www-form-urlencoded"):
        return parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
    return json.loads(request.body)


def shape(value: Any) -> Any:
    """What a body is made of, without what its texts say."""
    match value:
        case dict():
            return {name: shape(each) for name, each in value.items()}
        case list():
            return [shape(each) for each in value]
        case (str(name), str()):
            return (name, "")
        case str():
            return ""
        case _:
            return type(value)


def texts(value: Any) -> list[str]:
    match value:
        case dict():
            return [text for each in value.values() for text in texts(each)]
        case list() | tuple():
            return [text for each in value for text in texts(each)]
        case str():
            return [value]
        case _:
            return []


def head(request: Request) -> tuple[str, str, Mapping[str, str]]:
    return request.method, request.target, {k: "" if k in OURS else v for k, v in request.headers.items()}


@pytest.mark.parametrize("name", BY_HTTP)
def test_what_people_wrote_fills_its_own_fields_alone(name: str) -> None:
    case = CASES[name]()
    assert isinstance(case, ProviderCase)

    @settings(max_examples=15)
    @given(text=HOSTILE, short=HOSTILE)
    @example(text=INJECTED, short=INJECTED)
    @example(text=PIECES[11], short=PIECES[12])
    def check(text: str, short: str) -> None:
        plain, hostile = message(case, "Hi", "Hi"), message(case, text, short)
        expected, requests = asyncio.run(sent(case, plain, hostile))
        assert [head(each) for each in requests] == [head(each) for each in expected]
        for request, other in zip(requests, expected, strict=True):
            assert shape(form(request)) == shape(form(other))
        assert any(f"{text}." in each for each in texts(form(requests[0])))

    check()


@settings(max_examples=15)
@given(name=HOSTILE)
@example(name='a.pdf"\r\nX-Injected: 1\r\n\r\n--boundary--')
def test_the_name_of_an_uploaded_file_is_a_name_alone(name: str) -> None:
    for provider in ("meta", "whatsapp_cloud"):
        parts = asyncio.run(uploaded(provider, f"{name}.png"))
        heads = [part.partition(b"\r\n\r\n")[0].split(b"\r\n") for part in parts]
        names = [[line.partition(b":")[0] for line in lines if line] for lines in heads]
        assert set(map(tuple, names)) == {(b"Content-Disposition",), (b"Content-Disposition", b"Content-Type")}
        assert [b"filename=" in part for part in parts] == [False] * (len(parts) - 1) + [True]


async def uploaded(provider: str, filename: str) -> list[bytes]:
    """The parts of the form that an upload posts."""
    case = CASES[provider]()
    async with serving(answering(200, {"id": "m-1", "attachment_id": "m-1"})) as server:
        http = open_http(allow_private_urls=True)
        adapter = build(provider, case.setup(server.url), http)
        assert isinstance(adapter, Uploads)
        file = AttachmentFile(filename, "image/png", b"png")
        assert isinstance(await adapter.upload(case.message.channel, file), Uploaded)
        await http.aclose()
    [request] = server.requests
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    opening, *parts, closing = (b"\r\n" + request.body).split(b"\r\n--" + boundary)
    assert (opening, closing) == (b"", b"--\r\n")
    return [part.removeprefix(b"\r\n") for part in parts]


@settings(max_examples=15)
@given(parameter=HOSTILE)
@example(parameter=INJECTED)
def test_a_template_s_parameters_are_texts_alone(parameter: str) -> None:
    case = CASES["whatsapp_cloud"]()
    assert isinstance(case, ProviderCase)
    plain, hostile = (
        replace(case.message, template=FilledTemplate("incident", "en", (value,))) for value in ("Hi", parameter)
    )
    [expected], [request] = asyncio.run(sent(case, plain, hostile))
    assert shape(form(request)) == shape(form(expected))
