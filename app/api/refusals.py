"""Record refused requests in the tenant's audit log.

A credential that belongs to no tenant is only counted in the metrics. Anyone can cause refusals without limit, so the
entries are limited: one a minute for each caller, route and kind, and PER_TENANT for each tenant. The next entry of the
same kind says how many were left out.
"""

import time
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

import structlog
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from app.api.rate_limit import REMEMBERED, RateLimit
from app.domain.audit import NOBODY_KNOWN, Actor, AuditAction, AuditEntry
from app.domain.errors import Forbidden, MassReplyError, RateLimited, Unauthenticated
from app.domain.permissions import Caller
from app.domain.words import TenantId
from app.process.recently_used import RecentlyUsed
from app.store import audit
from app.store.database import Database

log = structlog.get_logger(__name__)

AGAIN_AFTER: Final = 60.0
"""Seconds before the same refusal is recorded again."""
PER_TENANT: Final = 20
"""Entries in one burst, and as many a minute after that."""


@dataclass(slots=True)
class _Seen:
    written_at: float
    left_out: int = 0


class Refusals:
    """Records the refusals of one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._limit = RateLimit(burst=PER_TENANT, interval=AGAIN_AFTER / PER_TENANT)
        self._seen = RecentlyUsed[Hashable, _Seen](REMEMBERED)

    async def note(self, request: Request, error: MassReplyError) -> None:
        """Record a refused request if its tenant is known. A failure to record changes nothing for the caller."""
        route = f"{request.method} {getattr(request.scope.get('route'), 'path', request.url.path)}"
        caller = getattr(request.state, "caller", None)
        if isinstance(error, Forbidden) and isinstance(caller, Caller):
            entry = AuditEntry(AuditAction.ACCESS_FORBIDDEN, route, details={"why": error.detail})
            await self._write(caller.tenant_id, caller.identity, Actor.of(caller), entry)
        elif isinstance(error, Unauthenticated) and error.key is not None:
            tenant, key_id = error.key
            entry = AuditEntry(AuditAction.CREDENTIAL_REFUSED, str(key_id), details={"route": route, "why": error.why})
            await self._write(tenant, key_id, NOBODY_KNOWN, entry)

    async def _write(self, tenant: TenantId, who: Hashable, actor: Actor, entry: AuditEntry) -> None:
        left_out = self._left_out(tenant, (tenant, who, entry.action, entry.object_id))
        if left_out is None:
            return
        details = {**entry.details, "left_out": left_out} if left_out else entry.details
        try:
            async with self._database.begin(tenant) as tx:
                await audit.record(tx, actor, AuditEntry(entry.action, entry.object_id, details=details))
        except (MassReplyError, SQLAlchemyError, OSError) as failure:
            log.warning("refusal_not_recorded", error=type(failure).__name__)

    def _left_out(self, tenant: TenantId, what: Hashable) -> int | None:
        """Return how many were left out since the last entry; None if this one is left out too."""
        now = time.monotonic()
        self._seen[what] = seen = self._seen.get(what) or _Seen(now - AGAIN_AFTER)
        try:
            if now - seen.written_at >= AGAIN_AFTER:
                self._limit.take(tenant)
                left_out, seen.left_out, seen.written_at = seen.left_out, 0, now
                return left_out
        except RateLimited:
            pass
        seen.left_out += 1
        return None
