"""Mutants that change nothing that anybody could notice, each with the reason."""

from collections.abc import Mapping
from typing import Final

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
_FIGURE: Final = "A figure for operators."
_UNREACHABLE: Final = "mypy proves that there is no other case."
_WORDS: Final = "A line in the log."

HARMLESS: Final[Mapping[str, str]] = {
    "app.delivery.sql.timeline._TIMELINE: 'AND d.status = v.before' → ''": _TWICE,
    "app.delivery.sql.timeline._TIMELINE: 'AND d.epoch = v.epoch' → ''": _TWICE,
    "app.delivery.settle._not_before: row.now if again else None → row.now": _DUE,
    "app.delivery.settle._not_before: DeliveryStatus.SENDING → DeliveryStatus.SENT": _DUE,
    "app.delivery.settle._not_before: move.to is DeliveryStatus.QUEUED and row.state.status is not "
    "DeliveryStatus.SENDING → move.to is DeliveryStatus.QUEUED": _DUE,
    "app.delivery.settle._not_before: move.to is DeliveryStatus.QUEUED and row.state.status is not "
    "DeliveryStatus.SENDING → move.to is DeliveryStatus.QUEUED or row.state.status is not DeliveryStatus.SENDING": _DUE,
    "app.delivery.settle.settle: if written: … → if True: …": _NOTHING,
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
    "app.delivery.record.Recorder._write_one: log.warning('record_failed', delivery=delivery, "
    "error=type(error).__name__) → pass": _WORDS,
    "app.delivery.record.Recorder._write_one: log.error('record_given_up', delivery=delivery, "
    "error=type(error).__name__) → pass": _WORDS,
    "app.delivery.sending.Sending.record: if self._slots.waits_for_records: … → if False: …": _LATER,
    "app.delivery.sending.Sending.record: self._context.telemetry.metrics.count_delivery(channel, provider, ended) → "
    "pass": _FIGURE,
    "app.delivery.rescuer.expire_claims: log.warning('claims_expired', deliveries=len(reports)) → pass": _WORDS,
    "app.delivery.outcomes.answered: assert_never(result) → pass": _UNREACHABLE,
    "app.delivery.calling.call: log.error('adapter_raised', error=type(error).__name__) → pass": _WORDS,
}
