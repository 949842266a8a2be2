"""Two mentions of the same customer meet, because their addresses get one spelling."""

import pytest

from app.domain.addresses import canonical, comparable, e164, identity
from app.domain.model import Channel


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("+1 (415) 555-0100", "+14155550100"),
        ("14155550100", "+14155550100"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("415 555 0100", "415 555 0100"),
        ("+1 415 555", "+1 415 555"),
        ("anonymous", "anonymous"),
        ("", ""),
    ],
)
def test_a_valid_international_number_is_spelt_in_e164_and_any_other_stays(written: str, spelt: str) -> None:
    assert e164(written) == spelt
    assert e164(spelt) == spelt


def test_of_an_e_mail_address_only_the_domain_is_lowered() -> None:
    assert canonical(Channel.EMAIL, " Ann.Lee@Example.COM ") == "Ann.Lee@example.com"


def test_addresses_are_compared_without_regard_to_case() -> None:
    assert comparable(Channel.EMAIL, " Ann.Lee@Example.COM ") == "ann.lee@example.com"
    assert comparable(Channel.WHATSAPP, "14155550100") == "+14155550100"


def test_whatsapp_ids_are_numbers_and_chat_sessions_are_not() -> None:
    assert canonical(Channel.WHATSAPP, "14155550100") == "+14155550100"
    assert canonical(Channel.CHAT, "14155550100") == "14155550100"


def test_one_person_is_the_same_on_all_channels_of_a_number() -> None:
    assert identity(Channel.SMS, "+1 415 555 0100") == identity(Channel.WHATSAPP, "14155550100") == "phone:+14155550100"
    assert identity(Channel.EMAIL, "Ann@Example.com") == "email:ann@example.com"
    assert identity(Channel.FACEBOOK, "123") != identity(Channel.INSTAGRAM, "123")
