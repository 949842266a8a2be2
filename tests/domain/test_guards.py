"""What a tenant's guards allow, and which conversation of a contact gets the message."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.approval import actors_behind, fold, refuse_anothers, refuse_own
from app.domain.audit import Actor
from app.domain.contact_limits import thin_out
from app.domain.errors import BatchTooLarge, Forbidden
from app.domain.guards import NO_GUARDS, Guards, Inactive, refuse_too_large, refuse_too_many_selected
from app.domain.outbound import Author
from app.domain.permissions import KeyIdentity, Role
from app.domain.preflight import PreflightWarning, Verdict, judge, preflight
from app.domain.preflight_summary import Summary, Withdrawn
from app.domain.words import Channel, Reason, ReasonCode
from tests.domain.people import EMAIL, ID, NOW, plan, recipient

R = Role
LIMITS = Guards(max_recipients={R.AGENT: 500, R.SUPERVISOR: 5_000})


@pytest.mark.parametrize(
    ("roles", "limit"),
    [
        ({R.AGENT}, 500),
        ({R.AGENT, R.SUPERVISOR}, 5_000),
        ({R.AGENT, R.VIEWER}, 500),  # who may not send makes nobody more generous
        ({R.AGENT, R.ADMIN}, None),
        ({R.INTEGRATION}, None),
        ({R.VIEWER}, None),
        (set(), None),
    ],
)
def test_the_most_generous_role_counts(roles: set[Role], limit: int | None) -> None:
    assert LIMITS.limit_for(roles) == limit
    assert NO_GUARDS.limit_for(roles) is None


def test_a_batch_as_large_as_allowed_passes_and_a_larger_one_is_told_both_numbers() -> None:
    refuse_too_large(1_000_000, None)
    refuse_too_large(500, 500)
    refuse_too_many_selected(500, 500)
    for refuse in (refuse_too_large, refuse_too_many_selected):
        with pytest.raises(BatchTooLarge, match=r"1,501 .* 500"):
            refuse(1_501, 500)


def test_approval_is_needed_above_the_number_and_not_at_it() -> None:
    assert not NO_GUARDS.needs_approval(1_000_000)
    guards = Guards(approval_above=10)
    assert [guards.needs_approval(count) for count in (10, 11)] == [False, True]
    assert Guards(approval_above=0).needs_approval(1)


def test_guards_survive_being_stored() -> None:
    for guards in (NO_GUARDS, Guards({R.AGENT: 1}, 2, True, None, Inactive.SKIP, 3)):
        assert Guards.from_json(guards.to_json()) == guards


def seen(days: float, **guards: Any) -> Verdict:
    """The preflight's word on a customer who wrote so many days ago."""
    who = recipient(last_customer_message_at=NOW - timedelta(days=days))
    return preflight(who, plan(guards=Guards(**guards)), EMAIL, NOW)


def test_inactive_conversations_are_warned_about_skipped_or_nothing_special() -> None:
    warning = (PreflightWarning.INACTIVE_CONVERSATION,)
    assert seen(29.9).warnings == ()
    assert (seen(30).refusal, seen(30).warnings) == (None, warning)
    assert (seen(7, inactive_after_days=7).warnings, seen(6, inactive_after_days=7).warnings) == (warning, ())
    skipped = seen(30, inactive=Inactive.SKIP).refusal
    assert skipped == Reason(ReasonCode.INACTIVE_CONVERSATION, "The customer has not written for 30 days or more.")
    assert seen(29, inactive=Inactive.SKIP).refusal is None
    never = seen(10_000, inactive_after_days=None, inactive=Inactive.SKIP)
    assert (never.refusal, never.warnings) == (None, ())


def test_what_became_inactive_while_it_waited_is_sent_all_the_same() -> None:
    who = recipient(last_customer_message_at=NOW - timedelta(days=31))
    assert not isinstance(judge(who, plan(guards=Guards(inactive=Inactive.SKIP)), EMAIL, NOW), Reason)


def test_a_better_known_reason_comes_before_being_inactive() -> None:
    who = recipient(channel=Channel.VOICE, last_customer_message_at=NOW - timedelta(days=31))
    refusal = preflight(who, plan(guards=Guards(inactive=Inactive.SKIP)), EMAIL, NOW).refusal
    assert refusal is not None
    assert refusal.code is ReasonCode.VOICE_NOT_SUPPORTED


def test_a_contact_who_got_enough_within_a_day_is_refused_at_both_times() -> None:
    limited = plan(guards=Guards(max_per_contact_per_day=2))
    for reached, code in ((1, None), (2, ReasonCode.CONTACT_LIMIT), (9, ReasonCode.CONTACT_LIMIT)):
        judged = judge(recipient(reached=reached), limited, EMAIL, NOW)
        assert (judged.code if isinstance(judged, Reason) else None) is code
        assert preflight(recipient(reached=reached), limited, EMAIL, NOW).refusal == (judged if code else None)
    assert not isinstance(judge(recipient(reached=9), plan(), EMAIL, NOW), Reason)


