"""Mutants of SQL texts: each takes away one thing that a statement must not do without."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

from app.delivery.sql import account_health, claims, counters, settlements, sweeper, timeline
from tests.mutants.mutant import Mutant, of_statement, of_text

_Change = tuple[str, str, str]
"""The constant that holds a text, a part that occurs in it once, and what takes its place."""

_CLAIM: Final[tuple[_Change, ...]] = (
    ("_LOCK_ACCOUNT", "FOR NO KEY UPDATE", ""),
    ("_LANE_SNAPSHOT", "sum(ol.sending)", "sum(ol.queued)"),
    ("_LANE_SNAPSHOT", "l.pause_reason IS NOT NULL AS lane_paused", "false AS lane_paused"),
    ("_LANE_SNAPSHOT", "a.pause_reason IS NOT NULL AS account_paused", "false AS account_paused"),
    ("_CLAIM", "status = 'queued'", "status IN ('queued', 'sending')"),
    ("_CLAIM", "status = 'queued'", "status IN ('queued', 'uncertain')"),
    ("_CLAIM", "status = 'queued'", "status IN ('queued', 'failed')"),
    ("_CLAIM", "status = 'queued'", "status IN ('queued', 'sent', 'delivered')"),
    ("_CLAIM", "status = 'queued'", "status IN ('queued', 'cancelled')"),
    ("_CLAIM", "AND mass_reply_id = :mass_reply", ""),
    ("_CLAIM", "AND account_id = :account\n", "\n"),
    ("_CLAIM", "AND not_before <= :now", ""),
    ("_CLAIM", "'infinity') > :now", "'infinity') > '-infinity'"),
    ("_CLAIM", "LIMIT :free", "LIMIT :free + 1"),
    ("_CLAIM", "SET status = 'sending'", "SET status = 'queued'"),
    ("_CLAIM", "epoch = d.epoch + 1", "epoch = d.epoch"),
    ("_CLAIM", "claim_token = :token, ", ""),
    ("_CLAIM", ":now + CAST(:lease AS interval)", ":now + 100 * CAST(:lease AS interval)"),
    ("_CLAIM", ":now + CAST(:settles_after AS interval)", ":now"),
    ("_CLAIM", "reason_code = NULL, ", ""),
    ("_CLAIM", "running <= :units OR place = 1", "true"),
    ("_CLAIM", "running <= :units OR place = 1", "running <= :units"),
    ("_CLAIM_OF_SAMPLE", "AND sampled", ""),
    ("_MARK", "SET allowed_at = :allowed_at", "SET allowed_at = allowed_at"),
    ("_MARK", "queued = l.queued - :claimed, ", ""),
    ("_MARK", ", sending = l.sending + :claimed", ""),
    ("_MARK", "FOR NO KEY UPDATE", ""),
    ("_MARK", "LIMIT 1) d ON true", "OFFSET 1 LIMIT 1) d ON true"),
    ("_COUNT_CLAIMED_AFTER_A_WAIT", "queued = l.queued - :claimed, ", ""),
    ("_MARK", "v.epoch, :now", "v.epoch + 1, :now"),
    ("_KEEP_TEXTS", "AND a.epoch = v.epoch", ""),
    ("_KEEP_TEXTS", "SET text = v.text, ", "SET "),
)
_SETTLEMENTS: Final[tuple[_Change, ...]] = (
    ("_LOCK", "ORDER BY id FOR UPDATE", "ORDER BY id"),
    ("_READ", "failures_in_a_row = 0", "failures_in_a_row = failures_in_a_row"),
    ("_READ", "a.outcome IS NOT DISTINCT FROM 'reported_failed' AS attempt_failed", "false AS attempt_failed"),
    ("_READ", "a.outcome IS NOT DISTINCT FROM 'marked_sent' AS by_person", "false AS by_person"),
    ("_READ", "AND epoch = coalesce(v.epoch, d.epoch)", "AND epoch = d.epoch"),
    ("_READ", "o.epoch <> coalesce(v.epoch, d.epoch)", "true"),
    ("_READ", "AND o.epoch = d.epoch", ""),
    ("_READ", "('unknown', 'worker_lost', 'marked_sent')", "('unknown')"),
    ("_READ", "('unknown', 'worker_lost', 'marked_sent')", "('unknown', 'worker_lost')"),
    ("_READ", "coalesce(o.outcome, 'unknown')", "o.outcome"),
    ("_READ", "coalesce(d.not_after, m.not_after)", "m.not_after"),
)
_ENDS: Final[tuple[_Change, ...]] = (
    ("_TIMELINE", "AND d.status = v.before", ""),
    ("_TIMELINE", "AND d.epoch = v.epoch", ""),
    ("_TIMELINE", "claim_token = CASE WHEN v.after = 'uncertain' THEN d.claim_token END, ", ""),
    ("_TIMELINE", "WHEN v.after = 'uncertain' THEN d.claim_token END", "WHEN v.after = 'never' THEN d.claim_token END"),
    ("_TIMELINE", " END, lease_until = NULL,", " END,"),
    ("_TIMELINE", "('uncertain', 'sent', 'delivered', 'read') THEN d.settles_after", "('sent') THEN d.settles_after"),
    (
        "_TIMELINE",
        "('uncertain', 'sent', 'delivered', 'read') THEN d.settles_after",
        "('uncertain') THEN d.settles_after",
    ),
    ("_TIMELINE", "coalesce(v.not_before, d.not_before)", "d.not_before"),
    ("_TIMELINE", "coalesce(v.not_after, d.not_after)", "d.not_after"),
    ("_TIMELINE", "deferrals = d.deferrals + CAST(v.deferred IS TRUE AS int), ", ""),
    ("_TIMELINE", "d.times_billed + v.times_more", "d.times_billed"),
    ("_TIMELINE", "coalesce(d.sent_at, now())\n", "now()\n"),
    ("_TIMELINE", "coalesce(v.provider_message_id, d.provider_message_id)", "d.provider_message_id"),
    ("_TIMELINE", "reason_code = v.reason_code, ", ""),
    ("_TIMELINE", "retryable = coalesce(v.retryable, false)", "retryable = true"),
    ("_TIMELINE", "AND a.epoch = e.epoch", ""),
    ("_TIMELINE", "coalesce(a.outcome, 'worker_lost') = 'worker_lost'", "a.outcome IS NULL"),
    ("_TIMELINE", "OR e.outcome = 'reported_failed'", ""),
    ("_TIMELINE", "a.outcome IN ('unknown', 'marked_sent') AND", "a.outcome = 'unknown' AND"),
    ("_TIMELINE", "NOT IN ('unknown', 'worker_lost')", "NOT IN ('unknown')"),
    ("_TIMELINE", "a.outcome <> 'accepted' AND ", ""),
    ("_TIMELINE", "greatest(a.last_receipt_at, e.reported_at)", "e.reported_at"),
)
_COUNTERS: Final[tuple[_Change, ...]] = (
    ("_COUNT", "FOR NO KEY UPDATE", ""),
    ("_COUNT", "queued = l.queued + :queued", "queued = l.queued"),
    ("_COUNT", "sending = l.sending + :sending", "sending = l.sending"),
    ("_COUNT", "least(l.queue_from_at, CAST(:back_at AS timestamptz))", "l.queue_from_at"),
    ("_COUNT", "THEN '00000000-0000-0000-0000-000000000000' ELSE l.queue_from_id", "THEN l.queue_from_id"),
    ("_COUNT", "uncertain = l.uncertain + :uncertain", "uncertain = l.uncertain"),
)
_TIMELINE: Final[tuple[_Change, ...]] = (
    ("_TIMELINE", "a.epoch = v.epoch DESC, ", ""),
    ("_REOPEN", "finished_at = NULL, ", ""),
)
_HEALTH: Final[tuple[_Change, ...]] = (
    ("_COOL", "greatest(s.ordered, s.until)", "s.until"),
    (
        "_COOL",
        "(a.mended_at BETWEEN :begun AND clock_timestamp()) IS NOT TRUE",
        "(:begun)::timestamptz IS NULL OR true",
    ),
    ("_COOL", "a.mended_at BETWEEN :begun AND clock_timestamp()", "a.mended_at >= :begun"),
    ("_COOL", "a.mended_at BETWEEN :begun AND clock_timestamp()", "a.mended_at BETWEEN :begun AND now.at"),
    ("_PAUSE", "mended_at BETWEEN :begun AND clock_timestamp()", "mended_at >= :begun"),
    ("_PAUSE", "AND pause_reason IS NULL", ""),
)


def _all(module: ModuleType, changes: tuple[_Change, ...]) -> Iterator[Mutant]:
    for constant, old, new in changes:
        yield of_statement(module, constant, old, new)


_IN_FUNCTIONS: Final[tuple[tuple[Any, str, str], ...]] = (
    (sweeper.expired_claims, "status = 'sending' AND lease_until", "lease_until"),
    (sweeper.expired_claims, "AND lease_until < (SELECT clock_timestamp())", ""),
)


def of_claiming() -> Iterator[Mutant]:
    yield from _all(claims, _CLAIM)
    for old in ("AND status IN ('sending', 'uncertain')", "AND claim_token = :token"):
        yield of_text(claims.claimed_under, old, "")


def of_recording() -> Iterator[Mutant]:
    yield from _all(account_health, _HEALTH)
    for function, old, new in _IN_FUNCTIONS:
        yield of_text(function, old, new)


def of_settling() -> Iterator[Mutant]:
    yield from _all(settlements, _SETTLEMENTS)
    yield from _all(timeline, _ENDS)
    yield from _all(counters, _COUNTERS)
    yield from _all(timeline, _TIMELINE)
