"""Use cases of setting up: API keys."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.api_keys import SECRET_BYTES, ApiKey, PresentedKey, digest
from app.domain.messaging import Author
from app.domain.model import TenantId
from app.domain.permissions import Role
from app.store.api_keys import NewKey, insert_api_key


@dataclass(frozen=True, slots=True)
class KeyDraft:
    name: str
    roles: frozenset[Role]
    agent: Author | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    key: ApiKey
    presented: PresentedKey
    """The key as its owner writes it. It is stored nowhere."""


async def issue_api_key(connection: AsyncConnection, tenant: TenantId, draft: KeyDraft) -> IssuedKey:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    new = NewKey(draft.name, draft.roles, draft.agent, draft.expires_at, digest(secret))
    key = await insert_api_key(connection, tenant, new)
    return IssuedKey(key, PresentedKey(key.id, secret))
