"""What Postmark checks before it accepts a message: https://postmarkapp.com/developer/api/email-api"""

import re
from collections.abc import Mapping, Sequence
from email.utils import getaddresses
from typing import Any

MAX_RECIPIENTS = 50
MEGABYTE = 1024 * 1024
MAX_PART = 5 * MEGABYTE
MAX_METADATA, MAX_METADATA_KEY, MAX_METADATA_VALUE = 10, 20, 80
"""https://postmarkapp.com/support/article/1125-custom-metadata-faq"""
ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")

Payload = Mapping[str, Any]


def objection(payload: Payload) -> str | None:
    """Return why Postmark refuses a message (ErrorCode 300), or None."""
    recipients = [a for name in ("To", "Cc", "Bcc") for a in addresses(payload.get(name))]
    if not addresses(payload.get("From")):
        return "The 'From' address is required."
    if not addresses(payload.get("To")):
        return "Zero recipients specified."
    if len(recipients) > MAX_RECIPIENTS:
        return f"Too many recipients: at most {MAX_RECIPIENTS} are allowed."
    for address in recipients:
        if not ADDRESS.fullmatch(address):
            return f"Error parsing 'To': illegal email address '{address}'."
    return _against_bodies(payload) or _against_metadata(payload.get("Metadata")) or _against_headers(payload)


def _against_bodies(payload: Payload) -> str | None:
    bodies = [payload.get("TextBody"), payload.get("HtmlBody")]
    if not any(bodies):
        return "Provide either email TextBody or HtmlBody or both."
    if any(isinstance(body, str) and len(body) > MAX_PART for body in bodies):
        return "The 'TextBody' and the 'HtmlBody' may be 5 MB each."
    return None


def _against_metadata(metadata: object) -> str | None:
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        return "'Metadata' must be an object of strings."
    if len(metadata) > MAX_METADATA:
        return f"'Metadata' may have at most {MAX_METADATA} fields."
    if any(len(key) > MAX_METADATA_KEY or len(value) > MAX_METADATA_VALUE for key, value in metadata.items()):
        return f"A metadata key has at most {MAX_METADATA_KEY} characters, a value {MAX_METADATA_VALUE}."
    return None


def _against_headers(payload: Payload) -> str | None:
    return None if well_formed_headers(payload) else "'Headers' must be a list of objects with 'Name' and 'Value'."


def well_formed_headers(payload: Payload) -> bool:
    headers = payload.get("Headers")
    return headers is None or (
        isinstance(headers, list)
        and all(
            isinstance(h, dict) and isinstance(h.get("Name"), str) and isinstance(h.get("Value"), str) for h in headers
        )
    )


def addresses(field: object) -> Sequence[str]:
    if not isinstance(field, str) or not field:
        return ()
    if "<" not in field and "," not in field:
        return (field.strip(),)
    return [address for _, address in getaddresses([field])]
