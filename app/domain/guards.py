"""A tenant's guards: limits on how many recipients a mass reply has and how often each is written to, and approval."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.domain.errors import BatchTooLarge
from app.domain.permissions import GRANTS, Permission, Role


class Inactive(StrEnum):
    """What happens to a conversation whose customer has been silent for long."""

    WARN = "warn"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Guards:
    """The defaults apply to a tenant that never set any. None means no limit."""

    max_recipients: Mapping[Role, int] = field(default_factory=dict)
    """The largest batch by role. A role that is not named has no limit."""
    approval_above: int | None = None
    """A batch with more recipients than this waits for a second person."""
    once_per_contact: bool = False
    inactive_after_days: int | None = 30
    inactive: Inactive = Inactive.WARN
    max_per_contact_per_day: int | None = None
    """Deliveries to one contact within 24 hours, of all mass replies together."""

    def limit_for(self, roles: Iterable[Role]) -> int | None:
        """Return the largest batch that these roles may send, or None for no limit. The most generous role counts.

        A role that may not send at all does not count.
        """
        sending = {role for role in roles if Permission.MASS_REPLIES_SEND in GRANTS[role]}
        if not sending <= self.max_recipients.keys():
            return None
        return max((self.max_recipients[role] for role in sending), default=None)

    def needs_approval(self, recipients: int) -> bool:
        return self.approval_above is not None and recipients > self.approval_above

    @property
    def compare_conversations(self) -> bool:
        """Whether the conversations of one contact must be compared with each other."""
        return self.once_per_contact or self.max_per_contact_per_day is not None

    def to_json(self) -> dict[str, Any]:
        """The `/settings` of the API, and the stored form."""
        return {
            "max_recipients": dict(self.max_recipients),
            "approval_above": self.approval_above,
            "once_per_contact": self.once_per_contact,
            "inactive_after_days": self.inactive_after_days,
            "inactive": self.inactive,
            "max_per_contact_per_day": self.max_per_contact_per_day,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Guards":
        return cls(
            {Role(role): limit for role, limit in data["max_recipients"].items()},
            data["approval_above"],
            data["once_per_contact"],
            data["inactive_after_days"],
            Inactive(data["inactive"]),
            data["max_per_contact_per_day"],
        )


NO_GUARDS = Guards()


def refuse_too_large(recipients: int, limit: int | None) -> None:
    """Raise BatchTooLarge, with both numbers."""
    if limit is not None and recipients > limit:
        raise BatchTooLarge(
            f"This would reach {recipients:,} recipients; your role may reply to {limit:,} at once. Nothing was sent."
        )


def refuse_too_many_selected(selected: int, limit: int) -> None:
    """Raise BatchTooLarge for a selection that is too large to be prepared inside the request."""
    if selected > limit:
        raise BatchTooLarge(
            f"The selection holds {selected:,} conversations; your role may reply to {limit:,} at once. In a selection "
            "this large it is not yet known who will be skipped, so every conversation counts. Nothing was created."
        )
