"""A lane: the deliveries of one mass reply on one channel account."""

from dataclasses import dataclass

from app.domain.words import AccountId, MassReplyId, TenantId


@dataclass(frozen=True, slots=True)
class LaneKey:
    tenant: TenantId
    mass_reply: MassReplyId
    account: AccountId


LanesToWake = list[tuple[LaneKey, int]]
"""The lanes to wake after the commit, each with the number of its queued deliveries."""