def of_contact(number: int, hours: int | None, *, contact: int = 1, reached: int = 0, **about: Any) -> Verdict:
    """A verdict on conversation `number` of a contact, whose customer wrote `hours` ago."""
    at = None if hours is None else NOW - timedelta(hours=hours)
    who = recipient(
        conversation_id=UUID(int=number),
        contact_id=UUID(int=contact),
        last_customer_message_at=at,
        reached=reached,
        **about,
    )
    return preflight(who, plan(), EMAIL, NOW)


def codes(verdicts: list[Verdict], **guards: Any) -> list[ReasonCode | None]:
    return [verdict.refusal.code if verdict.refusal else None for verdict in thin_out(verdicts, Guards(**guards))]


DUPLICATE, LIMIT = ReasonCode.DUPLICATE_CONTACT, ReasonCode.CONTACT_LIMIT


def test_the_conversation_with_the_latest_customer_message_gets_it_once_per_contact() -> None:
    verdicts = [of_contact(1, 5), of_contact(2, 1), of_contact(3, None), of_contact(4, 9, contact=2)]
    assert codes(verdicts, once_per_contact=True) == [DUPLICATE, None, DUPLICATE, None]
    assert codes(verdicts) == [None] * 4


def test_of_equals_the_youngest_conversation_gets_it_whatever_the_order() -> None:
    verdicts = [of_contact(1, 5), of_contact(2, 5)]
    assert codes(verdicts, once_per_contact=True) == [DUPLICATE, None]
    assert codes(verdicts[::-1], once_per_contact=True) == [None, DUPLICATE]


def test_a_conversation_that_cannot_be_answered_takes_nobodys_place() -> None:
    verdicts = [of_contact(1, 5), of_contact(2, 1, channel=Channel.VOICE)]
    assert codes(verdicts, once_per_contact=True) == [None, ReasonCode.VOICE_NOT_SUPPORTED]


def test_what_the_contact_got_today_is_taken_off_what_one_batch_may_send() -> None:
    verdicts = [of_contact(number, number, reached=1) for number in (1, 2, 3)]
    assert codes(verdicts, max_per_contact_per_day=3) == [None, None, LIMIT]
    assert codes(verdicts, max_per_contact_per_day=3, once_per_contact=True) == [None, DUPLICATE, DUPLICATE]


def test_nobody_is_warned_of_a_second_message_that_is_not_sent() -> None:
    once = preflight(recipient(repeated_contact=True), plan(guards=Guards(once_per_contact=True)), EMAIL, NOW)
    assert once.warnings == ()


def test_withdrawing_undoes_what_adding_counted() -> None:
    kept, gone = of_contact(1, 1), of_contact(2, 31 * 24, channel=Channel.WHATSAPP, address="14155550123")
    expected, found = Summary(), Summary()
    for verdict in (kept, gone):
        found.add(verdict)
    found.withdraw(Withdrawn(Channel.WHATSAPP, DUPLICATE, 1, gone.warnings, gone.segments, 0))
    expected.add(kept)
    expected.add(Verdict(gone.recipient, Reason(DUPLICATE, "Because.")))
    expected.samples = []  # drawn anew, from those who are left
    assert found == expected


ANN, BEN = Author("ann", "Ann Lee"), Author("ben", "Ben Roe")
KEY = KeyIdentity(ID, "backend")


def test_a_credential_is_a_party_to_what_it_does_in_anothers_name() -> None:
    assert actors_behind(Actor(ANN, user=ANN)) == {"ann"}
    assert actors_behind(Actor(ANN, KEY)) == {"ann", str(ID)}
    assert actors_behind(Actor(ANN, KEY, BEN)) == {"ann", "ben"}
    assert actors_behind(Actor(Author(None, "Nobody"))) == set()


def test_no_name_that_a_credential_gives_makes_it_a_second_person() -> None:
    involved = actors_behind(Actor(ANN, KEY))
    refuse_own(Actor(BEN, user=BEN), involved)
    for own in (Actor(ANN, user=ANN), Actor(BEN, KEY), Actor(ANN, KeyIdentity(UUID(int=5), "another"))):
        with pytest.raises(Forbidden, match="Somebody else"):
            refuse_own(own, involved)


def test_anothers_is_confirmed_only_with_the_right_to_approve() -> None:
    refuse_anothers(Actor(ANN, user=ANN, roles=frozenset({R.AGENT})), {"ann"})
    refuse_anothers(Actor(BEN, user=BEN, roles=frozenset({R.SUPERVISOR})), {"ann"})
    with pytest.raises(Forbidden, match="mass_replies:approve"):
        refuse_anothers(Actor(BEN, user=BEN, roles=frozenset({R.AGENT, R.INTEGRATION})), {"ann"})


@pytest.mark.parametrize(
    "disguised",
    [
        *("MALLORY", " mallory\t", "\uff4dallory", "mal\u200blory", "mallory\ufeff", "mal\u00adlory", "\u202emallory"),
        *("mallory\ufe0f", "mal\u034flory", "mallory\u3164", "mallory\x1f"),
    ],
)
def test_a_disguised_id_is_the_same_person(disguised: str) -> None:
    assert fold([disguised]) == fold(["mallory"])


def test_ids_that_people_tell_apart_are_two_persons() -> None:
    assert len(fold(["jose", "jos\u00e9", "josef", "jo se"])) == 4
