"""Mutants that change nothing that anybody could notice, each with the reason."""

from collections.abc import Mapping
from typing import Final

_WAITED: Final = "The update waits for the lane by itself, and is made again. The lock keeps others out until then."
_TWICE: Final = "The row is locked since it was judged; the compare-and-set is the second of two guards."
_DUE: Final = "Only what is queued waits for that time, and what comes back from a claim was due already."
_SAME_WORD: Final = "Every caller that names an outcome names the one that the event has."
_NO_FACTS: Final = "It writes the attempt once more as it is."
_NOTHING: Final = "It writes nothing, in one more round trip."
_NO_FILES: Final = "It lists the files of a message that has none."
_SAME_FILES: Final = "It lists on a timeline the files that are listed there."
_LOCKED_TWICE: Final = "It locks what the flip locks a moment later, by itself."
_LATEST: Final = "A person decides about the latest attempt, whose text comes first without being named."
_LEASED: Final = "Only what is being sent has a lease, and the transition looks at the status again."
_NONE_SILENT: Final = "It adds nothing to the count; an account with so many rests already."
_LATER: Final = "The results are written after the 50 ms of a group."
_SOONER: Final = "The results are written at once, in smaller groups."
_ONE_WAIT: Final = "Results of one account wait for the same thing one after the other, instead of once."
_FIGURE: Final = "A figure for operators."
_WHEN: Final = "It is about when, and by whom, the lane is claimed or a call begun again."
_NO_LANE: Final = "A lane that is gone opens never."
_NO_TOKEN: Final = "Only what is under way or uncertain has a token."
_NO_ROOM: Final = "It asks for none."
_SAME_NUMBER: Final = "Where units are free, the first of them was before now."
_LATE: Final = "What is rendered too late finds its deadline passed, and does not leave."
_SHOWN: Final = "It is about what is shown of the lane."
_SIZE: Final = "It is about how many go in one call."
_UNREACHABLE: Final = "mypy proves that there is no other case."
_WORDS: Final = "A line in the log."

