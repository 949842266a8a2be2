"""Errors as callers see them: RFC 9457 problem details, and the one table from an error's class to its status.

`type` is `urn:mass-reply:problem:<code>`: a name and not an address, as section 3.1.1 of the RFC allows, so that it
means the same wherever the service runs. `code` repeats its last part. A problem never repeats a submitted value.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app.attachments.files import FilesUnavailable
from app.domain import errors
from app.domain.errors import Fault, MassReplyError
from app.domain.fault_texts import fault_text
from app.domain.json_reader import json_pointer, no_such_field
from app.store.overload import DatabaseAway, overload_of

log = structlog.get_logger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
_TYPE: Final = "urn:mass-reply:problem:"
MOST_FAULTS: Final = 50
"""Faults listed in one problem. A body may hold 10,000 wrong ids; the first few show what to mend."""
REFUSAL: Final = "refusal"
"""The key of a request's `Refusal` in its state."""


class InvalidJson(MassReplyError):
    """The body is not valid JSON."""

    code = "invalid_json"


class MethodNotAllowed(MassReplyError):
    """This address does not allow that method."""

    code = "method_not_allowed"


class BodyTooLarge(MassReplyError):
    """The body is larger than this address accepts."""

    code = "body_too_large"


class EncodingNotTaken(MassReplyError):
    """The body is compressed. Send it uncompressed, without a Content-Encoding."""

    code = "encoding_not_taken"


class BodyTooSlow(MassReplyError):
    """The body did not arrive in time."""

    code = "body_too_slow"


class NotReady(MassReplyError):
    """The service cannot do its work at the moment."""

    code = "not_ready"


