"""What Meta's Graph APIs share: calls, error codes, signatures, the question at set-up, files sent after a text.

Errors: https://developers.facebook.com/docs/graph-api/guides/error-handling
Webhooks: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import httpx
from pydantic import Field, SecretStr

from app.channels.account_config import AccountModel, HeaderSecret
from app.channels.credential_checks import judge_check
from app.channels.http import CALL_SECONDS, call_deadline
from app.channels.provider_calls import exchange
from app.channels.provider_responses import (
    CodeMeaning,
    Meaning,
    ProviderResponse,
    ReportedFailure,
    asked_to_wait,
    by_status,
    fault_of,
    one_line,
    refusal,
    throttled,
)
from app.domain.account_check import CheckResult, refused
from app.domain.channel_port import Limits, Uploaded, UploadResult
from app.domain.outbound import PAIR_RATE, AttachmentFile, Deferred, DroppedAttachment, Rejected, Unknown
from app.domain.provider_events import Webhook
from app.domain.words import ReasonCode

ApiVersion = Annotated[str, Field(pattern=r"^v\d{1,3}\.\d{1,2}$")]
ObjectId = Annotated[str, Field(pattern=r"^[0-9]{1,32}$")]
"""How Graph identifies a page, an Instagram account or a phone number."""

SIGNATURE: Final = "x-hub-signature-256"
DEFAULT_VERSION: Final = "v25.0"

_UPLOAD_SECONDS: Final = 60.0
_MARGIN_SECONDS: Final = 0.5
"""Time that a file's call leaves over, so that the accepted text is still recorded."""

Json = Mapping[str, Any]


class Credentials(AccountModel):
    access_token: HeaderSecret
    app_secret: HeaderSecret
    verify_token: HeaderSecret


@dataclass(frozen=True, slots=True)
class Graph:
    """Calls to the objects of one account."""

    http: httpx.AsyncClient = field(repr=False)
    address: str
    """Base URL, version and the sender's id."""
    access_token: SecretStr

    async def post(self, edge: str, body: Json, seconds: float | None = None) -> ProviderResponse | Deferred | Unknown:
        request = self.http.build_request("POST", f"{self.address}/{edge}", json=body, headers=self._headers)
        return await exchange(self.http, request, seconds=CALL_SECONDS if seconds is None else seconds)

    async def get(self, fields: str) -> ProviderResponse | Deferred | Unknown:
        """Read fields of the sender itself."""
        request = self.http.build_request("GET", self.address, params={"fields": fields}, headers=self._headers)
        return await exchange(self.http, request)

    async def upload(
        self, edge: str, fields: Mapping[str, str], name: str, file: AttachmentFile
    ) -> ProviderResponse | Deferred | Unknown:
        request = self.http.build_request(
            "POST",
            f"{self.address}/{edge}",
            data=fields,
            files={name: (file.filename, file.content, file.content_type)},
            headers=self._headers,
            timeout=_UPLOAD_SECONDS,
        )
        return await exchange(self.http, request, seconds=_UPLOAD_SECONDS)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token.get_secret_value()}"}


@dataclass(frozen=True, slots=True)
class GraphError:
    code: int
    subcode: int | None = None
    details: str | None = None
    is_transient: bool = False

    @classmethod
    def read(cls, error: object) -> "GraphError | None":
        """Read the error object of a response or webhook; None if it holds no code."""
        if not isinstance(error, dict) or not isinstance(error.get("code"), int):
            return None
        subcode, data = error.get("error_subcode"), error.get("error_data")
        details = data.get("details") if isinstance(data, dict) else None
        return cls(
            error["code"],
            subcode if isinstance(subcode, int) else None,
            one_line(details) if isinstance(details, str) and details else None,
            error.get("is_transient") is True,
        )


Code = int | tuple[int, int]
"""The code, or the code and its subcode when the subcode says more."""

MIXED: Final = frozenset({10, *range(200, 300)})
"""Codes about permissions. Their subcodes may be about one person or one thread."""

