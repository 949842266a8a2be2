"""What WhatsApp charges for: each message that it accepts, unless its own reports say otherwise."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

FILE_MARK: Final = "/file/"
"""The suffix that names a file's own message after its attempt."""


class Charge(StrEnum):
    """What a provider reports about one message's price."""

    IN_WINDOW = "in_window"
    TEMPLATE = "template"
    CHARGED = "charged"
    """It is charged, and as what its report does not say."""
    FREE = "free"


def bill(times: int, files: int, prices: Mapping[str, str], *, used_template: bool) -> Counter[Charge]:
    """Count the messages of one delivery that are charged.

    It was sent `times`, each time with `files` more messages, one for each file. For messages named in `prices` the
    provider's report counts; for all others, what we expect. So it does not matter whether a price or the report that
    the message was sent comes first.
    """
    named = [(FILE_MARK in message, Charge(charge)) for message, charge in prices.items()]
    priced_files = sum(is_file for is_file, _ in named)
    text = Charge.TEMPLATE if used_template else Charge.IN_WINDOW
    counts = Counter(
        (Charge.IN_WINDOW if is_file else text) if charge is Charge.CHARGED else charge for is_file, charge in named
    )
    counts[text] += max(0, times - (len(named) - priced_files))
    counts[Charge.IN_WINDOW] += 0 if used_template else max(0, times * files - priced_files)
    return counts
