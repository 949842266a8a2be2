"""Mutants that change nothing that anybody could notice, each with the reason."""

from collections.abc import Mapping
from typing import Final

_TWICE: Final = "The row is locked since it was judged; the compare-and-set is the second of two guards."
_DUE: Final = "Only what is queued waits for that time, and what comes back from a claim was due already."
_SAME_WORD: Final = "Every caller that names an outcome names the one that the event has."
_NO_FACTS: Final = "It writes the attempt once more as it is."
_NO_FILES: Final = "It lists the files of a message that has none."
_UNREACHABLE: Final = "mypy proves that there is no other case."
_WORDS: Final = "A line in the log."

HARMLESS: Final[Mapping[str, str]] = {
    "app.delivery.sql.timeline._TIMELINE: 'AND d.status = v.before' → ''": _TWICE,
    "app.delivery.sql.timeline._TIMELINE: 'AND d.epoch = v.epoch' → ''": _TWICE,
    "app.delivery.settle._not_before: row.now if again else None → row.now": _DUE,
    "app.delivery.settle._not_before: move.to is DeliveryStatus.QUEUED and row.state.status is not "
    "DeliveryStatus.SENDING → move.to is DeliveryStatus.QUEUED or row.state.status is not DeliveryStatus.SENDING": _DUE,
    "app.delivery.settle._outcome: report.outcome or (_ENDS.get(reported.event) if report.of_attempt else None) → "
    "_ENDS.get(reported.event) if report.of_attempt else None": _SAME_WORD,
    "app.delivery.settle._outcome: not has_facts or (reported.epoch is None and (not isinstance(answer, Transition))) "
    "→ reported.epoch is None and (not isinstance(answer, Transition))": _NO_FACTS,
    "app.delivery.settle._settle_group: each.newly_sent and each.row.has_attachments → each.newly_sent": _NO_FILES,
    "app.delivery.outcomes.answered: assert_never(result) → pass": _UNREACHABLE,
    "app.delivery.calling.call: log.error('adapter_raised', error=type(error).__name__) → pass": _WORDS,
}
