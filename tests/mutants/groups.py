"""What is mutated, and which tests have to notice."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from app.channels import http, provider_calls
from app.delivery import calling, claim, give_back, outcomes, record, rendering, rescuer, settle
from app.delivery.dispatcher import Dispatcher
from app.delivery.lane_calls import LaneCalls
from app.delivery.lane_watcher import LaneWatcher
from app.delivery.late_results import LateResults
from app.delivery.lost_claims import LostClaims
from app.delivery.pump import Pump
from app.domain import delivery_lifecycle, pacing
from app.domain.delivery_lifecycle import DELIVERY_RULES, DeliveryEvent, DeliveryStatus, Guard, TransitionRule
from tests.mutants.code import mutants_of
from tests.mutants.mutant import Mutant, of_entry
from tests.mutants.statements import of_claiming, of_recording, of_settling


@dataclass(frozen=True, slots=True)
class Group:
    mutants: Callable[[], Iterator[Mutant]]
    tests: tuple[str, ...]


def _rules() -> Iterator[Mutant]:
    """Every rule without its guard, with another target, and left out; every pair without a rule with one."""
    statuses = list(DeliveryStatus)
    for (status, event), rule in sorted(DELIVERY_RULES.items()):
        name = f"{status} {event}"
        yield of_entry(DELIVERY_RULES, (status, event), None, f"{name}: no rule")
        if rule.guard is not Guard.NONE:
            yield of_entry(DELIVERY_RULES, (status, event), TransitionRule(rule.to), f"{name}: no guard")
        other = statuses[(statuses.index(rule.to) + 1) % len(statuses)] if rule.to in statuses else DeliveryStatus.SENT
        yield of_entry(DELIVERY_RULES, (status, event), TransitionRule(other, rule.guard), f"{name}: {other}")
    for pair in sorted(set(product(DeliveryStatus, DeliveryEvent)) - DELIVERY_RULES.keys()):
        rule = TransitionRule(DeliveryStatus.QUEUED)
        yield of_entry(DELIVERY_RULES, pair, rule, f"{pair[0]} {pair[1]}: queued")


def _functions(*functions: Any) -> Iterator[Mutant]:
    for function in functions:
        yield from mutants_of(function)


def _transition() -> Iterator[Mutant]:
    yield from _rules()
    yield from _functions(
        delivery_lifecycle.transition,
        delivery_lifecycle.is_latest_word,
        delivery_lifecycle._same_attempt,
        delivery_lifecycle._only_proof,
        delivery_lifecycle._by_person,
        delivery_lifecycle._success_newer,
        delivery_lifecycle._not_disproved,
        delivery_lifecycle._correctable,
        delivery_lifecycle._settled,
        delivery_lifecycle._back,
        delivery_lifecycle._disproved,
        delivery_lifecycle._is_overdue,
        delivery_lifecycle.effect,
    )


def _outcomes() -> Iterator[Mutant]:
    yield from _functions(
        outcomes.answered,
        outcomes.refused,
        outcomes._report,
        outcomes._bad_address,
        provider_calls.exchange,
        provider_calls._without_response,
        http.CallRecord.proves_not_sent,
        calling.call,
    )


def _claim() -> Iterator[Mutant]:
    yield from of_claiming()
    yield from _functions(
        claim.Claim.take,
        claim.Claim._claim,
        claim._opens_at,
        claim.is_open,
        claim._is_past,
        pacing.allowance,
        pacing.spend,
        Pump._claim,
        LostClaims.answered,
        LostClaims.give_back,
        LostClaims.wait_after,
        rendering.render,
        LaneCalls.next,
        LaneCalls.was_open,
        LaneWatcher.check,
        LaneWatcher.give_back,
        give_back.give_back_claim,
    )


def _record() -> Iterator[Mutant]:
    yield from of_recording()
    yield from _functions(
        record.Recorder._write_or_leave,
        LateResults.add,
        LateResults.add_alone,
        LateResults.write,
        LateResults._write_together,
        LateResults._write_alone,
        record.Recorder._settle,
        record.Recorder._note_account,
        Dispatcher._finish,
        Dispatcher.record,
        rescuer.expire_claims,
        rescuer._expire,
    )


def _settle() -> Iterator[Mutant]:
    yield from of_settling()
    yield from _functions(
        settle.settle_each,
        settle._settle_group,
        settle._change,
        settle._not_before,
        settle._outcome,
        settle._write,
        settle._flip,
        settle._entries,
    )


_DELIVERY: Final = "tests/delivery"
GROUPS: Final[Mapping[str, Group]] = {
    "transition": Group(_transition, ("tests/domain/test_life_cycles.py",)),
    "outcomes": Group(
        _outcomes,
        (
            f"{_DELIVERY}/test_outcomes.py",
            f"{_DELIVERY}/test_calling.py",
            f"{_DELIVERY}/test_refusals.py",
            f"{_DELIVERY}/test_batch_sizes.py",
            f"{_DELIVERY}/test_pump.py",
            "tests/channels/test_http.py",
            "tests/channels/test_provider_calls.py",
            "tests/channels/test_provider_responses.py",
            "tests/channels/test_twilio.py",
        ),
    ),
    "claim": Group(
        _claim,
        (
            f"{_DELIVERY}/test_claim_rules.py",
            f"{_DELIVERY}/test_claim.py",
            f"{_DELIVERY}/test_contended_rows.py",
            f"{_DELIVERY}/test_old_transactions.py",
            f"{_DELIVERY}/test_where_a_queue_begins.py",
            "tests/domain/test_pacing.py",
            f"{_DELIVERY}/test_pace.py",
            f"{_DELIVERY}/test_batch_sizes.py",
            f"{_DELIVERY}/test_pump.py",
            f"{_DELIVERY}/test_lane_watcher.py",
            f"{_DELIVERY}/test_slots.py",
            f"{_DELIVERY}/test_clocks.py",
            f"{_DELIVERY}/test_refusals.py",
            f"{_DELIVERY}/test_rendering_aside.py",
        ),
    ),
    "record": Group(
        _record,
        (
            f"{_DELIVERY}/test_account_health.py",
            f"{_DELIVERY}/test_clocks.py",
            f"{_DELIVERY}/test_record.py",
            f"{_DELIVERY}/test_settle.py",
            f"{_DELIVERY}/test_restored_conversations.py",
            f"{_DELIVERY}/test_sweeper.py",
            f"{_DELIVERY}/test_rescuer.py",
            f"{_DELIVERY}/test_scheduler.py",
            f"{_DELIVERY}/test_refusals.py",
            f"{_DELIVERY}/test_evidence.py",
            f"{_DELIVERY}/test_receipts.py",
            f"{_DELIVERY}/test_slots.py",
            f"{_DELIVERY}/test_pump.py",
            "tests/telemetry/test_metrics.py",
        ),
    ),
    "settle": Group(
        _settle,
        (
            f"{_DELIVERY}/test_settle.py",
            f"{_DELIVERY}/test_where_a_queue_begins.py",
            f"{_DELIVERY}/test_contended_rows.py",
            f"{_DELIVERY}/test_restored_conversations.py",
            f"{_DELIVERY}/test_evidence.py",
            f"{_DELIVERY}/test_receipts.py",
            f"{_DELIVERY}/test_sweeper.py",
            f"{_DELIVERY}/test_rescuer.py",
            f"{_DELIVERY}/test_scheduler.py",
            f"{_DELIVERY}/test_account_health.py",
            f"{_DELIVERY}/test_record.py",
            f"{_DELIVERY}/test_whatsapp_pricing.py",
            f"{_DELIVERY}/test_staged_files.py",
        ),
    ),
}
