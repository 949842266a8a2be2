"""What is particular to SMTP: how far a conversation came decides what is known of the message."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.channels.registry import AccountSetup, validate
from app.channels.smtp import adapter as smtp_adapter
from app.channels.smtp.adapter import SmtpAdapter
from app.domain.account_check import CredentialsState
from app.domain.errors import InvalidAccount
from app.domain.outbound import DEADLINE_PASSED, Accepted, Deferred, Rejected, SendResult, Unknown
from app.domain.provider_events import MalformedWebhook
from app.domain.words import Channel, ReasonCode
from tests.channels import smtp_lines
from tests.channels.cases import CALLBACK_SECRET, webhook
from tests.channels.deadlines import deadline_passing_at
from tests.channels.mail_cases import OUR_MESSAGE_ID, SMTP
from tests.channels.mail_server import PASSWORD, USER, Certificate, Mailbox, certificate, mail_server
from tests.channels.raw_server import Line, refusing_url, serving

LOGIN = {"username": USER, "password": PASSWORD}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def trusting(own: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """The operator of this machine trusts the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(own.path))
    return own


def adapter(
    http: httpx.AsyncClient,
    port: int,
    credentials: Mapping[str, str] | None = None,
    *,
    allow_private: bool = True,
    **config: Any,
) -> SmtpAdapter:
    merged = {**SMTP.config, "host": "127.0.0.1", "port": port, **config}
    return SmtpAdapter.from_config(AccountSetup(merged, credentials or {}, CALLBACK_SECRET, allow_private), http)


async def result_of(http: httpx.AsyncClient, box: Mailbox, **config: Any) -> SendResult:
    return await adapter(http, box.port, **config).send(SMTP.message)


def why_paused(result: SendResult) -> str:
    """What an agent is told of an account that waits until somebody mends it."""
    assert isinstance(result, Deferred)
    assert (result.scope, result.retry_after) == ("account", None)
    return result.detail


async def test_a_server_that_says_yes_has_the_mail(http: httpx.AsyncClient) -> None:
    async with mail_server() as box:
        assert await result_of(http, box) == Accepted(OUR_MESSAGE_ID)

    [envelope] = box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("support@example.com", ["ann@example.com"])
    assert any(option.startswith("SIZE=") for option in envelope.mail_options)


