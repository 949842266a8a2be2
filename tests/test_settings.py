"""Settings that the service can work with, and what is said of those that it cannot."""

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app.runtime import open_runtime
from app.settings import MigrationSettings, Settings, SettingsInvalid, load_settings
from tests.conftest import SECRET_KEY
from tests.forked import run_command

NEEDED = {"database_url": "postgresql://nobody@/nothing", "secret_key": SECRET_KEY}
COMPOSE = YAML(typ="safe").load(Path(__file__).parents[1] / "docker-compose.yml")["services"]


def names(settings: type[Settings | MigrationSettings]) -> set[str]:
    return {f"MASS_REPLY_{field.upper()}" for field in settings.model_fields}


def test_nothing_may_be_declared_unsent_within_a_minute_of_its_claim() -> None:
    assert load_settings(**NEEDED).settles_after == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lease", "PT4S"),
        ("settle_slack", "-PT1S"),
        ("pump_budget", "PT0S"),
        ("pump_budget", "PT11S"),
        ("confirm_within", "-PT5M"),
        ("confirm_within", "0"),
        ("send_within", "PT0S"),
        ("purge_unconfirmed_after", "-P7D"),
        ("events_kept", "PT1H"),
        ("log_level", "LOUD"),
        ("database_url", "mysql://nobody:hidden@db.example.test/x"),
        ("database_url", "db.example.test"),
        ("database_url", "postgresql://nobody:hidden@db.example.test:hidden/x"),
        ("owner_url", "sqlite://"),
        ("public_url", "notaurl"),
        ("public_url", "ftp://desk.example.test"),
        ("public_url", "https://"),
        ("public_url", "https://desk.example.test:https"),
        ("public_url", "https://desk.example.test/?a=b"),
        ("cors_origins", "foo"),
        ("cors_origins", "https://desk.example.test, https://other.example.test/"),
        ("cors_origins", "https://Desk.example.test"),
        ("embed_origins", "*"),
    ],
)
def test_what_the_service_cannot_work_with_is_refused_by_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for needed, given in (NEEDED | {name: value}).items():
        monkeypatch.setenv(f"MASS_REPLY_{needed.upper()}", given)
    with pytest.raises(SettingsInvalid, match=rf"\AMASS_REPLY_{name.upper()}: .+\Z") as refused:
        load_settings()
    assert "hidden" not in str(refused.value)


def test_a_misspelled_setting_is_refused_and_what_others_set_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client has settings of its own, Kubernetes sets some for each Service, and people make URLs of parts."""
    of_services = ("API_PORT", "API_PORT_80_TCP", "API_SERVICE_HOST", "METRICS_SERVICE_PORT", "DATABASE_PORT")
    for name in ("URL", "KEY", *of_services, "DATABASE_USER", "OWNER_USER", "ATTACHMENTS_KEY", "SECRET_KEY_FILE"):
        monkeypatch.setenv(f"MASS_REPLY_{name}", "tcp://10.0.0.1:80")
    assert load_settings(**NEEDED) == Settings.model_validate(NEEDED)
    monkeypatch.setenv("MASS_REPLY_CORS_ORIGNS", "https://desk.example.test")
    with pytest.raises(SettingsInvalid, match=r"\AMASS_REPLY_CORS_ORIGNS: .* MASS_REPLY_CORS_ORIGINS meant\?\Z"):
        load_settings(**NEEDED)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        (
            "database_url",
            "postgres://nobody:a#b@db.example.test:5432/x",
            "postgres://nobody:a#b@db.example.test:5432/x",
        ),
        ("database_url", "postgresql://nobody@/x?host=/run/postgresql", "postgresql://nobody@/x?host=/run/postgresql"),
        ("log_level", "debug", "DEBUG"),
        ("public_url", "https://desk.example.test:8443/mass-reply/", "https://desk.example.test:8443/mass-reply"),
        ("cors_origins", "http://[::1]:3000, app://desk", ("http://[::1]:3000", "app://desk")),
        ("cors_origins", "*", ("*",)),
        ("trusted_proxies", "10.0.0.5, 192.168.0.0/16", ("10.0.0.5/32", "192.168.0.0/16")),
    ],
)
def test_what_it_can_work_with_is_taken(name: str, value: str, read: object) -> None:
    assert getattr(load_settings(**NEEDED | {name: value}), name) == read


def test_an_empty_setting_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in names(Settings):
        monkeypatch.setenv(name, "")
    assert load_settings(**NEEDED) == Settings.model_validate(NEEDED)
    with pytest.raises(SettingsInvalid, match=r"MASS_REPLY_DATABASE_URL: .*; MASS_REPLY_SECRET_KEY: "):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("redis_url", "http://x"),
        ("redis_url", "redis://cache.example.test:hidden/0"),
        ("redis_url", "redis://cache.example.test/hidden"),
        ("attachments_url", "/tmp/x"),  # noqa: S108 - no path is taken
        ("attachments_url", "file://attachments"),
        ("attachments_url", "file:attachments"),
        ("attachments_url", "file:///proc/nope"),
        ("attachments_url", "s3://"),
        ("database_url", "postgresql://nobody:hidden@127.0.0.1:1/nothing"),
        ("database_url", "postgresql://nobody:hidden@127.0.0.1:1/nothing?sslmode=require"),
        ("database_url", "postgresql://nobody:hidden@127.0.0.1:1/nothing?ssl=perhaps"),
    ],
)
async def test_an_address_that_leads_nowhere_is_refused_by_name(settings: Settings, name: str, value: str) -> None:
    wrong = settings.model_copy(update={name: value})
    with pytest.raises(SettingsInvalid, match=rf"\AMASS_REPLY_{name.upper()}: .+\Z") as refused:
        async with open_runtime(wrong):
            pass
    assert "hidden" not in str(refused.value)


def test_a_worker_whose_port_is_taken_ends_with_one_line(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = {
            "MASS_REPLY_DATABASE_URL": database_url,
            "MASS_REPLY_SECRET_KEY": SECRET_KEY,
            "MASS_REPLY_METRICS_PORT": str(taken.getsockname()[1]),
        }
        done = run_command("worker", environment=os.environ | told)
    assert done.returncode == 1
    assert done.stderr.startswith("mass-reply: MASS_REPLY_METRICS_PORT")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("service", ["api", "worker"])
def test_compose_hands_every_setting_to_the_service_but_the_address_of_the_owner(service: str) -> None:
    assert handed_on(service) == names(Settings) - {"MASS_REPLY_OWNER_URL"}


def test_compose_hands_those_of_migrating_to_migrate() -> None:
    assert handed_on("migrate") == names(MigrationSettings)


def test_what_the_compose_file_does_not_decide_is_handed_on_as_it_is() -> None:
    decided = {name for name in names(Settings) if COMPOSE["api"]["environment"].get(name) is not None}
    assert decided == {
        "MASS_REPLY_DATABASE_URL",
        "MASS_REPLY_REDIS_URL",
        "MASS_REPLY_SECRET_KEY",
        "MASS_REPLY_PUBLIC_URL",
        "MASS_REPLY_ATTACHMENTS_URL",
        "MASS_REPLY_METRICS_PORT",
        "MASS_REPLY_METRICS_HOST",
    }


def handed_on(service: str) -> set[str]:
    return {name for name in COMPOSE[service]["environment"] if name.startswith("MASS_REPLY_")}
