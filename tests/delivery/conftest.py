"""A stage for each test."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from app.runtime import Runtime
from app.store.database import Database
from tests.conftest import create_tenant
from tests.delivery.stage import Stage, make_stage


@pytest.fixture
async def stage(runtime: Runtime, tenant: UUID) -> AsyncIterator[Stage]:
    stage = await make_stage(runtime, tenant)
    yield stage
    # Claims that a test leaves would fill a sweep of the next one.
    await stage.runs("UPDATE deliveries SET lease_until = 'infinity' WHERE status = 'sending'")


@pytest.fixture
async def other(runtime: Runtime, database: Database) -> Stage:
    """Another tenant's stage."""
    return await make_stage(runtime, await create_tenant(database))
