"""Reading the bodies of providers' calls to us."""

from datetime import UTC, datetime
from typing import Any, Final

from app.domain.json_values import read_json, values_in
from app.domain.provider_events import MalformedWebhook

MOST_CALLBACK_VALUES: Final = 400_000
"""20,000 events, or the text of the longest mail. Reading that many blocks the process for a twelfth of a second."""


def callback_json(body: bytes) -> Any:
    """Read a webhook's body; None if it is not JSON. Raise MalformedWebhook if it holds too many values."""
    if values_in(body) > MOST_CALLBACK_VALUES:
        raise MalformedWebhook(f"The body holds more than the {MOST_CALLBACK_VALUES:,} values that are read.")
    return read_json(body)


def json_object(body: bytes) -> dict[str, Any]:
    """Read a webhook's body. Raise MalformedWebhook if it is not a JSON object."""
    parsed = callback_json(body)
    if not isinstance(parsed, dict):
        raise MalformedWebhook("The body is not a JSON object.")
    return parsed


def moment(value: object) -> datetime | None:
    """Read an ISO 8601 time in UTC; None for anything else. A time without a zone is read as UTC."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
        return parsed and (parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC))
    except (ValueError, OverflowError):  # OverflowError: there is no such moment in UTC
        return None