_PERMISSION: Final = Meaning(CodeMeaning.ACCOUNT, "a permission was not granted, or has been removed")
_MAYBE_PERSON: Final = Meaning(
    ReasonCode.PROVIDER_REJECTED, "a permission is missing, perhaps for this person alone", temporary=True
)
"""For a subcode that is in no table. It pauses no account; if many recipients meet it, the share of failures does."""


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """What the codes of one provider mean. The HTTP status does not decide: Meta uses several for one code."""

    provider: str
    meanings: Mapping[Code, Meaning]
    """`BUSY` means too many messages to this one recipient, who waits longer each time."""
    unclear: frozenset[Code]
    """Codes that do not say whether the message was sent."""
    source: str

    def judge(self, response: ProviderResponse) -> Rejected | Deferred | Unknown:
        """Judge a response that does not name a created message."""
        if response.ok:
            return Unknown(f"{self.provider} answered HTTP {response.status} without the id of a message.")
        error = GraphError.read(response.member("error"))
        if error is None:
            return throttled(response) if response.status == 429 else _without_code(response, self.provider)
        meaning = self.meaning(error)
        if meaning is None:
            return self._unlisted(error, response)
        words = self.words(error, meaning.words)
        if meaning.verdict is CodeMeaning.BUSY:
            return Deferred(PAIR_RATE, words)
        return replace(refusal(meaning, "", asked_to_wait(response)), detail=words)

    def failure(self, error: GraphError | None) -> ReportedFailure:
        """Return why a message failed that Meta had accepted."""
        if error is None:
            return ReportedFailure(
                ReasonCode.PROVIDER_REJECTED, f"{self.provider}: the message failed and no reason was given"
            )
        meaning = self.meaning(error) or _FAILED
        temporary = meaning.temporary or meaning.verdict in (CodeMeaning.ACCOUNT, CodeMeaning.QUOTA)
        return ReportedFailure(_afterwards(meaning.verdict), self.words(error, meaning.words), temporary)

    def account_fault(self, error: GraphError | None) -> Deferred | None:
        """Return what a failed message says about the account, or None."""
        meaning = None if error is None else self.meaning(error)
        if error is None or meaning is None:
            return None
        found = fault_of(meaning, "")
        return None if found is None else replace(found, detail=self.words(error, meaning.words))

    def meaning(self, error: GraphError) -> Meaning | None:
        """Return what an error says about the message, or None if it is not certain."""
        exact = (error.code, error.subcode or 0)
        if exact in self.meanings:
            return self.meanings[exact]
        if self.is_unclear(error):
            return None
        if error.code in MIXED:
            return _MAYBE_PERSON if error.subcode else _PERMISSION
        return self.meanings.get(error.code)

    def is_unclear(self, error: GraphError) -> bool:
        return error.code in self.unclear or (error.code, error.subcode or 0) in self.unclear

    def words(self, error: GraphError, words: str) -> str:
        code = f"{error.code}/{error.subcode}" if error.subcode else str(error.code)
        return f"{self.provider} {code}: {words}" + (f" ({error.details})" if error.details else "")

    def _unlisted(self, error: GraphError, response: ProviderResponse) -> Rejected | Deferred | Unknown:
        if self.is_unclear(error) or error.is_transient or not 400 <= response.status < 500:
            return Unknown(self.words(error, "an error that does not say whether the message went out"))
        if response.status == 429:
            return throttled(response)
        return Rejected(ReasonCode.PROVIDER_REJECTED, self.words(error, _FAILED.words), temporary=True)


_NOT_SEEN: Final = 100
"""Also for an object that does not exist, or that the token may not see (subcode 33)."""


async def check_sender(graph: Graph, errors: ErrorTable, number: str | None = None) -> CheckResult:
    """Check the account's token by reading the sender's id, and its phone number if that field is named."""
    response = await graph.get("id" if number is None else f"id,{number}")
    error = GraphError.read(response.member("error")) if isinstance(response, ProviderResponse) else None
    meaning = None if error is None else errors.meaning(error)
    if error is not None and meaning is not None and meaning.verdict is CodeMeaning.ACCOUNT:
        return refused(errors.words(error, meaning.words))
    if error is not None and error.code == _NOT_SEEN:
        return refused(errors.words(error, "the sender does not exist, or the token may not use it"))
    result, own = judge_check(response, errors.provider), None
    if number is not None and isinstance(response, ProviderResponse) and response.ok:
        own = response.member(number)
    return replace(result, own_address=own) if isinstance(own, str) and own else result


