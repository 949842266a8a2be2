"""A stage for each test."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from app.runtime import Runtime
from app.store.database import Database
from tests.conftest import create_tenant
from tests.delivery.stage import Stage, staged


@pytest.fixture
async def stage(runtime: Runtime, tenant: UUID) -> AsyncIterator[Stage]:
    async with staged(runtime, tenant) as stage:
        yield stage


@pytest.fixture
async def other(runtime: Runtime, database: Database) -> AsyncIterator[Stage]:
    """Another tenant's stage."""
    async with staged(runtime, await create_tenant(database)) as stage:
        yield stage
