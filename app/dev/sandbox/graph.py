"""What the providers behind Meta's Graph API share: authentication, errors, uploads, signed calls, reply windows."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from aiohttp import BodyPartReader, web

from app.dev.sandbox.accounts import ProviderAccount, ProviderAccounts
from app.dev.sandbox.journal import JournalEntry, ProviderError
from app.dev.sandbox.provider import CallRefused, InboundMessage, Post

REPLY_WINDOW: Final = timedelta(hours=24)
BAD_TOKEN: Final = ProviderError(401, 190, "Error validating access token.")
BAD_JSON: Final = ProviderError(400, 100, "The body is not a JSON object.")


def admit(accounts: ProviderAccounts, provider: str, request: web.Request) -> ProviderAccount | None:
    """Return the account in a call's path, if the caller has its bearer token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    account = accounts.admit(provider, request.match_info["sender"])
    if account is None or scheme != "Bearer" or not token:
        return None
    known = not account.access_token or hmac.compare_digest(account.access_token.encode(), token.encode())
    return account if known else None


def refusal(problem: ProviderError) -> web.Response:
    """https://developers.facebook.com/docs/graph-api/guides/error-handling. A code may be `10/2018278`."""
    code, _, subcode = str(problem.code).partition("/")
    error = {"message": f"(#{code}) {problem.text}", "type": "OAuthException", "code": int(code), "fbtrace_id": "A"}
    if subcode:
        error["error_subcode"] = int(subcode)
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
    return web.json_response({"error": error}, status=problem.status, headers=headers)


def json_body(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise CallRefused(BAD_JSON)
    return parsed


def member(json_object: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = json_object.get(name)
    return value if isinstance(value, dict) else {}


def signed_post(account: ProviderAccount, body: Mapping[str, Any]) -> Post:
    """https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads

    Non-ASCII characters are escaped before signing, as Meta does.
    """
    content = json.dumps(body, ensure_ascii=True).encode()
    digest = hmac.new(account.secret.encode(), content, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}
    return Post(account.callback_url, content, headers)


def reports(entry: JournalEntry, kinds: Sequence[str]) -> Sequence[str]:
    """Return the receipts of a message, if its account has a callback URL and a secret to sign them."""
    account = entry.message.account
    return kinds if account.callback_url and account.secret else ()


class Windows:
    """When each played customer last wrote. For anybody else the window is open."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], datetime] = {}

    def note(self, inbound: InboundMessage) -> None:
        key = (inbound.account.identity, inbound.sender)
        self._last[key] = max(inbound.at, self._last.get(key, inbound.at))

    def is_closed(self, account: ProviderAccount, recipient: str, window: timedelta = REPLY_WINDOW) -> bool:
        last = self._last.get((account.identity, recipient))
        return last is not None and datetime.now(UTC) - last >= window


@dataclass(frozen=True, slots=True)
class UploadForm:
    """The fields of an upload's form, and its file."""

    fields: Mapping[str, str]
    filename: str
    content_type: str
    size: int


async def read_upload(request: web.Request) -> UploadForm | None:
    """Read a multipart form with one file; None for anything else."""
    if not request.content_type.startswith("multipart/"):
        return None
    fields: dict[str, str] = {}
    file: UploadForm | None = None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        content = await part.read()
        if part.filename:
            file = UploadForm(fields, part.filename, part.headers.get("Content-Type", ""), len(content))
        else:
            fields[part.name] = content.decode(errors="replace")
    return file


class UploadedFiles:
    """Uploaded files, by account. An id is never given twice."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], UploadForm] = {}

    def keep(self, account: ProviderAccount, upload: UploadForm) -> str:
        media_id = str(uuid4().int)[:16]
        self._kept[account.identity, media_id] = upload
        return media_id

    def has(self, account: ProviderAccount, media_id: object) -> bool:
        return (account.identity, str(media_id)) in self._kept
