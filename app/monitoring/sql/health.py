"""The health check of PostgreSQL and its schema."""

import asyncio

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.store.database import Database
from app.tables import api_key_routes


async def postgres_answers(database: Database, *, within_seconds: float) -> bool:
    try:
        async with asyncio.timeout(within_seconds), database.begin_routing() as tx:
            await tx.execute(sa.select(api_key_routes.c.key_id).limit(0))
    except (OSError, TimeoutError, SQLAlchemyError):
        return False
    return True
