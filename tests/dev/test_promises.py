"""The demo's own judgement: whatever differs from the promise is named."""

from dataclasses import replace

from app.dev.promises import Promise, PromisedResult, Received, breaches
from app.dev.samples import DELIVERED, Ending
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel, ReasonCode

SKIPPED = Ending(DeliveryStatus.SKIPPED, ReasonCode.VOICE_NOT_SUPPORTED)
ENDINGS = {"email-1": DELIVERED, "email-2": DELIVERED, "voice-1": SKIPPED}
PROMISE = Promise(
    selected=3,
    recipients=2,
    recipients_by_channel={Channel.EMAIL: 2, Channel.VOICE: 0},
    skipped={(ReasonCode.VOICE_NOT_SUPPORTED, Channel.VOICE): 1},
    dropped={},
    sms_segments=0,
    warnings=[],
    samples=[],
)


def _result(name: str, channel: Channel, ending: Ending) -> PromisedResult:
    return PromisedResult(f"id-{name}", name, "Ann Lee", channel, ending.status, ending.reason, "", attempts=1)


FIRST = _result("email-1", Channel.EMAIL, DELIVERED)
SECOND = _result("email-2", Channel.EMAIL, DELIVERED)
SPOKEN = _result("voice-1", Channel.VOICE, SKIPPED)
RESULTS = [FIRST, SECOND, SPOKEN]
RECEIVED = Received(["id-email-1", "id-email-2"])


def test_what_went_as_promised_is_no_breach() -> None:
    assert breaches(PROMISE, RESULTS, RECEIVED, ENDINGS) == []


def test_a_message_that_was_sent_twice_is_named() -> None:
    twice = Received([*RECEIVED.accepted, "id-email-1"])
    assert breaches(PROMISE, RESULTS, twice, ENDINGS) == ["The sandbox received 1 of the messages more than once."]


def test_a_message_to_somebody_who_was_to_be_skipped_is_named() -> None:
    [breach] = breaches(PROMISE, RESULTS, Received([*RECEIVED.accepted, "id-voice-1"]), ENDINGS)
    assert "voice-1 is reported as skipped" in breach


def test_a_message_to_nobody_that_was_selected_is_named() -> None:
    [breach] = breaches(PROMISE, RESULTS, Received([*RECEIVED.accepted, "id-else"]), ENDINGS)
    assert "belongs to no result: id-else" in breach


def test_a_success_that_the_provider_knows_nothing_of_is_named() -> None:
    [breach] = breaches(PROMISE, RESULTS, Received(["id-email-1"]), ENDINGS)
    assert "email-2 is reported as delivered, but the sandbox has no message" in breach


def test_a_file_that_was_left_out_is_named_unless_it_was_promised() -> None:
    results = [replace(FIRST, dropped=True), SECOND, SPOKEN]
    [breach] = breaches(PROMISE, results, RECEIVED, ENDINGS)
    assert "left out for" in breach
    assert breaches(replace(PROMISE, dropped={Channel.EMAIL: 1}), results, RECEIVED, ENDINGS) == []


def test_a_conversation_without_a_result_is_named() -> None:
    found = breaches(PROMISE, [FIRST, SPOKEN], Received(["id-email-1"]), ENDINGS)
    assert "3 conversations match, 3 were promised, 2 have a result." in found


def test_a_conversation_with_two_results_is_named() -> None:
    again = replace(SECOND, delivery_id="id-again")
    found = breaches(PROMISE, [*RESULTS, again], Received([*RECEIVED.accepted, "id-again"]), ENDINGS)
    assert "A conversation has two results." in found


def test_another_count_of_recipients_or_skips_is_named() -> None:
    promised = replace(PROMISE, recipients=3, skipped={})
    found = " ".join(breaches(promised, RESULTS, RECEIVED, ENDINGS))
    assert "3 recipients were promised, and 1 of 3 skipped" in found
    assert "promised was {}" in found


def test_another_end_than_the_recipient_asked_for_is_named() -> None:
    bounced = {**ENDINGS, "email-2": Ending(DeliveryStatus.FAILED, ReasonCode.BOUNCED)}
    assert breaches(PROMISE, RESULTS, RECEIVED, bounced) == [
        "email-2 is delivered; it should be failed (bounced).",
    ]


def test_a_message_that_was_read_even_is_as_good_as_a_delivered_one() -> None:
    read = replace(FIRST, status=DeliveryStatus.READ)
    assert breaches(PROMISE, [read, SECOND, SPOKEN], RECEIVED, ENDINGS) == []
    sent = replace(FIRST, status=DeliveryStatus.SENT)
    assert breaches(PROMISE, [sent, SECOND, SPOKEN], RECEIVED, ENDINGS) == ["email-1 is sent; it should be delivered."]
