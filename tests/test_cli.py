"""The command line, in a process of its own, told by the environment."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from app.accounts.sql.api_keys import find_api_key, tenant_of_key
from app.cli import app as program
from app.domain.api_keys import read_key
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.words import TenantId
from app.store.database import Database
from tests.conftest import SECRET_KEY, create_tenant
from tests.forked import Done, run_command

Run = Callable[..., Done]


@pytest.fixture
def environment(database_url: str, owner_url: str) -> dict[str, str]:
    return {
        "MASS_REPLY_DATABASE_URL": database_url,
        "MASS_REPLY_OWNER_URL": owner_url,
        "MASS_REPLY_SECRET_KEY": SECRET_KEY,
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def run(*arguments: str, without: str | None = None, **changed: str) -> Done:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MASS_REPLY_")}
        told = {name: value for name, value in {**environment, **changed}.items() if name != without}
        return run_command(*arguments, environment=kept | told)

    return run


async def test_a_tenant_and_its_key_are_made_and_printed_alone(run: Run, database: Database) -> None:
    made = run("tenants", "create", "Example Ltd")
    assert made.returncode == 0, made.stderr
    tenant = TenantId(UUID(made.stdout.strip()))

    issued = run(
        *("keys", "create", "--tenant", str(tenant), "--role", "agent", "--role", "integration", "--name", "import"),
        *("--agent-id", "agent-7", "--agent-name", "Ann Lee", "--agent-email", "ann@example.test"),
    )
    assert issued.returncode == 0, issued.stderr
    presented = read_key(issued.stdout.strip())
    assert presented is not None

    async with database.begin(tenant) as tx:
        key = await find_api_key(tx, presented.id)
    assert key is not None
    assert key.why_refused(presented, datetime.now(UTC)) is None
    assert key.name == "import"
    assert key.roles == {Role.AGENT, Role.INTEGRATION}
    assert key.agent == Author("agent-7", "Ann Lee", "ann@example.test")

    assert run("keys", "revoke", presented.id.hex).returncode == 0
    assert await tenant_of_key(database, presented.id) == tenant
    async with database.begin(tenant) as tx:
        key = await find_api_key(tx, presented.id)
    assert key is not None
    assert key.why_refused(presented, datetime.now(UTC)) == "revoked"


async def test_migrating_twice_is_harmless_and_needs_no_secret_key(run: Run) -> None:
    done = run("migrate", without="MASS_REPLY_SECRET_KEY")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["migrate"], "MASS_REPLY_OWNER_URL"),
        (["migrate"], "MASS_REPLY_DATABASE_URL"),
        (["tenants", "create", "Example Ltd"], "MASS_REPLY_SECRET_KEY"),
        (["api"], "MASS_REPLY_DATABASE_URL"),
    ],
)
async def test_a_missing_setting_is_named(run: Run, arguments: list[str], missing: str) -> None:
    _assert_one_line(run(*arguments, without=missing), missing)


async def test_an_unknown_tenant_or_key_is_said(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "two-lines.ndjson"
    file.write_text("{}\n{}\n")
    nobody = "00000000-0000-7000-8000-000000000000"
    _assert_one_line(run("keys", "create", "--tenant", nobody, "--role", "admin"), "no such tenant")
    _assert_one_line(run("import", str(file), "--tenant", nobody), "no such tenant")
    _assert_one_line(run("keys", "revoke", nobody), "no such key")


@pytest.mark.parametrize("name", ["", "  "])
async def test_a_tenant_without_a_name_is_refused(run: Run, name: str) -> None:
    _assert_one_line(run("tenants", "create", name), "A tenant needs a name")


async def test_half_an_agent_is_refused(run: Run, tenant: UUID) -> None:
    half = run("keys", "create", "--tenant", str(tenant), "--role", "agent", "--agent-name", "Ann Lee")
    _assert_one_line(half, "--agent-id")


async def test_an_unknown_role_is_refused_naming_the_roles(run: Run, tenant: UUID) -> None:
    refused = run("keys", "create", "--tenant", str(tenant), "--role", "root")
    assert refused.returncode != 0
    assert refused.stdout == ""
    assert "supervisor" in refused.stderr


async def test_the_service_does_not_start_as_the_owner_of_the_schema(run: Run, owner_url: str) -> None:
    _assert_one_line(run("api", "--port", "0", MASS_REPLY_DATABASE_URL=owner_url), "mass-reply migrate")


async def test_a_database_that_is_not_there_is_one_line(run: Run, database_url: str) -> None:
    elsewhere = "postgresql://nobody@127.0.0.1:1/nothing"
    _assert_one_line(run("tenants", "create", "Example Ltd", MASS_REPLY_DATABASE_URL=elsewhere), "mass-reply: ")


def _assert_one_line(done: Done, said: str) -> None:
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


async def test_a_contact_is_erased_and_what_is_old_is_purged(run: Run, database: Database) -> None:
    tenant = TenantId(await create_tenant(database))
    async with database.begin(tenant) as tx:
        await tx.execute(
            sa.text("INSERT INTO contacts (tenant_id, external_id, name) VALUES (:tenant, 'u-1', 'Ann Lee')")
        )
    erased = run("contacts", "erase", "u-1", "--tenant", str(tenant))
    assert erased.stdout.endswith(": conversations 0, deliveries 0, of them cancelled 0\n"), erased.stderr
    counted = run("purge", "--older-than", "90d", "--dry-run")
    assert counted.returncode == 0, counted.stderr
    assert f"{tenant}: mass_replies 0, deliveries 0, receipts 0," in counted.stdout


SERVERS_OWN = ("sqlalchemy", "asyncpg", "fastapi", "uvicorn", "pydantic", "arq", "alembic", "aiohttp", "liquid")
IMPORTED = "import sys, app.cli; print(*[name for name in sys.argv[1:] if name in sys.modules])"


def test_a_client_imports_no_server() -> None:
    command = [sys.executable, "-c", IMPORTED, *SERVERS_OWN, "app.operations", "app.settings", "app.dev"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "\n"  # noqa: S603


SANDBOX = "import sys, app.worker, app.main, app.operations; print([m for m in sys.modules if m.startswith('app.dev')])"


def test_the_service_imports_no_sandbox() -> None:
    command = [sys.executable, "-c", SANDBOX]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"  # noqa: S603


async def test_the_version_is_printed_alone(run: Run) -> None:
    assert run("--version").stdout == f"mass-reply {version('mass-reply')}\n"


async def test_a_taken_port_is_named_in_one_line(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        _assert_one_line(
            run("api", "--port", str(port)), f"Port {port} on 127.0.0.1 is already in use. Choose another with --port."
        )


async def test_no_class_of_a_driver_reaches_a_person(run: Run, database_url: str) -> None:
    nowhere = re.sub(r"/[^/?]+[?]", "/no-such-database?", database_url)
    done = run("tenants", "create", "Example Ltd", MASS_REPLY_DATABASE_URL=nowhere)
    _assert_one_line(done, "no-such-database")
    assert "class" not in done.stderr


def test_ctrl_c_ends_a_command_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.dev.commands.demo", pressed)
    monkeypatch.setattr("app.client.commands.opened", pressed)
    access = {"MASS_REPLY_URL": "http://127.0.0.1:1", "MASS_REPLY_KEY": "mr_key"}
    for command in (["demo"], ["list"], ["send", "Hello"]):
        ended = CliRunner().invoke(program, command, env=access)
        assert (ended.exit_code, ended.output) == (130, "")
