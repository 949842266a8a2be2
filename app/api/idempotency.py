"""The header `Idempotency-Key`, and how a repeated request is answered."""

import hashlib
import json
from typing import Annotated

from fastapi import Header
from starlette.responses import Response

from app.api.schemas import Body
from app.domain.errors import IdempotencyInProgress
from app.domain.permissions import Caller
from app.mass_replies.idempotency import IdempotencyKey
from app.mass_replies.sql.idempotency import Record

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Any text of your own. Repeat it with the same body, and nothing is done a second time.",
        examples=["3f0c2c1e-6f0f-4a53-9a54-6a1a4f6d7a11"],
    ),
]


def read_key(caller: Caller, key: str | None, action: str, body: Body) -> IdempotencyKey | None:
    """Return the request's key, or None if it has none. `action` tells requests to different addresses apart."""
    if key is None:
        return None
    request = json.dumps([action, body.model_dump(mode="json")], sort_keys=True)
    return IdempotencyKey(caller.identity, key, hashlib.sha256(request.encode()).digest())


def replay(record: Record) -> Response:
    """Return the first response again. Raise IdempotencyInProgress if the first request has not been answered."""
    if record.status is None:
        raise IdempotencyInProgress
    return Response(record.answer, record.status, {"Idempotent-Replayed": "true"}, media_type="application/json")
