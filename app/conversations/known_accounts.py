"""A tenant's channel accounts, as the lines of an import name them."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.words import Channel


@dataclass(frozen=True, slots=True)
class KnownAccount:
    channel: Channel
    region: str | None = None


@dataclass(frozen=True, slots=True)
class KnownAccounts:
    """A tenant's channel accounts by key, oldest first."""

    known: Mapping[str, KnownAccount]

    def channel_of(self, key: str) -> Channel | None:
        account = self.known.get(key)
        return None if account is None else account.channel

    def region(self, channel: Channel, key: str | None) -> str | None:
        """Return the country of a conversation's national numbers: its account's, else the channel's first one."""
        if key is not None:
            return self.known[key].region if key in self.known else None
        return next((each.region for each in self.known.values() if each.channel is channel), None)

    def regions(self, channel: Channel) -> set[str | None]:
        """Return every country that a national number on this channel may be from."""
        return {None, *(each.region for each in self.known.values() if each.channel is channel)}
