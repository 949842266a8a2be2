"""What stands in the way of a reply, in which order, and how that is added up."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.channel_port import AddressKind, Limits
from app.domain.outbound import DroppedAttachment
from app.domain.preflight import PreflightWarning, ReadyToSend, Recipient, Verdict, judge, preflight
from app.domain.preflight_summary import SAMPLES, WARNING_DETAILS, Sample, Summary
from app.domain.text.message import OnUnresolved, compile_message
from app.domain.words import Channel, ConversationStatus, Reason, ReasonCode
from tests.domain.people import CHAT, EMAIL, FILE, ID, NOW, SMS, on_phone, plan, recipient

C = ReasonCode

# From the first thing that is looked at to the last: each scene has all the faults of those behind it.
FAULTS: list[tuple[ReasonCode, dict[str, Any]]] = [
    (C.VOICE_NOT_SUPPORTED, {"channel": Channel.VOICE}),
    (C.CONVERSATION_ARCHIVED, {"status": ConversationStatus.ARCHIVED}),
    (C.OPTED_OUT, {"contact_opted_out": True}),
    (C.ADDRESS_INVALID, {"blocked": C.BOUNCED}),
    (C.NO_ADDRESS, {"address": None}),
    (C.WINDOW_CLOSED, {"last_customer_message_at": NOW - timedelta(hours=24)}),
    (C.MERGE_TAG_UNRESOLVED, {"contact_first_name": None}),
]
RETRYABLE = {C.NO_CHANNEL_ACCOUNT, C.WINDOW_CLOSED, C.MERGE_TAG_UNRESOLVED}


def refused(who: Recipient, limits: Limits | None = EMAIL, text: str = "Hi {{ contact.first_name }}!") -> ReasonCode:
    answer = judge(who, plan(text), limits, NOW)
    assert isinstance(answer, Reason), answer
    assert answer.detail.endswith(".")
    assert answer.retryable is (answer.code in RETRYABLE)
    return answer.code


@pytest.mark.parametrize("first", range(len(FAULTS)), ids=[code for code, _ in FAULTS])
def test_the_first_fault_in_a_fixed_order_is_the_reason(first: int) -> None:
    faults: dict[str, Any] = {}
    for _, fault in reversed(FAULTS[first:]):
        faults |= fault
    assert refused(recipient(**faults), replace(CHAT, address=AddressKind.EMAIL)) is FAULTS[first][0]


def test_voice_and_archived_are_said_before_a_missing_account() -> None:
    assert refused(recipient(), None) is C.NO_CHANNEL_ACCOUNT
    assert refused(recipient(contact_opted_out=True), None) is C.NO_CHANNEL_ACCOUNT
    assert refused(recipient(status=ConversationStatus.ARCHIVED), None) is C.CONVERSATION_ARCHIVED
    assert refused(recipient(channel=Channel.VOICE), None) is C.VOICE_NOT_SUPPORTED


@pytest.mark.parametrize(
    ("blocked", "code"), [(C.OPTED_OUT, C.OPTED_OUT), (C.COMPLAINED, C.OPTED_OUT), (C.BOUNCED, C.ADDRESS_INVALID)]
)
def test_a_blocked_address_is_not_written_to(blocked: ReasonCode, code: ReasonCode) -> None:
    assert refused(recipient(blocked=blocked)) is code


def test_an_address_must_be_valid_for_its_medium() -> None:
    assert refused(recipient(address="not an address")) is C.ADDRESS_INVALID
    assert refused(recipient(address="jörg@example.com")) is C.ADDRESS_INVALID
    assert refused(on_phone(address="12"), SMS) is C.ADDRESS_INVALID


def test_a_window_closes_at_its_very_end_and_never_opens_without_a_message() -> None:
    window = timedelta(hours=24)
    visitor = recipient(address="visitor-1", last_customer_message_at=NOW - window + timedelta(seconds=1))
    assert isinstance(judge(visitor, plan(), CHAT, NOW), ReadyToSend)
    assert refused(replace(visitor, last_customer_message_at=NOW - window), CHAT) is C.WINDOW_CLOSED
    assert refused(replace(visitor, last_customer_message_at=None), CHAT) is C.WINDOW_CLOSED


def test_a_text_is_measured_in_characters_and_in_bytes() -> None:
    assert isinstance(judge(on_phone(), plan("x" * 1600), SMS, NOW), ReadyToSend)
    assert refused(on_phone(), SMS, "x" * 1601) is C.MESSAGE_TOO_LONG
    assert isinstance(judge(recipient(address="v"), plan("é" * 500), CHAT, NOW), ReadyToSend)
    assert refused(recipient(address="v"), CHAT, "é" * 501) is C.MESSAGE_TOO_LONG


def test_an_unresolved_tag_names_itself_or_stays_blank_where_that_is_wanted() -> None:
    nobody = recipient(contact_first_name=None)
    answer = judge(nobody, plan(), EMAIL, NOW)
    assert isinstance(answer, Reason)
    assert "contact.first_name" in answer.detail
    blank = judge(nobody, plan(on_unresolved=OnUnresolved.BLANK), EMAIL, NOW)
    assert isinstance(blank, ReadyToSend)
    assert blank.rendered.text == "Hi , we are back."


def test_all_merge_values_are_at_hand() -> None:
    text = (
        "{{ contact.name }}|{{ contact.email }}|{{ contact.custom_fields.plan }}|{{ conversation.human_id }}|"
        "{{ conversation.subject }}|{{ conversation.custom_fields.order }}|{{ agent.name }}|{{ agent.email }}|{{ tenant.name }}"  # noqa: E501 - one text
    )
    ready = judge(recipient(custom_fields={"order": 7}), plan(text), EMAIL, NOW)
    assert isinstance(ready, ReadyToSend)
    assert ready.rendered.text == (
        "Ann Lee|ann@example.com|pro|SUP-1|Payment failed|7|Support|support@example.com|Example Ltd"
    )


def test_segments_count_only_where_the_medium_bills_them() -> None:
    assert preflight(on_phone(), plan("x" * 161), SMS, NOW).segments == 2
    assert preflight(recipient(), plan("x" * 161), EMAIL, NOW).segments == 0


@pytest.mark.parametrize(
    ("channel", "limits", "address", "taken"),
    [
        (Channel.EMAIL, EMAIL, "ANN@EXAMPLE.COM", "ANN@example.com"),
        (Channel.EMAIL, EMAIL, "ann@exämple.com", "ann@xn--exmple-cua.com"),
        (Channel.EMAIL, EMAIL, "Ann <ann@example.com>", "ann@example.com"),
        (Channel.EMAIL, EMAIL, "ann@example.com, bo@example.com", None),
        (Channel.EMAIL, EMAIL, "ann@corp.local", None),
        (Channel.EMAIL, replace(EMAIL, private_domains=True), "ann@corp.local", "ann@corp.local"),
        (Channel.SMS, SMS, "+1 (202) 555-0123", "+12025550123"),
        (Channel.SMS, SMS, "202 555 0123", None),
        (Channel.SMS, SMS, "+1202", None),
        (Channel.SMS, SMS, "+12025550123 ext. 4", None),
        (Channel.CHAT, CHAT, "visitor-1", "visitor-1"),
        (Channel.CHAT, CHAT, "visitor\n1", None),
    ],
)
def test_addresses_are_brought_to_the_form_that_providers_take(
    channel: Channel, limits: Limits, address: str, taken: str | None
) -> None:
    judged = judge(recipient(channel=channel, address=address), plan("Hi."), limits, NOW)
    assert (judged.address if isinstance(judged, ReadyToSend) else None) == taken
    assert taken is not None or (isinstance(judged, Reason) and judged.code is C.ADDRESS_INVALID)


def test_national_numbers_are_read_in_the_account_s_country_alone() -> None:
    national = on_phone(address="(646) 234-5678")
    assert refused(national, SMS) is C.ADDRESS_INVALID
    judged = judge(replace(national, account_config={"region": "US"}), plan("Hi."), SMS, NOW)
    assert isinstance(judged, ReadyToSend)
    assert judged.address == "+16462345678"


def test_the_address_of_an_account_is_nobody_s() -> None:
    assert refused(recipient(ours=True)) is C.ADDRESS_INVALID


def test_an_address_that_the_provider_does_not_know_the_like_of_is_said_before_sending() -> None:
    limits = replace(CHAT, address_form=re.compile("[0-9]{5}"))
    assert refused(recipient(address="7300x"), limits) is C.ADDRESS_INVALID
    assert isinstance(judge(recipient(address="73001"), plan("Hi."), limits, NOW), ReadyToSend)


def warnings(who: Recipient, limits: Limits = EMAIL, **about: Any) -> tuple[PreflightWarning, ...]:
    verdict = preflight(who, plan(**about), limits, NOW)
    assert verdict.refusal is None
    return verdict.warnings


def test_nothing_special_is_no_warning() -> None:
    assert warnings(recipient()) == ()


W = PreflightWarning


@pytest.mark.parametrize(
    ("warning", "found"),
    [
        (W.ATTACHMENT_DROPPED, lambda: warnings(on_phone(), SMS, attachments=(FILE,))),
        (W.INACTIVE_CONVERSATION, lambda: warnings(recipient(last_customer_message_at=NOW - timedelta(days=30)))),
        (W.DUPLICATE_CONTACT, lambda: warnings(recipient(repeated_contact=True))),
        (W.RECENT_MASS_REPLY, lambda: warnings(recipient(recently_replied=True))),
        (W.MULTIPLE_SEGMENTS, lambda: warnings(on_phone(), SMS, text="x" * 161)),
        (W.UNKNOWN_SNIPPET, lambda: warnings(recipient(), unknown_snippets=("refund",))),
    ],
)
def test_each_warning_is_given_for_its_own_reason(warning: PreflightWarning, found: Any) -> None:
    assert found() == (warning,)


def test_a_conversation_without_a_customer_s_message_ages_from_its_creation() -> None:
    silent = recipient(last_customer_message_at=None, created_at=NOW - timedelta(days=29))
    assert warnings(silent) == ()
    assert warnings(replace(silent, created_at=NOW - timedelta(days=30))) == (W.INACTIVE_CONVERSATION,)


def test_a_file_that_the_medium_does_not_carry_is_named_with_the_reason() -> None:
    assert preflight(on_phone(), plan(attachments=(FILE,)), SMS, NOW).dropped == (
        DroppedAttachment("a.pdf", "SMS carries no files."),
    )
    assert preflight(recipient(), plan(attachments=(FILE,)), EMAIL, NOW).dropped == ()


def test_a_refused_conversation_keeps_the_address_as_it_was_found() -> None:
    verdict = preflight(recipient(address="nonsense"), plan(), EMAIL, NOW)
    assert (verdict.address, verdict.text, verdict.warnings) == ("nonsense", None, ())


def test_every_warning_has_words() -> None:
    assert set(WARNING_DETAILS) == set(PreflightWarning)


codes = st.sampled_from([C.NO_ADDRESS, C.VOICE_NOT_SUPPORTED, C.OPTED_OUT])
channels = st.sampled_from([Channel.EMAIL, Channel.SMS, Channel.VOICE])
verdicts = st.builds(
    lambda channel, code, segments, found, text: Verdict(
        recipient(channel=channel),
        Reason(code, "No.") if code else None,
        text=text,
        segments=segments,
        warnings=tuple(found),
    ),
    channels,
    st.none() | codes,
    st.integers(0, 5),
    st.sets(st.sampled_from(PreflightWarning)),
    st.text(max_size=5),
)


def summary(judged: list[Verdict]) -> Summary:
    total = Summary()
    for verdict in judged:
        total.add(verdict)
    return total


@given(st.lists(verdicts, max_size=40))
def test_a_summary_counts_every_conversation_once(judged: list[Verdict]) -> None:
    total = summary(judged)
    reached = [verdict for verdict in judged if verdict.refusal is None]
    assert total.recipients == len(reached)
    assert total.sms_segments == sum(verdict.segments for verdict in reached)
    data = total.to_json()
    assert sum(channel["selected"] for channel in data["by_channel"]) == len(judged)
    assert all(c["selected"] == c["recipients"] + c["skipped"] for c in data["by_channel"])
    assert sum(skipped["count"] for skipped in data["skipped"]) == len(judged) - len(reached)
    assert sum(w["count"] for w in data["warnings"]) == sum(len(verdict.warnings) for verdict in reached)


@given(st.lists(verdicts, max_size=30), st.integers(0, 30))
def test_pages_add_up_to_the_whole(judged: list[Verdict], cut: int) -> None:
    merged = summary(judged[:cut])
    merged.merge(summary(judged[cut:]))
    whole = summary(judged)
    numbers = ("by_channel", "skipped", "warnings", "billable")
    assert [merged.to_json()[key] for key in numbers] == [whole.to_json()[key] for key in numbers]


@given(st.lists(verdicts, max_size=30))
def test_a_summary_survives_being_stored(judged: list[Verdict]) -> None:
    total = summary(judged)
    assert Summary.from_json(total.to_json()) == total


def of_each_channel(times: int) -> list[Verdict]:
    """One channel after the other."""
    return [
        Verdict(recipient(channel=channel), None, text=str(number)) for channel in Channel for number in range(times)
    ]


def shown_by(total: Summary) -> Counter[Channel]:
    return Counter(sample.channel for sample in total.samples)


def test_samples_show_every_channel_before_one_fills_them_all() -> None:
    for total in (summary(of_each_channel(50)), summary(of_each_channel(1))):
        assert set(shown_by(total)) == set(Channel)
    assert sorted(shown_by(summary(of_each_channel(50))).values()) == [1] * 6 + [2] * 2


def test_samples_show_every_channel_wherever_the_pages_end() -> None:
    judged, total = of_each_channel(50), Summary()
    for start in range(0, len(judged), 30):
        total.merge(summary(judged[start : start + 30]))
    assert sorted(shown_by(total).values()) == [1] * 6 + [2] * 2


def test_samples_of_two_channels_share_alike() -> None:
    mails = [Verdict(recipient(), None, text=str(number)) for number in range(50)]
    texts = [Verdict(recipient(channel=Channel.SMS), None, text=str(number)) for number in range(50)]
    assert shown_by(summary(mails + texts)) == {Channel.EMAIL: 5, Channel.SMS: 5}


def test_a_merged_summary_shows_no_more_samples_than_one() -> None:
    full = Summary(samples=[Sample(UUID(int=number), Channel.EMAIL, "Hi") for number in range(8)])
    full.merge(Summary(samples=[Sample(ID, Channel.SMS, "Hi")] * 8))
    assert len(full.samples) == SAMPLES


@pytest.mark.parametrize(
    ("channel", "limits", "address", "skipped"),
    [
        (Channel.EMAIL, EMAIL, "ann@example.com", True),
        (Channel.CHAT, CHAT, "visitor-1", True),
        (Channel.SMS, SMS, "+14155550100", False),
        (Channel.WHATSAPP, CHAT, "14155550100", False),
        (Channel.FACEBOOK, CHAT, "4711", False),
    ],
)
def test_a_merge_tag_that_only_the_html_uses_skips_whom_the_html_reaches(
    channel: Channel, limits: Limits, address: str, skipped: bool
) -> None:
    message = compile_message("We are back.", "<p>{{ contact.custom_fields.nowhere }}</p>")
    who = recipient(channel=channel, address=address)
    judged = judge(who, replace(plan(), message=message), limits, NOW)

    assert isinstance(judged, Reason) is skipped
    if isinstance(judged, Reason):
        assert judged.code is ReasonCode.MERGE_TAG_UNRESOLVED
    else:
        assert judged.rendered.html is None
