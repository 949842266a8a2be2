"""API keys. A routing row names a key's tenant: without it, no other row of the tenant can be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.api_keys import ApiKey
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.words import TenantId
from app.store.database import Database
from app.store.transactions import TenantTx
from app.tables import api_key_routes, api_keys


@dataclass(frozen=True, slots=True)
class NewKey:
    name: str
    roles: frozenset[Role]
    agent: Author | None
    expires_at: datetime | None
    digest: bytes = field(repr=False)
    made_by: frozenset[str] = frozenset()
    """The ids of its creator."""
    made_with: UUID | None = None
    """The key that created it."""


async def tenant_of_key(database: Database, key_id: UUID) -> TenantId | None:
    return await database.owner(api_key_routes.c.key_id, key_id)


_COLUMNS = (
    "id, name, roles, agent_id, agent_name, agent_email, secret_hash, created_at, expires_at, revoked_at, last_used_at"
)
_KEY_OF = sa.text(f"SELECT {_COLUMNS} FROM api_key_of(:tenant, :key)")  # noqa: S608 - the columns above


async def ask_for_api_key(database: Database, tenant: TenantId, key_id: UUID) -> ApiKey | None:
    """Return what `find_api_key` returns, by one statement without a transaction around it."""
    row = await database.ask(tenant, _KEY_OF, key=key_id)
    return None if row is None else _read(row)


async def find_api_key(tx: TenantTx, key_id: UUID) -> ApiKey | None:
    row = (await tx.execute(sa.select(api_keys).where(_is(tx.tenant, key_id)))).one_or_none()
    return None if row is None else _read(row)


async def list_api_keys(tx: TenantTx, *, older_than: UUID | None, limit: int) -> Sequence[ApiKey]:
    """Return the keys, newest first, revoked and expired ones included."""
    query = sa.select(api_keys).where(api_keys.c.tenant_id == tx.tenant).order_by(api_keys.c.id.desc()).limit(limit)
    if older_than is not None:
        query = query.where(api_keys.c.id < older_than)
    return [_read(row) for row in await tx.execute(query)]


async def insert_api_key(tx: TenantTx, new: NewKey) -> ApiKey:
    agent = new.agent or Author(id=None, name="")
    row = await tx.execute(
        sa.insert(api_keys)
        .values(
            tenant_id=tx.tenant,
            name=new.name,
            secret_hash=new.digest,
            roles=sorted(new.roles),
            agent_id=agent.id,
            agent_name=agent.name or None,
            agent_email=agent.email,
            expires_at=new.expires_at,
            made_by=sorted(new.made_by),
            made_with=new.made_with,
        )
        .returning(api_keys)
    )
    key = _read(row.one())
    await tx.execute(sa.insert(api_key_routes).values(key_id=key.id, tenant_id=tx.tenant))
    return key


async def revoke_api_key(tx: TenantTx, key_id: UUID) -> str | None:
    """Revoke a key permanently; the first revocation keeps its time. Return its name, or None for no such key."""
    name: str | None = await tx.scalar(
        sa.update(api_keys)
        .where(_is(tx.tenant, key_id))
        .values(revoked_at=sa.func.coalesce(api_keys.c.revoked_at, sa.func.now()))
        .returning(api_keys.c.name)
    )
    return name


_MAKERS = sa.text("""
    WITH RECURSIVE line AS (
        SELECT made_by, made_with FROM api_keys WHERE tenant_id = :tenant AND id = :key AND created_at >= :since
        UNION ALL
        SELECT k.made_by, k.made_with FROM line
        JOIN api_keys k ON k.tenant_id = :tenant AND k.id = line.made_with AND k.created_at >= :since)
    SELECT DISTINCT unnest(made_by) FROM line
""")


async def makers_since(tx: TenantTx, key_id: UUID, since: datetime) -> Sequence[str]:
    """Return the ids of a key's creator and of the keys that created it; none if it is older than a moment."""
    return list(await tx.scalars(_MAKERS, key=key_id, since=since))


_NOTE_USE = sa.text("""
    UPDATE api_keys SET last_used_at = now()
    WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM api_keys
                              WHERE tenant_id = :tenant AND id = :key FOR NO KEY UPDATE SKIP LOCKED)
""")


async def note_use(tx: TenantTx, key_id: UUID) -> None:
    """Store that a key was used just now, without waiting for other requests that do the same."""
    await tx.execute(_NOTE_USE, key=key_id)


def _is(tenant: TenantId, key_id: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(api_keys.c.tenant_id == tenant, api_keys.c.id == key_id)


def _read(row: sa.Row[*tuple[Any, ...]]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        roles=frozenset(map(Role, row.roles)),
        agent=None if row.agent_name is None else Author(row.agent_id, row.agent_name, row.agent_email),
        digest=row.secret_hash,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
