"""The whole service on one machine: PostgreSQL and Valkey, the provider sandbox, the API, workers, and a tenant in it.

The embedded servers are used, unless the environment names real ones.
"""

import asyncio
import json
import os
import secrets
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.accounts.tenants import create_tenant
from app.dev import servers
from app.dev.ports import own_port
from app.dev.sandbox.mail_server import server_class
from app.dev.subprocesses import Child, child
from app.dev.workdir import own_place, plain_folder
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.words import TenantId
from app.settings import load_migration_settings
from app.store.database import Database
from app.store.schema import migrate

TENANT = "Example Ltd"
AGENT = Author("agent-7", "Support team", "support@example.com")
DATABASE = "mass_reply"
ADDRESS = "address.json"
API_PORT = 8000
SANDBOX_PORT = 8025
SMTP_PORT = 8026


@dataclass(frozen=True, slots=True)
class Backing:
    """The database and the Redis that the stack uses."""

    database_url: str
    owner_url: str
    redis_url: str


@dataclass(frozen=True, slots=True)
class Access:
    """A tenant, and two keys for it."""

    tenant: TenantId
    admin_key: str
    agent_key: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack."""

    api_url: str
    sandbox_url: str
    smtp_port: int
    """The port of the sandbox's mail server, on this machine."""
    access: Access
    folder: Path
    children: tuple[Child, ...]
    moved: tuple[str, ...] = ()
    """A sentence for each part that is not on its usual port, because that was taken."""

    def check(self) -> None:
        """Raise StackFailed if any part has ended."""
        for each in self.children:
            each.check()


@dataclass(frozen=True, slots=True)
class Address:
    """What a command needs to look into a running stack."""

    api_url: str
    database_url: str
    tenant: str


def address_of(api_url: str, var: Path = Path("var")) -> Address | None:
    """Return the addresses of the stack whose API is at this URL, if it was started in this folder."""
    for path in plain_folder(var).glob(f"*/{ADDRESS}"):
        found = Address(**json.loads(path.read_text(encoding="utf-8")))
        if found.api_url == api_url.rstrip("/"):
            return found
    return None


def _leave_address(folder: Path, address: Address) -> None:
    """Store it for this user alone: the URL of a real database may hold a password."""
    path = folder / ADDRESS
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(address)), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Shape:
    """How to build a stack. Port 0 takes a free one, and so does a port that is taken."""

    workers: int = 1
    api_port: int = 0
    sandbox_port: int = 0
    smtp_port: int = 0


@contextmanager
def running_stack(shape: Shape, *, var: Path = Path("var")) -> Iterator[Stack]:
    """Start everything, wait until it is ready, and stop it all when the block ends, by Ctrl-C and SIGTERM too.

    Raise StackFailed or EmbeddedServersMissing, or SettingsInvalid if only some of the real servers are named.
    """
    server_class()  # if missing in the sandbox's process, only a log would say so
    with _stopped_by_signals(), ExitStack() as stack:
        folder = stack.enter_context(own_place(var))
        backing = stack.enter_context(_backing(folder))
        asyncio.run(migrate(backing.owner_url, backing.database_url))
        access = asyncio.run(_access(backing.database_url))
        started = _start(stack, shape, backing, access, folder)
        _leave_address(folder, Address(started.api_url, backing.database_url, str(access.tenant)))
        yield started


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Let SIGTERM and a closed terminal unwind the blocks as Ctrl-C does."""

    def stop(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = [(number, signal.signal(number, stop)) for number in (signal.SIGTERM, signal.SIGHUP)]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def _backing(folder: Path) -> Iterator[Backing]:
    with ExitStack() as stack:
        if os.environ.get("MASS_REPLY_DATABASE_URL") or os.environ.get("MASS_REPLY_OWNER_URL"):
            named = load_migration_settings()
            database_url, owner_url = named.database_url, named.owner_url
        else:
            server = stack.enter_context(servers.postgres(folder / "postgres", durable=False))
            asyncio.run(servers.create_database(server, DATABASE, fresh=True))
            database_url, owner_url = server.url(servers.RUNTIME, DATABASE), server.url(servers.OWNER, DATABASE)
        redis_url = os.environ.get("MASS_REPLY_REDIS_URL")
        yield Backing(database_url, owner_url, redis_url or stack.enter_context(servers.valkey(folder / "valkey")))


async def _access(database_url: str) -> Access:
    database = Database(database_url, pool_size=2)
    try:
        tenant = await create_tenant(database, TENANT)
        async with database.begin(tenant) as tx:
            admin = await issue_api_key(tx, KeyDraft("set-up", frozenset({Role.ADMIN})))
            agent = await issue_api_key(tx, KeyDraft("helpdesk", frozenset({Role.AGENT}), AGENT))
    finally:
        await database.close()
    return Access(tenant, str(admin.presented), str(agent.presented))


def _start(stack: ExitStack, shape: Shape, backing: Backing, access: Access, folder: Path) -> Stack:
    wanted = (shape.api_port, shape.sandbox_port, shape.smtp_port)
    api_port, sandbox_port, smtp_port = (stack.enter_context(own_port(port)) for port in wanted)
    api_url, sandbox_url = f"http://127.0.0.1:{api_port}", f"http://127.0.0.1:{sandbox_port}"
    variables = _environment(backing, api_url, folder)

    def start(name: str, module: str, *arguments: str) -> Child:
        return stack.enter_context(child(name, module, arguments, variables, folder))

    sandbox = start("sandbox", "app.dev.sandbox", "--port", str(sandbox_port), "--smtp-port", str(smtp_port))
    api = start("api", "app", "api", "--port", str(api_port))
    workers = [start(f"worker {number}", "app", "worker") for number in range(1, shape.workers + 1)]
    sandbox.wait_until_ready(sandbox_url)
    api.wait_until_ready(f"{api_url}/health/ready")
    got = zip(("API", "sandbox", "mail server"), wanted, (api_port, sandbox_port, smtp_port), strict=True)
    moved = tuple(f"Port {port} was taken: the {name} is at {now}." for name, port, now in got if port not in (0, now))
    return Stack(
        api_url=api_url,
        sandbox_url=sandbox_url,
        smtp_port=smtp_port,
        access=access,
        folder=folder,
        children=(sandbox, api, *workers),
        moved=moved,
    )


def _environment(backing: Backing, api_url: str, folder: Path) -> Mapping[str, str]:
    return {
        "MASS_REPLY_DATABASE_URL": backing.database_url,
        "MASS_REPLY_REDIS_URL": backing.redis_url,
        "MASS_REPLY_SECRET_KEY": os.environ.get("MASS_REPLY_SECRET_KEY") or secrets.token_urlsafe(32),
        "MASS_REPLY_PUBLIC_URL": api_url,
        "MASS_REPLY_ALLOW_PRIVATE_URLS": "true",  # the sandbox is on this machine
        "MASS_REPLY_ATTACHMENTS_URL": os.environ.get("MASS_REPLY_ATTACHMENTS_URL")
        or (folder / "attachments").resolve().as_uri(),
    }
