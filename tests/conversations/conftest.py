"""An import, and accounts that its lines name."""

from uuid import UUID

import pytest

from app.runtime import Runtime
from app.store.database import Database
from tests.imports import Desk
from tests.scene import add_account, postmark, twilio


@pytest.fixture
async def accounts(runtime: Runtime, tenant: UUID) -> None:
    for make in (postmark, twilio):
        await add_account(runtime, tenant, make("https://api.example.com"))


@pytest.fixture
def desk(database: Database, tenant: UUID) -> Desk:
    return Desk(database, tenant)