@pytest.mark.parametrize(
    ("step", "reply", "code"),
    [
        ("RCPT", "550 5.1.1 unknown", ReasonCode.INVALID_RECIPIENT),
        ("RCPT", "550 unknown", ReasonCode.INVALID_RECIPIENT),
        ("RCPT", "553 5.1.3 bad syntax", ReasonCode.INVALID_RECIPIENT),
        ("RCPT", "556 5.1.10 null MX", ReasonCode.INVALID_RECIPIENT),
        ("RCPT", "552 5.2.2 full", ReasonCode.UNREACHABLE),
        ("RCPT", "550 5.4.4 no route", ReasonCode.UNREACHABLE),
        ("RCPT", "554 5.7.1 denied", ReasonCode.BLOCKED),
        ("RCPT", "599 what", ReasonCode.PROVIDER_REJECTED),
        ("MAIL", "552 5.3.4 too big", ReasonCode.CONTENT_REJECTED),
        ("DATA", "554 5.7.1 spam", ReasonCode.CONTENT_REJECTED),
        ("DATA", "554 no", ReasonCode.CONTENT_REJECTED),
        ("DATA", "552 5.3.4 too big", ReasonCode.CONTENT_REJECTED),
        ("DATA", "550 5.1.1 unknown after all", ReasonCode.INVALID_RECIPIENT),
        ("DATA", "571 5.5.0 no", ReasonCode.PROVIDER_REJECTED),
    ],
)
async def test_a_refusal_for_good_is_rejected(http: httpx.AsyncClient, step: str, reply: str, code: ReasonCode) -> None:
    async with mail_server({step: reply}) as box:
        result = await result_of(http, box)

    assert isinstance(result, Rejected)
    assert result.code is code
    assert reply.partition(" ")[2] not in result.detail


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        ("MAIL", "530 5.7.0 log in first"),
        ("MAIL", "550 5.7.1 not your address"),
        ("RCPT", "530 5.7.0 log in first"),
        ("DATA", "550 5.1.8 bad sender"),
    ],
)
async def test_a_refusal_of_the_account_burns_nobody(http: httpx.AsyncClient, step: str, reply: str) -> None:
    async with mail_server({step: reply}) as box:
        assert why_paused(await result_of(http, box))


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
@pytest.mark.parametrize("reply", ["450 4.2.0 greylisted", "451 4.3.0 error", "452 4.2.2 full"])
async def test_a_message_that_is_put_off_waits_alone(http: httpx.AsyncClient, step: str, reply: str) -> None:
    async with mail_server({step: reply}) as box:
        result = await result_of(http, box)

    assert isinstance(result, Deferred)
    assert (result.code, result.scope, result.retry_after) == ("postponed", "delivery", None)


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        ("MAIL", "451 4.3.0 busy"),
        ("MAIL", "421 closing"),
        ("RCPT", "421 4.7.0 too fast"),
        ("DATA", "421 4.3.2 closing"),
    ],
)
async def test_a_server_that_takes_no_more_makes_the_account_wait(
    http: httpx.AsyncClient, step: str, reply: str
) -> None:
    async with mail_server({step: reply}) as box:
        result = await result_of(http, box)

    assert isinstance(result, Deferred)
    assert (result.scope, result.retry_after) == ("account", timedelta(seconds=30))


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
@pytest.mark.parametrize("fault", ["drop", "hang"])
async def test_silence_before_data_proves_that_nothing_was_sent(http: httpx.AsyncClient, step: str, fault: str) -> None:
    async with mail_server({step: fault}) as box, deadline_passing_at(box.hung):
        result = await result_of(http, box)

    assert isinstance(result, Deferred)
    assert (result.code, result.scope) == (ReasonCode.UNREACHABLE, "delivery")
    assert box.reached[-1] == step
    assert not box.taken


@pytest.mark.parametrize("fault", ["drop", "hang"])
async def test_silence_after_the_dot_is_unknown(http: httpx.AsyncClient, fault: str) -> None:
    async with mail_server({"DATA": fault}) as box, deadline_passing_at(box.hung):
        assert isinstance(await result_of(http, box), Unknown)

    assert len(box.taken) == 1


@pytest.mark.parametrize("reply", ["", "nonsense", "220-never ends"])
async def test_a_port_that_speaks_no_smtp_proves_that_nothing_was_sent(http: httpx.AsyncClient, reply: str) -> None:
    async with serving(smtp_lines.speaking(greeting=reply)) as server:
        async with deadline_passing_at(server.spoke):
            result = await SmtpAdapter.from_config(SMTP.setup(server.url), http).send(SMTP.message)
        assert server.bytes_received == 0

    assert isinstance(result, Deferred)


async def test_what_is_still_in_a_buffer_at_the_deadline_never_leaves(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_adapter, "compose", lambda *_: b"Subject: large\r\n\r\n" + b"x" * 20_000_000)
    begun, over, received = asyncio.Event(), asyncio.Event(), bytearray()

    async def read_later(line: Line) -> None:
        received.extend(await line.reader.read(65_536))
        begun.set()
        await over.wait()
        with contextlib.suppress(ConnectionError):
            while chunk := await line.reader.read(65_536):
                received.extend(chunk)

    async with serving(smtp_lines.speaking(at_data=read_later)) as server:
        async with deadline_passing_at(begun):
            result = await SmtpAdapter.from_config(SMTP.setup(server.url), http).send(SMTP.message)
        assert begun.is_set()
        over.set()
        await server.left.wait()

    assert isinstance(result, Unknown)
    assert not received.endswith(b"\r\n.\r\n")


