"""The addresses of a tenant's own channel accounts. They belong to no customer, so no mass reply may go there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from app.domain.addresses import Address, family_of
from app.domain.words import Channel

TOKEN: Final = "{token}"  # noqa: S105 - a placeholder
"""The conversation's id in an account's reply address: 32 hexadecimal digits."""

_MADE: Final = "[0-9a-f]{32}"


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    keys: frozenset[tuple[str, str]] = field(repr=False)
    """Family and key."""
    with_token: re.Pattern[str] | None = field(default=None, repr=False)
    """The e-mail addresses that are made for each conversation."""

    @classmethod
    def of(cls, addresses: Iterable[tuple[Channel, str]]) -> Self:
        read = [Address.read(channel, text) for channel, text in addresses]
        made = sorted({re.escape(each.key).replace(re.escape(TOKEN), _MADE) for each in read if TOKEN in each.key})
        keys = frozenset((each.family, each.key) for each in read if TOKEN not in each.key)
        return cls(keys, re.compile("|".join(made)) if made else None)

    def hold(self, channel: Channel, key: str | None) -> bool:
        """Return whether an address, given by its key, belongs to one of the accounts."""
        if key is None:
            return False
        made = self.with_token if channel is Channel.EMAIL else None
        return (family_of(channel), key) in self.keys or bool(made and made.fullmatch(key))
