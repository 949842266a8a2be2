"""Two mentions of the same person meet, because every spelling of an address has one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.addresses import Address, identity
from app.domain.own_addresses import OwnAddresses
from app.domain.phone_numbers import region_of_number
from app.domain.words import Channel

EMAIL, SMS, WHATSAPP = Channel.EMAIL, Channel.SMS, Channel.WHATSAPP


def read(channel: Channel, text: str, region: str | None = None) -> Address:
    return Address.read(channel, text, region)


@pytest.mark.parametrize(
    ("channel", "spellings"),
    [
        (EMAIL, ["ann@bücher.example", "ann@xn--bcher-kva.example", "Ann@BÜCHER.example", "ann@bu\u0308cher.example"]),
        (EMAIL, ["ann@faß.example", "ann@xn--fa-hia.example"]),
        (EMAIL, ["ann@例え.テスト", "ann@例え。テスト", "ann@xn--r8jz45g.xn--zckzah"]),
        (EMAIL, ["ann@почта.рф", "ANN@ПОЧТА.РФ", "ann@xn--80a1acny.xn--p1ai"]),
        (EMAIL, ["ann@نامه\u200cای.com", "ann@xn--mgba3gch31f060k.com"]),
        (EMAIL, ["ann@gmail.com", "ann@googlemail.com", "ANN@GoogleMail.com", "a.n.n@gmail.com"]),
        (
            EMAIL,
            ["zoe@example.test", "\u200bzoe@example.test", "zoe@example.test\u200b", "\u202azoe@example.test\u202c"],
        ),
        (
            EMAIL,
            [
                "zoe@example.test",
                "\ufeffzoe@exam\u00adple.test",
                "zo\u2060e@example.test\u00a0",
                "zoe\ufe0f@example.test",
            ],
        ),
        (
            EMAIL,
            [
                "ann@example.test",
                "mailto:ann@example.test",
                "MAILTO:ann%40example.test?subject=Hi",
                "<ann@example.test>",
                "mailto:an%00n@example.test",
            ],
        ),
        (
            EMAIL,
            [
                "ann@example.test",
                "Ann Lee <ann@example.test>",
                '"Lee, Ann" <ann@example.test>',
                "ann@example.test (Ann)",
            ],
        ),
        (
            EMAIL,
            ["ann@example.test", "ann@example.test.", "ａｎｎ＠ｅｘａｍｐｌｅ．ｔｅｓｔ", "<mailto:ann@example.test>"],
        ),
        (
            EMAIL,
            [
                "ann@example.test",
                "ann@example.test;",
                "ann@example.test, ",
                '"ann"@example.test',
                "<ann@example.test>;",
                "'ann@example.test'",
                "“ann@example.test”",
                "SMTP:Ann@example.test",
                "Ann <'ann@example.test'>",
            ],
        ),
        (EMAIL, ["ann@i❤.ws", "ann@i❤\ufe0f.ws", "ANN@I❤.WS", "ann@xn--i-7iq.ws"]),
        (
            WHATSAPP,
            [
                "+14155550100",
                "14155550100@s.whatsapp.net",
                "14155550100:12@s.whatsapp.net",
                "14155550100@c.us",
                "https://wa.me/14155550100",
                "wa.me/14155550100?text=Hi%20there",
                "https://api.whatsapp.com/send?phone=%2B14155550100&text=Hi",
                "https://web.whatsapp.com/send/?text=Hi&phone=14155550100",
                "whatsapp://send?phone=14155550100",
                "14155550100_1:3@s.whatsapp.net",
                "0014155550100",
                "00 1 415 555 0100",
            ],
        ),
        (WHATSAPP, ["+553188888821", "553188888821", "+55 31 8888-8821", "+55 (31) 98888-8821", "5531988888821"]),
        (
            WHATSAPP,
            ["+525512345603", "5215512345603", "+52 1 55 1234 5603", "+52 044 55 1234 5603", "+52 01 55 1234 5603"],
        ),
        (
            WHATSAPP,
            ["+541123456705", "5491123456705", "+54 9 11 2345-6705", "+54 11 15 2345 6705", "+54 (011) 15-2345-6705"],
        ),
        (WHATSAPP, ["22997000000", "+2290197000000"]),
        (WHATSAPP, ["22507123456", "+225 07 07 123456"]),
        (SMS, ["+5531988888801", "+553188888801", "+55 31 8888 8801"]),
        (
            SMS,
            [
                "+14155550100",
                "＋１４１５５５５０１００",
                "+١٤١٥٥٥٥٠١٠٠",
                "tel:+1-415-555-0100",
                "(+1) 415 555 0100",
                "+1 415·555·0100",
                "+1\t415\t5550100",
                "'+14155550100",
                '"+1 415 555 0100"',
                "\u202a+1 415 555 0100\u202c",
            ],
        ),
        (SMS, ["+442079460018", "+44 (0)20 7946 0018", "+44 020 7946 0018"]),
        # Possible, and of no range that is in use as far as the library knows.
        (SMS, ["+12005550100", "+1 200 555 0100"]),
        (WHATSAPP, ["+12005550100", "12005550100"]),
    ],
)
def test_all_spellings_of_an_address_have_one_key(channel: Channel, spellings: list[str]) -> None:
    assert {read(channel, each).key for each in spellings} == {read(channel, spellings[0]).key}
    assert all(read(channel, each).wire for each in spellings)
    assert read(channel, read(channel, spellings[0]).key).key == read(channel, spellings[0]).key


@pytest.mark.parametrize(
    ("channel", "one", "other"),
    [
        (EMAIL, "ann@example.test", "ann+shop@example.test"),
        (EMAIL, "ann@gmail.com", "ann+shop@gmail.com"),
        (EMAIL, "a.nn@example.test", "ann@example.test"),
        (EMAIL, "ann@faß.example", "ann@fass.example"),
        (WHATSAPP, "+551131234567", "+5511931234567"),
        (WHATSAPP, "+541123456705", "+541123456706"),
        (WHATSAPP, "+525512345603", "+15512345603"),
        (SMS, "+390612345678", "+39612345678"),
        (SMS, "6462345678", "+16462345678"),
        (Channel.CHAT, "14155550100", "+14155550100"),
        (Channel.FACEBOOK, "Abc", "abc"),
    ],
)
def test_addresses_of_two_people_have_two_keys(channel: Channel, one: str, other: str) -> None:
    assert read(channel, one).key != read(channel, other).key


@pytest.mark.parametrize(
    ("channel", "text"),
    [
        (SMS, "6462345678"),
        (SMS, "14155550100"),
        (SMS, "(646) 234-5678"),
        (SMS, "0151 23456789"),
        (SMS, "0044 20 7946 0018"),
        (SMS, "+14155550100 ext. 12"),
        (SMS, "+49 151 12345678 / 12"),
        (SMS, "+14155550100x13"),
        (SMS, "+14155550100;ext=5"),
        (SMS, "+14155550100,,12"),
        (SMS, "+14155550100#7"),
        (SMS, "+14155550100 доб. 7"),
        (SMS, "+1-800-FLOWERS"),
        (SMS, "+14155550100 or +14155550101"),
        (WHATSAPP, "https://wa.me/message/ABCDEFGH"),
        (WHATSAPP, "14155550100@lid"),
        (SMS, "+1202"),
        (SMS, "anonymous"),
        (WHATSAPP, "+14155550100 ext. 12"),
        (WHATSAPP, "(415) 555-0100"),
        (WHATSAPP, "0151 23456789"),
        (EMAIL, "ann@one.test, bob@two.test"),
        (EMAIL, "ann@one.test; Bob <bob@two.test>"),
        (EMAIL, "Ann Lee ann@example.test"),
        (EMAIL, "mailto:ann@one.test,bob@two.test"),
        (EMAIL, "jörg@example.test"),
        (EMAIL, "ann@corp.local"),
        (EMAIL, "ann@example.test\x00x"),
        (EMAIL, "ann@xn--.example"),
        (EMAIL, "'ann@one.test' 'bob@two.test'"),
        (EMAIL, "ann"),
    ],
)
def test_what_is_not_one_complete_address_is_kept_and_never_sent_to(channel: Channel, text: str) -> None:
    address = read(channel, text)
    assert address.wire is None
    assert address.stored


def test_nothing_is_stored_of_nothing() -> None:
    nothing = read(SMS, " \u200b ")
    assert (nothing.stored, nothing.key, nothing.wire) == ("", "", None)


@pytest.mark.parametrize(
    ("text", "region", "wire"),
    [
        ("6462345678", "US", "+16462345678"),
        ("(646) 234-5678", "US", "+16462345678"),
        ("0151 23456789", "DE", "+4915123456789"),
        ("00442079460018", "DE", "+442079460018"),
        ("011 44 20 7946 0018", "US", "+442079460018"),
        ("8 912 345 67 89", "RU", "+79123456789"),
        ("31 8888-8801", "BR", "+5531988888801"),
        ("11 15 2345 6705", "AR", "+5491123456705"),
        ("+44 20 7946 0018", "US", "+442079460018"),
        ("646 234 5678 ext. 9", "US", None),
        ("646 234 5678 / 79", "US", None),
        ("0151/23456789", "DE", "+4915123456789"),
        ("04931/1234", "DE", "+4949311234"),
        ("030/1234567/89", "DE", None),
        ("4915123456789", "DE", "+4915123456789"),
        ("62812345678", "ID", "+62812345678"),
    ],
)
def test_a_national_number_is_read_in_the_account_s_country(text: str, region: str, wire: str | None) -> None:
    assert read(SMS, text, region).wire == wire


def test_a_number_is_dialled_as_its_country_s_numbers_are_today_and_sent_to_on_whatsapp_as_whatsapp_knows_it() -> None:
    assert read(SMS, "+553188888801").wire == "+5531988888801"
    assert read(SMS, "+5215512345603").wire == "+525512345603"
    assert read(WHATSAPP, "553188888801").wire == "+553188888801"
    assert read(WHATSAPP, "5215512345603").wire == "+5215512345603"


def test_an_e_mail_address_goes_out_in_ascii_with_the_part_before_the_at_as_it_was_written() -> None:
    address = read(EMAIL, "Ann.Lee@BÜCHER.example")
    assert (address.stored, address.wire) == ("Ann.Lee@bücher.example", "Ann.Lee@xn--bcher-kva.example")


@pytest.mark.parametrize("domain", ["corp.local", "mail.home.arpa", "office.internal", "localhost"])
def test_one_s_own_mail_server_knows_domains_that_nobody_else_does(domain: str) -> None:
    assert Address.read(EMAIL, f"ann@{domain}", private=True).wire == f"ann@{domain}"


@pytest.mark.parametrize("domain", ["gmial", "example.invalid", "hidden.onion", "-.local", "a b.local"])
def test_one_s_own_mail_server_knows_no_domain_that_cannot_be(domain: str) -> None:
    assert Address.read(EMAIL, f"ann@{domain}", private=True).wire is None


def test_a_whatsapp_person_who_shows_no_number_is_an_id_in_its_own_case() -> None:
    address = read(WHATSAPP, "US.13491208655302741918")
    assert address.stored == address.key == address.wire == "US.13491208655302741918"


def test_one_person_is_the_same_on_all_channels_of_a_number() -> None:
    assert identity(read(SMS, "+1 415 555 0100")) == identity(read(WHATSAPP, "14155550100")) == "phone:+14155550100"
    assert identity(read(EMAIL, "Ann@Example.com")) == "email:ann@example.com"
    assert identity(read(Channel.FACEBOOK, "123")) != identity(read(Channel.INSTAGRAM, "123"))


@pytest.mark.parametrize(
    ("channel", "text", "reported"),
    [
        (WHATSAPP, "+5531988888801", "+553188888801"),
        (WHATSAPP, "+525512345603", "+5215512345603"),
        (WHATSAPP, "5491123456705", "+541123456705"),
        (EMAIL, "ann@bücher.example", "ann@xn--bcher-kva.example"),
        (EMAIL, "ann@xn--bcher-kva.example", "ann@bücher.example"),
        (EMAIL, "ann@gmail.com", "ann@googlemail.com"),
    ],
)
def test_a_report_may_spell_an_address_in_every_way_it_has(channel: Channel, text: str, reported: str) -> None:
    assert reported in read(channel, text).spellings


def test_the_addresses_of_accounts_are_known_in_every_spelling() -> None:
    own = OwnAddresses.of(
        [
            (EMAIL, "Support <support@bücher.example>"),
            (EMAIL, "reply+{token}@in.example.test"),
            (SMS, "+553188888801"),
        ]
    )
    assert own.hold(EMAIL, read(EMAIL, "Support@xn--bcher-kva.example").key)
    assert own.hold(EMAIL, read(EMAIL, f"reply+{'0a' * 16}@in.example.test").key)
    assert own.hold(WHATSAPP, read(WHATSAPP, "5531988888801").key)
    assert not own.hold(EMAIL, read(EMAIL, "reply+ann@in.example.test").key)
    assert not own.hold(EMAIL, "ann@example.test")
    assert not own.hold(Channel.CHAT, "+5531988888801")
    assert not own.hold(EMAIL, None)


def test_the_country_of_a_number_is_its_code_s() -> None:
    assert region_of_number("+33 6 12 34 56 78") == "FR"
    assert region_of_number("12345") is None


LINE_BREAKS = ["\n", "\r", "\r\n", "\x00", "\x0b", "\x85", "\u2028"]


@given(st.text(max_size=40), st.sampled_from(LINE_BREAKS), st.text(max_size=40), st.sampled_from(Channel))
def test_nothing_that_is_sent_to_carries_a_line_break(
    before: str, line_break: str, after: str, channel: Channel
) -> None:
    for text in (f"{before}{line_break}{after}", f"ann@example.com{line_break}{after}", f"+12025550123{line_break}"):
        wire = read(channel, text).wire
        assert wire is None or (wire.isprintable() and line_break not in wire)


@given(st.text(max_size=60), st.sampled_from(Channel), st.sampled_from([None, "US", "BR"]))
def test_no_text_raises_and_what_is_stored_is_read_the_same_again(
    text: str, channel: Channel, region: str | None
) -> None:
    address = read(channel, text, region)
    again = read(channel, address.stored, region)
    assert (again.key, again.wire) == (address.key, address.wire)
