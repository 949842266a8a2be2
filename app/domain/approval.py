"""The approval of a large mass reply by a second person, and who may give it."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.domain.audit import Actor
from app.domain.errors import Forbidden
from app.domain.outbound import Author
from app.domain.permissions import GRANTS, Permission

APPROVE_WITHIN: Final = timedelta(hours=24)
_UNSEEN: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f]")
"""Characters that are not shown, besides those that format or control (Unicode's `Default_Ignorable_Code_Point`)."""


class ApprovalStatus(StrEnum):
    NEEDED = "needed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Approval:
    status: ApprovalStatus
    by: Author | None = None
    reason: str | None = field(default=None, repr=False)
    at: datetime | None = None


def fold(ids: Iterable[str | None]) -> frozenset[str]:
    """Return an id in the form that identifies a person.

    Another case or width, spaces around it and invisible characters in it make no other person.
    """
    return frozenset(_folded(id_) for id_ in ids if id_ is not None)


def _folded(id_: str) -> str:
    # Case folding may undo the normal form (Unicode 17.0, section 3.13, D146), so normalise twice.
    shown = _UNSEEN.sub("", unicodedata.normalize("NFKC", id_))
    seen = "".join(each for each in shown if unicodedata.category(each) not in ("Cf", "Cc"))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold()).strip()


def actors_behind(actor: Actor) -> frozenset[str]:
    """Return the people behind an actor: the person in whose name it acts, and the one whose credential it is."""
    key = None if actor.key is None else str(actor.key.id)
    own = key if actor.user is None else actor.user.id
    return fold((actor.author.id, own))


def refuse_anothers(actor: Actor, involved: Collection[str]) -> None:
    """Raise Forbidden if somebody without the right to approve confirms another's mass reply."""
    may_approve = any(Permission.MASS_REPLIES_APPROVE in GRANTS[role] for role in actor.roles)
    if not may_approve and actors_behind(actor).isdisjoint(fold(involved)):
        raise Forbidden(f"Confirming another's mass reply needs the permission {Permission.MASS_REPLIES_APPROVE}.")


def refuse_own(actor: Actor, involved: Collection[str]) -> None:
    """Raise Forbidden if the second person is one of the first, whatever name a credential may give."""
    if not actors_behind(actor).isdisjoint(fold(involved)):
        raise Forbidden("Somebody else must decide: you are the author of this mass reply, or made or confirmed it.")


def refuse_key_of_own(makers: Collection[str], involved: Collection[str]) -> None:
    """Raise Forbidden if one of them has made the key since."""
    if not fold(makers).isdisjoint(fold(involved)):
        raise Forbidden("Somebody else must decide: this key was made by somebody involved, after the mass reply was.")