HARMLESS: Final[Mapping[str, str]] = {
    "app.delivery.sql.timeline._TIMELINE: 'AND d.status = v.before' → ''": _TWICE,
    "app.delivery.sql.timeline._TIMELINE: 'AND d.epoch = v.epoch' → ''": _TWICE,
    "app.delivery.settle._not_before: row.now if again else None → row.now": _DUE,
    "app.delivery.settle._not_before: move.to is DeliveryStatus.QUEUED and row.state.status is not "
    "DeliveryStatus.SENDING → row.state.status is not DeliveryStatus.SENDING": _DUE,
    "app.delivery.settle._not_before: DeliveryStatus.SENDING → DeliveryStatus.SENT": _DUE,
    "app.delivery.settle._not_before: move.to is DeliveryStatus.QUEUED and row.state.status is not "
    "DeliveryStatus.SENDING → move.to is DeliveryStatus.QUEUED": _DUE,
    "app.delivery.settle._not_before: move.to is DeliveryStatus.QUEUED and row.state.status is not "
    "DeliveryStatus.SENDING → move.to is DeliveryStatus.QUEUED or row.state.status is not DeliveryStatus.SENDING": _DUE,
    "app.delivery.settle.settle_each: if written: … → if True: …": _NOTHING,
    "app.delivery.settle._settle_group: await _write(tx, changes, ended) if changes or ended else ([], []) → "
    "await _write(tx, changes, ended)": _NOTHING,
    "app.delivery.settle._outcome: report.outcome or (_ENDS.get(reported.event) if report.of_attempt else None) → "
    "_ENDS.get(reported.event) if report.of_attempt else None": _SAME_WORD,
    "app.delivery.settle._outcome: not has_facts or (reported.epoch is None and (not isinstance(answer, Transition))) "
    "→ reported.epoch is None and (not isinstance(answer, Transition))": _NO_FACTS,
    "app.delivery.settle._settle_group: each.newly_sent and each.row.has_attachments → each.newly_sent": _NO_FILES,
    "app.delivery.settle._settle_group: each.newly_sent and each.row.has_attachments → "
    "each.row.has_attachments": _SAME_FILES,
    "app.delivery.settle._settle_group: each.newly_sent and each.row.has_attachments → "
    "each.newly_sent or each.row.has_attachments": _SAME_FILES,
    "app.delivery.settle._flip: if left: … → if True: …": _LOCKED_TWICE,
    "app.delivery.settle._entries: change.reported.epoch or change.row.state.epoch → change.reported.epoch": _LATEST,
    "app.delivery.sql.sweeper.expired_claims: \"status = 'sending' AND lease_until\" → 'lease_until'": _LEASED,
    "app.delivery.record.Recorder._note_account: silent and account not in _answering(results) → "
    "account not in _answering(results)": _NONE_SILENT,
    "app.delivery.late_results.LateResults._write_alone: if each.result.account in stuck: … → if False: …": _ONE_WAIT,
    "app.delivery.late_results.LateResults._write_alone: if may_pass(error) and (not is_lost(error)): … → "
    "if False: …": _ONE_WAIT,
    "app.delivery.late_results.LateResults._write_alone: may_pass(error) and (not is_lost(error)) → "
    "not is_lost(error)": _ONE_WAIT,
    "app.delivery.late_results.LateResults._write_alone: may_pass(error) and (not is_lost(error)) → "
    "may_pass(error)": _ONE_WAIT,
    "app.delivery.late_results.LateResults._write_alone: may_pass(error) and (not is_lost(error)) → may_pass(error) or "
    "not is_lost(error)": _ONE_WAIT,
    "app.delivery.late_results.LateResults._write_alone: not is_lost(error) → is_lost(error)": _ONE_WAIT,
    "app.delivery.late_results.LateResults._write_alone: stuck.add(each.result.account) → pass": _ONE_WAIT,
    "app.delivery.dispatcher.Dispatcher.record: if self.slots.waits_for_records: … → if False: …": _LATER,
    "app.delivery.dispatcher.Dispatcher.record: if self.slots.waits_for_records: … → if True: …": _SOONER,
    "app.delivery.dispatcher.Dispatcher.record: self._recorder.hurry() if self.slots.in_use else "
    "self._recorder.flush() → pass": _LATER,
    "app.delivery.rescuer.expire_claims: log.warning('claims_expired', deliveries=len(reports) - len(faulty)) → "
    "pass": _WORDS,
    "app.delivery.outcomes.answered: assert_never(result) → pass": _UNREACHABLE,
    "app.delivery.calling.call: log.error('adapter_raised', error=type(error).__name__) → pass": _WORDS,
    "app.delivery.claim.Claim.take: snapshot is None or opens_at is None → opens_at is None": _NO_LANE,
    "app.delivery.claim.Claim.take: True → False": _WHEN,
    "app.delivery.claim.Claim.take: room <= 0 → room < 0": _NO_ROOM,
    "app.delivery.claim.Claim.take: await claims.touch_lane(self._tx, self._lane, snapshot.now, "
    "self._share(share, snapshot)) → pass": _WHEN,
    "app.delivery.claim.Claim.take: self._context.telemetry.metrics.count_claim_without_room('in_flight' if room "
    "<= 0 else 'rate') → pass": _FIGURE,
    "app.delivery.claim.Claim.take: 'in_flight' if room <= 0 else 'rate' → 'in_flight'": _FIGURE,
    "app.delivery.claim.Claim.take: 'in_flight' if room <= 0 else 'rate' → 'rate'": _FIGURE,
    "app.delivery.claim.Claim.take: room <= 0 → room < 0 (2)": _FIGURE,
    "app.delivery.claim.Claim.take: room <= 0 → room > 0 (2)": _FIGURE,
    "app.delivery.claim.Claim.take: bucket.next_at if room > 0 else snapshot.now + ROOM_WAIT → bucket.next_at": _WHEN,
    "app.delivery.claim.Claim.take: bucket.next_at if room > 0 else snapshot.now + ROOM_WAIT → snapshot.now + "
    "ROOM_WAIT": _WHEN,
    "app.delivery.claim.Claim.take: room > 0 → room >= 0": _WHEN,
    "app.delivery.claim.Claim.take: room > 0 → room < 0": _WHEN,
    "app.delivery.claim.Claim.take: snapshot.now + ROOM_WAIT → snapshot.now - ROOM_WAIT": _WHEN,
    "app.delivery.claim.Claim.take: 0 → 1 (3)": _WHEN,
    "app.delivery.claim.Claim.take: 0 → 1 (4)": _FIGURE,
    "app.delivery.claim.Claim._claim: len(rows) < claim_limit.free and wait is None → len(rows) < "
    "claim_limit.free": _WHEN,
    "app.delivery.claim.Claim._claim: len(rows) < claim_limit.free → len(rows) <= claim_limit.free": _WHEN,
    "app.delivery.claim.Claim._claim: len(rows) < claim_limit.free → len(rows) > claim_limit.free": _WHEN,
    "app.delivery.sql.claims._MARK: 'FOR NO KEY UPDATE' → ''": _WAITED,
    "app.delivery.sql.claims.claimed_under: \"AND status IN ('sending', 'uncertain')\" → ''": _NO_TOKEN,
    "app.domain.pacing.allowance: 0 → 1 (3)": _SAME_NUMBER,
    "app.domain.pacing.allowance: max(allowed_at, now) if units == 0 else now → max(allowed_at, now)": _SAME_NUMBER,
    "app.delivery.lost_claims.LostClaims.answered: False → True": _WHEN,
    "app.delivery.lost_claims.LostClaims.give_back: log.warning('claim_unanswered', error=type(error).__name__) "
    "→ pass": _WORDS,
    "app.delivery.rendering.render: until - context.pace.lease.total_seconds() / 2 → until + "
    "context.pace.lease.total_seconds() / 2": _LATE,
    "app.delivery.rendering.render: context.pace.lease.total_seconds() / 2 → "
    "context.pace.lease.total_seconds() * 2": _LATE,
    "app.delivery.rendering.render: 2 → 3": _LATE,
    "app.delivery.rendering.render: if result.held and claimed_sends: … → if True: …": _SHOWN,
    "app.delivery.rendering.render: result.held and claimed_sends → result.held or claimed_sends": _SHOWN,
    "app.delivery.rendering.render: result.held and claimed_sends → result.held": _SHOWN,
    "app.delivery.lane_calls.LaneCalls.next: free < BATCH_FROM and self._slots.in_use → free < BATCH_FROM": _SIZE,
    "app.delivery.lane_calls.LaneCalls.next: free < BATCH_FROM and self._slots.in_use → self._slots.in_use": _SIZE,
    "app.delivery.lane_calls.LaneCalls.next: free < BATCH_FROM → free <= BATCH_FROM": _SIZE,
    "app.delivery.lane_calls.LaneCalls.was_open: self.open_at >= self._slots.troubled_at → self.open_at > "
    "self._slots.troubled_at": _WHEN,
    "app.delivery.lane_watcher.LaneWatcher.check: log.warning('lane_not_seen', error=type(error).__name__) → "
    "pass": _WORDS,
    "app.delivery.lane_watcher.LaneWatcher.check: if self._calls.ready: … → if True: …": _NOTHING,
    "app.delivery.lane_watcher.LaneWatcher.give_back: self._calls.returned() → pass": _WHEN,
}
