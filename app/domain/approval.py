"""A second person's word on a large mass reply, and who may give it."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.domain.audit import Actor
from app.domain.errors import Forbidden
from app.domain.messaging import Author
from app.domain.permissions import GRANTS, Permission

APPROVE_WITHIN: Final = timedelta(hours=24)


class Ruling(StrEnum):
    NEEDED = "needed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Approval:
    ruling: Ruling
    by: Author | None = None
    reason: str | None = field(default=None, repr=False)
    at: datetime | None = None


def fold(ids: Iterable[str | None]) -> frozenset[str]:
    """Ids as people are told apart by: in another case or width, or with spaces around, it is the same person."""
    return frozenset(unicodedata.normalize("NFKC", id_).strip().casefold() for id_ in ids if id_ is not None)


def parties(actor: Actor) -> frozenset[str]:
    """Whoever has a hand in what an actor does: the person in whose name, and the one whose credential it is."""
    key = None if actor.key is None else str(actor.key.id)
    own = key if actor.user is None else actor.user.id
    return fold((actor.author.id, own))


def refuse_anothers(actor: Actor, involved: Collection[str]) -> None:
    """Only one's own is confirmed without the right to approve. Raises Forbidden."""
    may_approve = any(Permission.MASS_REPLIES_APPROVE in GRANTS[role] for role in actor.roles)
    if not may_approve and parties(actor).isdisjoint(fold(involved)):
        raise Forbidden(f"Confirming another's mass reply needs the permission {Permission.MASS_REPLIES_APPROVE}.")


def refuse_own(actor: Actor, involved: Collection[str]) -> None:
    """A second person is another person: no name that a credential may give makes it one. Raises Forbidden."""
    if not parties(actor).isdisjoint(fold(involved)):
        raise Forbidden("Somebody else must decide: you are the author of this mass reply, or made or confirmed it.")


def refuse_key_of_own(makers: Collection[str], involved: Collection[str]) -> None:
    """Nor does a key that one of them has made since. Raises Forbidden."""
    if not fold(makers).isdisjoint(fold(involved)):
        raise Forbidden("Somebody else must decide: this key was made by somebody involved, after the mass reply was.")
