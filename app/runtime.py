"""The only composition root: settings in; database, channels and queue out; closed in reverse order.

The API and the workers open the same runtime, so that they cannot drift apart in pools or time-outs.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from app.domain.callbacks import Callbacks
from app.settings import Settings
from app.store.credentials import Vault
from app.store.database import Database


@dataclass(frozen=True, slots=True)
class Runtime:
    settings: Settings
    database: Database
    vault: Vault
    callbacks: Callbacks


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Connect to everything. Raises UnsafeRole where the database login could see more than one tenant at a time."""
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url, pool_size=settings.database_pool_size)
        stack.push_async_callback(database.close)
        await database.refuse_unsafe_role()
        secret_key = settings.secret_key.get_secret_value()
        yield Runtime(settings, database, Vault(secret_key), Callbacks(settings.public_url, secret_key))
