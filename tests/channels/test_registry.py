"""Writing a channel account: what is refused, where the fault lies, and that no value is repeated."""

from typing import Any

import pytest

from app.channels.registry import ADAPTERS, redemands_credentials, validate
from app.domain.errors import Fault, InvalidAccount
from app.domain.words import Channel
from tests.channels.all_cases import CASES

SECRET = "do not\nrepeat me"


def faults_of(provider: str, channel: Channel, config: dict[str, Any], credentials: dict[str, Any]) -> list[Fault]:
    with pytest.raises(InvalidAccount) as refused:
        validate(provider, channel, config, credentials)
    return list(refused.value.faults)


def pointers(faults: list[Fault]) -> set[str]:
    return {fault.pointer for fault in faults}


def test_an_unknown_provider_is_answered_with_the_known_ones() -> None:
    [fault] = faults_of("pigeon", Channel.EMAIL, {}, {})

    assert (fault.pointer, fault.code) == ("/provider", "unknown_provider")
    assert all(name in fault.detail for name in ADAPTERS)


def test_a_provider_is_refused_for_a_channel_that_it_does_not_serve() -> None:
    case = CASES["twilio"]()
    [fault] = faults_of("twilio", Channel.VOICE, dict(case.config), dict(case.credentials))

    assert (fault.pointer, fault.code) == ("/channel", "unsupported_channel")
    assert "sms" in fault.detail


@pytest.mark.parametrize(
    ("provider", "channel", "config", "pointer"),
    [
        ("postmark", Channel.EMAIL, {"from": "Support\r\nBcc: x <a@example.com>"}, "/config/from"),
        ("postmark", Channel.EMAIL, {"from": "a@example.com, b@example.com"}, "/config/from"),
        ("postmark", Channel.EMAIL, {"from": "nobody"}, "/config/from"),
        ("postmark", Channel.EMAIL, {}, "/config/from"),
        ("postmark", Channel.EMAIL, {"reply_to": "reply+{token}"}, "/config/reply_to"),
        (
            "postmark",
            Channel.EMAIL,
            {"reply_to": "reply+{token}@example.com\r\nBcc: a@example.com"},
            "/config/reply_to",
        ),
        ("postmark", Channel.EMAIL, {"message_stream": "Out bound"}, "/config/message_stream"),
        ("postmark", Channel.EMAIL, {"base_url": "ftp://example.com"}, "/config/base_url"),
        ("postmark", Channel.EMAIL, {"base_url": "https://example.com/?a=b"}, "/config/base_url"),
        ("postmark", Channel.EMAIL, {"base_url": "https://user:pass@example.com"}, "/config/base_url"),
        ("postmark", Channel.EMAIL, {"base_url": "http://2130706433"}, "/config/base_url"),
        *(
            ("postmark", Channel.EMAIL, {"base_url": f"http://{place}"}, "/config/base_url")
            for place in (
                "exa mple.com",
                "..",
                "a..b",
                "-a.com",
                "xn--",
                "[fe80::1%25eth0]",
                "example.com:0",
                "example.com:99999",
            )
        ),
        ("twilio", Channel.SMS, {"account_sid": "AC1"}, "/config/account_sid"),
        ("twilio", Channel.SMS, {"from": "four one five"}, "/config/from"),
        ("twilio", Channel.SMS, {"from": "+14155550100\n"}, "/config/from"),
        ("twilio", Channel.SMS, {}, "/config"),
        ("twilio", Channel.SMS, {"from": "+14155550100", "messaging_service_sid": "MG" + "c" * 32}, "/config"),
        ("webhook", Channel.OTHER, {"url": "http://127.1/"}, "/config/url"),
        ("webhook", Channel.OTHER, {"url": "not a url"}, "/config/url"),
        ("webhook", Channel.OTHER, {"a/b~c": 1}, "/config/a~1b~0c"),
    ],
)
def test_a_bad_setting_is_named(provider: str, channel: Channel, config: dict[str, Any], pointer: str) -> None:
    complete = {"account_sid": "AC" + "b" * 32} if provider == "twilio" else {}

    assert pointer in pointers(faults_of(provider, channel, {**complete, **config}, {}))


@pytest.mark.parametrize(
    ("provider", "channel", "key"),
    [
        ("postmark", Channel.EMAIL, "server_token"),
        ("twilio", Channel.SMS, "auth_token"),
        ("webhook", Channel.OTHER, "secret"),
    ],
)
def test_a_bad_credential_is_named_and_never_repeated(provider: str, channel: Channel, key: str) -> None:
    faults = faults_of(provider, channel, {"colour": SECRET}, {key: SECRET, "spare": SECRET})

    assert {f"/credentials/{key}", "/credentials/spare", "/config/colour"} <= pointers(faults)
    assert "repeat me" not in str(faults)


@pytest.mark.parametrize(
    "server",
    ["desk_web:3000", "desk-2", "desk_web_1:3000", "desk.my_company", "localhost:8080", "[::1]:8080", "münchen.test."],
)
def test_names_of_servers_that_some_network_knows_are_taken(server: str) -> None:
    case = CASES["webhook"]()
    validate("webhook", Channel.OTHER, {**case.config, "url": f"http://{server}/in"}, case.credentials)


def test_a_signing_secret_must_be_long_enough() -> None:
    [fault] = faults_of("webhook", Channel.CHAT, {"url": "https://example.com/in?key=1"}, {"secret": "whsec_YWJj"})

    assert (fault.pointer, fault.detail) == ("/credentials/secret", "Must hold at least 24 bytes.")


@pytest.mark.parametrize("sender", ["+14155550100", "12345", "MyCompany", "Hi 2 You"])
def test_the_senders_that_twilio_knows_are_taken(sender: str) -> None:
    validate("twilio", Channel.SMS, {"account_sid": "AC" + "b" * 32, "from": sender}, {"auth_token": "t"})


@pytest.mark.parametrize(
    ("before", "after", "again"),
    [
        ({"from": "a"}, {"from": "b"}, False),
        ({}, {"base_url": "https://x.example"}, True),
        ({"base_url": "https://x.example"}, {}, True),
        ({"url": "https://x.example"}, {"url": "https://y.example"}, True),
        ({"host": "x"}, {"host": "x"}, False),
    ],
)
def test_a_new_place_to_talk_to_demands_the_credentials_again(
    before: dict[str, Any], after: dict[str, Any], again: bool
) -> None:
    assert redemands_credentials(before, after) is again
