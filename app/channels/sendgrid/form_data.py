"""Reads multipart/form-data that a provider posts. It stays in memory: uploads never touch the disk."""

import math
from typing import Any, Final

from python_multipart.multipart import Field, FormParser, parse_options_header

from app.domain.provider_events import MalformedWebhook

MEDIA_TYPE: Final = "multipart/form-data"
_IN_MEMORY: Final[dict[Any, Any]] = {"MAX_MEMORY_FILE_SIZE": math.inf, "MAX_FIELDS": 1_000}


def is_form(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == MEDIA_TYPE


def read_form(content_type: str, body: bytes) -> dict[str, bytes]:
    """Return the form's fields without uploaded files; the first of repeated fields. Raise MalformedWebhook if it
    cannot.
    """
    fields: dict[str, bytes] = {}

    def keep(field: Field) -> None:
        fields.setdefault((field.field_name or b"").decode(errors="replace"), field.value or b"")

    try:
        parser = FormParser(MEDIA_TYPE, keep, lambda _: None, boundary=_boundary(content_type), config=_IN_MEMORY)
        parser.write(body)
        parser.finalize()
    except ValueError:  # includes FormParserError
        raise MalformedWebhook("The form cannot be read.") from None
    return fields


def _boundary(content_type: str) -> bytes:
    _, parameters = parse_options_header(content_type)
    boundary = parameters.get(b"boundary")
    if not boundary:
        raise MalformedWebhook("The form names no boundary.")
    return boundary
