"""Health checks for monitoring. They are public, and name no tenant."""

import asyncio
from enum import StrEnum
from typing import Literal

from fastapi import APIRouter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.api.deps import RuntimeDep
from app.api.problems import NotReady, only_problems
from app.api.routing import CallerFirst
from app.api.schemas import ResponseBody
from app.monitoring.sql.health import postgres_answers

router = APIRouter(prefix="/health", tags=["health"], route_class=CallerFirst)

PATIENCE_SECONDS = 2.0


class Reach(StrEnum):
    OK = "ok"
    UNREACHABLE = "unreachable"
    NOT_CONFIGURED = "not_configured"


class Alive(ResponseBody):
    status: Literal["alive"] = "alive"


class Ready(ResponseBody):
    status: Literal["ready"] = "ready"
    postgres: Literal[Reach.OK] = Reach.OK
    redis: Reach


@router.head("/live", include_in_schema=False)
@router.get("/live")
async def live() -> Alive:
    """Return 200 if the process runs."""
    return Alive()


@router.head("/ready", include_in_schema=False)
@router.get("/ready", responses=only_problems(NotReady))
async def ready(runtime: RuntimeDep) -> Ready:
    """Return 200 if PostgreSQL answers, else 503. Redis is only reported: nothing is lost without it."""
    is_up, redis = await asyncio.gather(
        postgres_answers(runtime.database, within_seconds=PATIENCE_SECONDS), _reach_redis(runtime.settings.redis_url)
    )
    if not is_up:
        raise NotReady("PostgreSQL does not answer, or has not been migrated.")
    return Ready(redis=redis)


async def _reach_redis(url: str | None) -> Reach:
    if url is None:
        return Reach.NOT_CONFIGURED
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), Redis.from_url(url) as redis:
            await redis.ping()
    except (OSError, TimeoutError, RedisError, ValueError):  # ValueError: not a Redis URL
        return Reach.UNREACHABLE
    return Reach.OK