_FAILED: Final = Meaning(ReasonCode.PROVIDER_REJECTED, "the message was refused")


def _afterwards(verdict: ReasonCode | CodeMeaning) -> ReasonCode:
    """Return what a code means for a message that was accepted first: it has failed, whoever is to blame."""
    match verdict:
        case ReasonCode():
            return verdict
        case CodeMeaning.ACCOUNT:
            return ReasonCode.PROVIDER_REJECTED
        case CodeMeaning.QUOTA | CodeMeaning.THROTTLED | CodeMeaning.BUSY:
            return ReasonCode.UNREACHABLE


def _without_code(response: ProviderResponse, provider: str) -> Rejected | Deferred | Unknown:
    judged = by_status(response, provider)
    assert isinstance(judged, Rejected | Deferred | Unknown)  # noqa: S101 - no status alone accepts a message
    return judged


def read_upload(response: ProviderResponse | Deferred | Unknown, member: str, errors: ErrorTable) -> UploadResult:
    if not isinstance(response, ProviderResponse):
        return response
    media_id = response.text_member(member)
    return Uploaded(media_id) if response.ok and media_id else errors.judge(response)


SendFile = Callable[[AttachmentFile, int, float], Awaitable[str | None]]
"""Send the n-th file within the given seconds. Return why it was not sent, or None."""


async def send_files(files: Sequence[AttachmentFile], limits: Limits, send: SendFile) -> tuple[DroppedAttachment, ...]:
    """Send each file once, after the text. Return those that were not sent."""
    dropped = []
    for number, file in enumerate(files, 1):
        seconds = call_deadline() - asyncio.get_running_loop().time() - _MARGIN_SECONDS
        why = limits.why_dropped(file) or _not_ready(file, seconds) or await send(file, number, seconds)
        if why is not None:
            dropped.append(DroppedAttachment(file.filename, why))
    return tuple(dropped)


def _not_ready(file: AttachmentFile, seconds: float) -> str | None:
    if file.media_id is None:
        return "The file was not uploaded to the provider."
    return "There was no time left to send the file." if seconds <= 0 else None


# Webhooks


def is_signed(webhook: Webhook, app_secret: SecretStr) -> bool:
    """Check X-Hub-Signature-256, which covers the raw body: Meta writes `\u00e4` before it signs."""
    given = webhook.headers.get(SIGNATURE, "").encode(errors="replace")
    digest = hmac.new(app_secret.get_secret_value().encode(), webhook.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={digest}".encode(), given)


def answer_challenge(webhook: Webhook, verify_token: SecretStr) -> str | None:
    """Answer Meta's check of a callback URL. Return None if its verify token is not ours."""
    query = webhook.query
    given = query.get("hub.verify_token", "").encode(errors="replace")
    known = hmac.compare_digest(verify_token.get_secret_value().encode(), given)
    asked = webhook.method == "GET" and query.get("hub.mode") == "subscribe"
    return query.get("hub.challenge") if asked and known else None


def objects(value: object) -> Iterable[Json]:
    """Return the JSON objects in a list; nothing if it is not a list."""
    return (member for member in value if isinstance(member, dict)) if isinstance(value, list) else ()


def member(json_object: Json, name: str) -> Json:
    """Return a member that is a JSON object, or an empty one."""
    value = json_object.get(name)
    return value if isinstance(value, dict) else {}


def text(json_object: Json, name: str) -> str | None:
    value = json_object.get(name)
    return value if isinstance(value, str) and value else None


def number(value: object) -> int:
    """Read a count or a UNIX time from a number or its digits; 0 for anything else."""
    written = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= 18 else 0


def instant(value: object, *, per_second: int = 1) -> datetime | None:
    """Read a UNIX time from a number or its digits; None for anything else."""
    try:
        return datetime.fromtimestamp(int(value) / per_second, UTC) if isinstance(value, int | str) else None
    except (ValueError, OverflowError, OSError):
        return None


def fingerprint(event: Json) -> str:
    """Return a key for an event that has no id: the same key for the same content."""
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