async def test_after_the_deadline_data_is_not_begun(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was frozen between two replies wakes up late, and its timers have not run yet."""
    passed = iter([False, True])
    monkeypatch.setattr(smtp_adapter, "deadline_passed", lambda: next(passed))
    async with mail_server() as box:
        result = await result_of(http, box)

    assert isinstance(result, Deferred)
    assert result.code == DEADLINE_PASSED
    assert (box.reached, box.taken) == (["MAIL", "RCPT"], [])


@pytest.mark.parametrize("goodbye", ["221 bye", "500 what", "garbage"])
async def test_no_goodbye_unsettles_what_was_taken(http: httpx.AsyncClient, goodbye: str) -> None:
    async with serving(smtp_lines.speaking(QUIT=goodbye)) as server:
        assert await SmtpAdapter.from_config(SMTP.setup(server.url), http).send(SMTP.message) == Accepted(
            OUR_MESSAGE_ID
        )


async def test_a_mail_that_the_server_announces_to_be_too_large_is_not_begun(http: httpx.AsyncClient) -> None:
    async with mail_server(largest=100) as box:
        result = await result_of(http, box)

    assert isinstance(result, Rejected)
    assert result.code is ReasonCode.CONTENT_REJECTED
    assert not box.taken


@pytest.mark.parametrize("address", ["ann@example.com, bob@example.com", "ann@example.com\r\nDATA", "ann", "<a@b.c>"])
async def test_an_address_that_is_not_exactly_one_is_refused_without_a_call(
    http: httpx.AsyncClient, address: str
) -> None:
    result = await adapter(http, 25).send(replace(SMTP.message, address=address))

    assert isinstance(result, Rejected)
    assert result.code is ReasonCode.ADDRESS_INVALID


# Private addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
async def test_a_private_address_is_refused_unless_it_is_allowed(http: httpx.AsyncClient, host: str) -> None:
    async with mail_server() as box:
        result = await adapter(http, box.port, allow_private=False, host=host).send(SMTP.message)

    assert "private" in why_paused(result)
    assert not box.reached


async def test_a_server_that_is_not_there_is_deferred(http: httpx.AsyncClient) -> None:
    port = int(refusing_url().rpartition(":")[2])
    result = await adapter(http, port).send(SMTP.message)

    assert isinstance(result, Deferred)
    assert (result.code, result.scope) == (ReasonCode.UNREACHABLE, "delivery")


# TLS and login


async def test_a_login_goes_over_starttls(http: httpx.AsyncClient, trusting: Certificate) -> None:
    async with mail_server(starttls=trusting.context, login=True) as box:
        assert await result_of(http, box, credentials=LOGIN, tls="starttls") == Accepted(OUR_MESSAGE_ID)

    assert box.encrypted == [True]


async def test_a_server_that_is_encrypted_from_the_start_is_spoken_to(
    http: httpx.AsyncClient, trusting: Certificate
) -> None:
    async with mail_server(implicit=trusting.context) as box:
        assert await result_of(http, box, tls="implicit") == Accepted(OUR_MESSAGE_ID)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_certificate_that_nobody_vouches_for_pauses_the_account(
    http: httpx.AsyncClient, own: Certificate, tls: str
) -> None:
    async with mail_server(**{tls: own.context}) as box:  # type: ignore[arg-type]
        result = await result_of(http, box, tls=tls)

    assert "certificate" in why_paused(result)
    assert not box.reached


async def test_a_server_without_starttls_gets_neither_password_nor_mail(http: httpx.AsyncClient) -> None:
    async with mail_server() as box:
        result = await result_of(http, box, credentials=LOGIN, tls="starttls")

    assert why_paused(result)
    assert not box.reached


async def test_a_wrong_password_pauses_the_account(http: httpx.AsyncClient, trusting: Certificate) -> None:
    async with mail_server(starttls=trusting.context, login=True) as box:
        result = await result_of(http, box, credentials={**LOGIN, "password": "wrong-one"}, tls="starttls")

    assert "wrong-one" not in why_paused(result)
    assert not box.reached


async def test_a_password_never_goes_in_the_clear(http: httpx.AsyncClient) -> None:
    async with serving(smtp_lines.speaking()) as server:
        port = int(server.url.rpartition(":")[2])
        result = await adapter(http, port, LOGIN, tls="none").send(SMTP.message)
        assert server.connections == 0

    assert why_paused(result)


# The account, and what a mail server does not do


@pytest.mark.parametrize(
    ("config", "pointer"),
    [
        ({"host": ""}, "/config/host"),
        ({"host": "mail example.com"}, "/config/host"),
        ({"host": "mail.example.com:25"}, "/config/host"),
        ({"host": "mail.example.com\r\nX"}, "/config/host"),
        ({"host": "2130706433"}, "/config/host"),
        ({"host": "127.1"}, "/config/host"),
        ({"host": "fe80::1%eth0"}, "/config/host"),
        ({"port": 0}, "/config/port"),
        ({"port": 65_536}, "/config/port"),
        ({"tls": "maybe"}, "/config/tls"),
        ({"from": "Support\r\nBcc: x <a@example.com>"}, "/config/from"),
    ],
)
def test_a_bad_setting_is_named(config: dict[str, Any], pointer: str) -> None:
    whole = {**SMTP.config, "host": "mail.example.com", "port": 587, **config}
    with pytest.raises(InvalidAccount) as refused:
        validate("smtp", Channel.EMAIL, whole, {})

    assert [fault.pointer for fault in refused.value.faults] == [pointer]


@pytest.mark.parametrize(
    "host", ["localhost", "mail_pit", "mail.example.com", "MX1.example.com", "192.0.2.1", "2001:db8::1"]
)
def test_names_and_ordinary_addresses_are_taken(host: str) -> None:
    validate("smtp", Channel.EMAIL, {"from": "a@example.com", "host": host, "port": 587}, LOGIN)


@pytest.mark.parametrize("credentials", [{"username": USER}, {"password": PASSWORD}])
def test_half_a_login_is_refused_and_not_repeated(credentials: dict[str, str]) -> None:
    config = {"from": "a@example.com", "host": "mail.example.com", "port": 587}
    with pytest.raises(InvalidAccount) as refused:
        validate("smtp", Channel.EMAIL, config, credentials)

    assert [fault.pointer for fault in refused.value.faults] == ["/credentials"]
    assert PASSWORD not in str(refused.value.faults)


def test_the_password_shows_in_no_repr(http: httpx.AsyncClient) -> None:
    assert PASSWORD not in repr(adapter(http, 25, LOGIN))


def test_nobody_calls_back(http: httpx.AsyncClient) -> None:
    call = webhook(b"{}", {"content-type": "application/json"}, f"token={CALLBACK_SECRET}")

    assert not adapter(http, 25).verify(call)
    with pytest.raises(MalformedWebhook):
        adapter(http, 25).parse(call)


@pytest.mark.parametrize(
    ("password", "faults", "expected"),
    [
        (PASSWORD, {}, CredentialsState.OK),
        ("another", {}, CredentialsState.REFUSED),
        (PASSWORD, {"MAIL": "550 no"}, CredentialsState.OK),
    ],
)
async def test_a_check_logs_in_and_says_goodbye_without_a_message(
    http: httpx.AsyncClient, trusting: Certificate, password: str, faults: dict[str, str], expected: CredentialsState
) -> None:
    credentials = {"username": USER, "password": password}
    async with mail_server(faults, starttls=trusting.context, login=True) as box:
        checked = await adapter(http, box.port, credentials, tls="starttls").check()
    assert checked.credentials is expected
    assert (box.taken, box.reached) == ([], [])
    assert password not in checked.detail


async def test_a_check_of_a_server_that_is_not_there_knows_nothing(http: httpx.AsyncClient) -> None:
    assert (await adapter(http, int(refusing_url().rpartition(":")[2])).check()).credentials is CredentialsState.UNKNOWN