STATUS: Mapping[type[MassReplyError], HTTPStatus] = {
    errors.MassReplyError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    InvalidJson: HTTPStatus.BAD_REQUEST,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    EncodingNotTaken: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    BodyTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    NotReady: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""By family: an error that is not listed has the status of its nearest listed base class."""

_FRAMEWORK: Mapping[int, type[MassReplyError]] = {
    HTTPStatus.BAD_REQUEST: InvalidJson,
    HTTPStatus.NOT_FOUND: errors.NotFound,
    HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: BodyTooLarge,
}
"""Our errors for the statuses that the framework itself raises."""


class FaultResponse(BaseModel):
    pointer: str = Field(description="JSON Pointer (RFC 6901) into the body; for a parameter `/` and its name.")
    code: str
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = Field(examples=[f"{_TYPE}not_found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such object."])
    code: str = Field(examples=["not_found"])
    errors: list[FaultResponse] = []


def status_of(kind: type[MassReplyError]) -> HTTPStatus:
    return next(STATUS[base] for base in kind.__mro__ if base in STATUS)


def problem(error: MassReplyError) -> Problem:
    """Return an error as a problem. `title` is the same for every occurrence of a code."""
    faults, count = error.faults, len(error.faults)
    beyond = ""
    if count > MOST_FAULTS and not error.lists_every_fault:
        faults, beyond = faults[:MOST_FAULTS], f" The first {MOST_FAULTS} of {count:,} faults are listed."
    return Problem(
        type=_TYPE + error.code,
        title=error.code.replace("_", " ").capitalize(),
        status=status_of(type(error)),
        detail=error.detail + beyond,
        code=error.code,
        errors=[FaultResponse(pointer=f.pointer, code=f.code, detail=f.detail) for f in faults],
    )


class RefusedBody(HTTPException):
    """An error that is raised while a body is read: FastAPI turns any other exception into a 400 there."""

    def __init__(self, error: MassReplyError) -> None:
        super().__init__(status_of(type(error)))
        self.error = error


class ProblemResponse(JSONResponse):
    """A problem as a response. It stores its `Refusal` in the request's state, for the metrics."""

    media_type = MEDIA_TYPE

    def __init__(self, error: MassReplyError) -> None:
        body = problem(error)
        super().__init__(body.model_dump(), body.status, _headers(error))
        self._refusal = Refusal(error.code, getattr(error, "limit", error.code))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[REFUSAL] = self._refusal
        await super().__call__(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A problem as the metrics count it: its code, and the limit that was reached."""

    code: str
    limit: str


def problem_response(error: MassReplyError) -> JSONResponse:
    return ProblemResponse(error)


def _headers(error: MassReplyError) -> dict[str, str]:
    match error:
        case errors.Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case EncodingNotTaken():
            return {"Accept-Encoding": "identity"}  # RFC 9110 section 15.5.16
        case errors.RateLimited(wait=wait) | errors.Overloaded(wait=wait):
            return {"Retry-After": str(math.ceil(wait.total_seconds()))}
        case _:
            return {}


def problems(*expected: type[MassReplyError]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` of a route that needs a credential: the errors of every such route, and these."""
    common = (errors.Unauthenticated, errors.Forbidden, errors.InvalidRequest, errors.RateLimited, errors.Overloaded)
    return only_problems(*common, *expected)


def only_problems(*expected: type[MassReplyError]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` of a public route: these errors alone."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for kind in expected:
        status = status_of(kind)
        response = by_status.setdefault(int(status), _described(status))
        response["content"][MEDIA_TYPE]["examples"][kind.__name__] = {"value": problem(kind()).model_dump()}
    return by_status


def _described(status: HTTPStatus) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": schema, "examples": {}}}}


def add_problem_handlers(app: FastAPI) -> None:
    app.add_exception_handler(MassReplyError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(FilesUnavailable, _on_no_storage)
    for failure in (SQLAlchemyError, ConnectionError, DatabaseAway):
        app.add_exception_handler(failure, _on_failure)


async def _on_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MassReplyError)  # noqa: S101 - narrows for mypy: it is registered for this class
    if isinstance(error, errors.Unauthenticated | errors.Forbidden):
        await request.app.state.refusals.note(request, error)
    elif isinstance(error, errors.Overloaded):
        log.warning("overloaded", limit=error.limit)
    return problem_response(error)


async def _on_failure(request: Request, error: Exception) -> JSONResponse:
    """Return a 503 if the database is overloaded or unreachable. Raise any other error: it is a bug of ours."""
    overload = overload_of(error)
    if overload is None:
        raise error
    return await _on_error(request, overload)


async def _on_no_storage(_: Request, error: Exception) -> JSONResponse:
    return problem_response(NotReady(f"The attachment storage cannot be used ({error})."))


async def _on_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - narrows for mypy: it is registered for this class
    if isinstance(error, RefusedBody):
        return problem_response(error.error)
    kind = _FRAMEWORK.get(error.status_code, MassReplyError)
    response = problem_response(kind())
    response.headers.update(error.headers or {})
    return response


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows for mypy: it is registered for this class
    found = error.errors()
    if any(fault["type"] == "json_invalid" for fault in found):
        return problem_response(InvalidJson())
    faults = [Fault(_pointer(f["loc"], f["type"], error.body), f["type"], _detail(f, request)) for f in found]
    return problem_response(errors.InvalidRequest(faults=faults))


def _detail(fault: Mapping[str, Any], request: Request) -> str:
    """Return the fault in words. For an unknown field, list the fields that exist."""
    kind, loc = fault["type"], fault["loc"]
    if kind == "extra_forbidden" and len(loc) == 2:
        body = getattr(request.scope.get("route"), "body_field", None)
        return no_such_field(getattr(body and body.field_info.annotation, "model_fields", ()))
    return fault_text(kind, fault["msg"])


def _pointer(loc: Sequence[int | str], kind: str, body: Any) -> str:
    part, *path = loc
    steps = _steps(path, kind, body) if part == "body" else path
    return json_pointer(steps)


def _steps(path: Sequence[int | str], kind: str, node: Any) -> Iterator[int | str]:
    """Yield the steps that lead through the body. Pydantic also names the branch of a union that it tried."""
    for index, step in enumerate(path):
        is_last = index == len(path) - 1
        if isinstance(node, Mapping) and step in node:
            node = node[str(step)]
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        elif not (is_last and kind == "missing"):
            continue
        yield step
