"""After the reply window: the request's template, else the account's, else nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.channel_port import AddressKind, Limits
from app.domain.errors import InvalidTemplate, UnknownMergeTag
from app.domain.outbound import Attachment, FilledTemplate
from app.domain.preflight import PreflightWarning, Recipient, preflight
from app.domain.preflight_summary import Summary, Withdrawn
from app.domain.text.approved_templates import as_text, read_template
from app.domain.words import Channel, Reason, ReasonCode
from tests.domain.people import NOW, plan, recipient

WINDOW = Limits(address=AddressKind.OPAQUE, reply_window=timedelta(hours=24), template_outside_window=True)
REQUESTED = {"name": "incident_update", "language": "en", "body_parameters": ["{{ contact.first_name }}"]}
FALLBACK = {"fallback_template": {"name": "still_there", "language": "de", "body_parameters": []}}


def late(**changes: Any) -> Recipient:
    """A WhatsApp conversation whose customer last wrote two days ago."""
    days_ago = NOW - timedelta(days=2)
    return replace(
        recipient(channel=Channel.WHATSAPP, address="+12025550123"), last_customer_message_at=days_ago, **changes
    )


def test_outside_the_window_the_requests_template_is_sent_with_its_tags_filled_in() -> None:
    verdict = preflight(late(contact_first_name="Ann"), replace(plan(), template=read_template(REQUESTED)), WINDOW, NOW)
    assert verdict.refusal is None
    assert verdict.used_template
    assert PreflightWarning.SENT_AS_TEMPLATE in verdict.warnings
    assert verdict.text == "[Template incident_update, en] Ann"


def test_without_one_the_accounts_fallback_is_sent() -> None:
    verdict = preflight(late(account_config=FALLBACK), plan(), WINDOW, NOW)
    assert verdict.text == "[Template still_there, de]"


def test_the_requests_template_comes_before_the_accounts() -> None:
    asked = replace(plan(), template=read_template({**REQUESTED, "body_parameters": []}))
    assert preflight(late(account_config=FALLBACK), asked, WINDOW, NOW).text == "[Template incident_update, en]"


@pytest.mark.parametrize(
    "config", [{}, {"fallback_template": {"name": "x", "language": "en", "body_parameters": ["{{ nope }}"]}}]
)
def test_without_a_usable_template_the_window_is_closed(config: dict[str, Any]) -> None:
    verdict = preflight(late(account_config=config), plan(), WINDOW, NOW)
    assert isinstance(verdict.refusal, Reason)
    assert verdict.refusal.code is ReasonCode.WINDOW_CLOSED


def test_inside_the_window_the_text_is_sent() -> None:
    inside = replace(late(), last_customer_message_at=NOW - timedelta(hours=1))
    verdict = preflight(inside, replace(plan(), template=read_template(REQUESTED)), WINDOW, NOW)
    assert not verdict.used_template


def test_a_medium_that_knows_no_templates_is_not_offered_one() -> None:
    limits = replace(WINDOW, template_outside_window=False)
    refusal = preflight(late(account_config=FALLBACK), plan(), limits, NOW).refusal
    assert refusal is not None
    assert refusal.code is ReasonCode.WINDOW_CLOSED


def test_a_tag_of_the_template_without_a_value_skips_the_recipient() -> None:
    asked = replace(plan(), template=read_template(REQUESTED))
    refusal = preflight(late(contact_first_name=None), asked, WINDOW, NOW).refusal
    assert refusal is not None
    assert refusal.code is ReasonCode.MERGE_TAG_UNRESOLVED


def test_templates_and_replies_inside_the_window_are_counted_apart() -> None:
    asked, summary = replace(plan(), template=read_template({**REQUESTED, "body_parameters": []})), Summary()
    for one in (late(), replace(late(), last_customer_message_at=NOW)):
        summary.add(preflight(one, asked, WINDOW, NOW))
    billable = summary.to_json()["billable"]
    assert (billable["whatsapp_in_window"], billable["whatsapp_templates"]) == (1, 1)


def test_a_text_with_three_pictures_is_four_messages_and_a_template_goes_without_them() -> None:
    pictures = tuple(Attachment(UUID(int=n), f"{n}.png", "image/png", 4) for n in range(3))
    asked, summary = replace(plan(), template=read_template({**REQUESTED, "body_parameters": []})), Summary()
    asked = replace(asked, attachments=pictures)
    limits = replace(WINDOW, attachments=True, attachment_bytes={"image/png": 10})
    for one in (late(), replace(late(), last_customer_message_at=NOW)):
        summary.add(preflight(one, asked, limits, NOW))
    billable = summary.to_json()["billable"]
    assert (billable["whatsapp_in_window"], billable["whatsapp_templates"]) == (4, 1)
    summary.withdraw(Withdrawn(Channel.WHATSAPP, ReasonCode.DUPLICATE_CONTACT, 1, (), 0, 0, files=3))
    assert summary.to_json()["billable"]["whatsapp_in_window"] == 0


@pytest.mark.parametrize(
    ("parameter", "error"), [("{{ contact.first_name", InvalidTemplate), ("{{ contact.shoe_size }}", UnknownMergeTag)]
)
def test_a_parameter_at_fault_is_pointed_at(parameter: str, error: type[InvalidTemplate | UnknownMergeTag]) -> None:
    with pytest.raises(error) as raised:
        read_template({**REQUESTED, "body_parameters": ["fine", parameter]})
    assert {fault.pointer for fault in raised.value.faults} == {"/whatsapp_template/body_parameters/1"}


def test_the_timeline_says_which_template_with_which_values() -> None:
    assert as_text(FilledTemplate("hello", "en", ("Ann", "42"))) == "[Template hello, en] Ann, 42"
