"""Attacks that held, kept: every role at every door, and another tenant at everything that is somebody's.

Both are generated from the description of the API, so that a new operation is attacked from its first day.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.channels.signed_post import check_url
from app.domain.permissions import GRANTS, Permission, Role
from app.store.database import Database
from app.tables import INSTALLATION_TABLES, ROUTING_TABLES, metadata
from tests.api.conftest import MakeKey, bearer, other_client, other_tenant, stored_rows
from tests.api.routes import guarded_routes
from tests.mass_replies.conftest import BODY, Stage
from tests.table import table

__all__ = ["other_client", "other_tenant"]

Operation = tuple[str, str, Mapping[str, Any]]
PARAMETER: Final = re.compile(r"\{(\w+)\}")
GUARDED_PREFIXES: Final = ("/callbacks", "/chat", "/health", "/metrics")
"""Not behind a key: they have doors of their own, with tests of their own."""


def operations(app: FastAPI) -> Iterator[Operation]:
    for path, described in app.openapi()["paths"].items():
        if not path.startswith(GUARDED_PREFIXES):
            for method, operation in described.items():
                yield method.upper(), path, operation


def needed(app: FastAPI) -> dict[tuple[str, str], Permission | None]:
    return {(method, shape(path)): permission for method, path, permission in guarded_routes(app)}


def shape(path: str) -> str:
    """A path without the names of its parameters."""
    return re.sub(r"\{.*?\}", "*", path)


async def test_every_role_passes_only_the_doors_that_its_permissions_open(
    app: FastAPI, anonymous: httpx.AsyncClient, make_key: MakeKey
) -> None:
    keys = {role: bearer(await make_key(role)) for role in Role}
    permissions = needed(app)
    tried = 0
    for method, path, _ in operations(app):
        permission = permissions[method, shape(path)]
        url = PARAMETER.sub(str(uuid4()), path)
        assert (await anonymous.request(method, url, json={})).status_code == 401, (method, path)
        for role, headers in keys.items():
            answer = await anonymous.request(method, url, json={}, headers=headers)
            allowed = permission is None or permission in GRANTS[role]
            assert (answer.status_code == 403) is not allowed, (method, path, role, answer.text)
            assert answer.status_code < 500, (method, path, role, answer.text)
            assert answer.status_code != 401, (method, path, role)
            tried += 1
    assert tried >= 5 * len(permissions) - 5 * len(Role)


@pytest.fixture
async def belongings(stage: Stage, anonymous: httpx.AsyncClient) -> Mapping[str, str]:
    """One of each thing that a path may name, by the path's beginning."""
    client = stage.client
    batch = (await client.post("/mass-replies", json=BODY)).json()
    [conversation] = await stage.read("SELECT id FROM conversations ORDER BY id LIMIT 1")
    [contact] = await stage.read("SELECT external_id FROM contacts ORDER BY id LIMIT 1")
    key = (await client.post("/api-keys", json={"name": "own", "roles": ["viewer"]})).json()
    hook = {"url": "https://desk.example.test/hook"}
    rule = {"name": "r", "trigger": {"type": "message.sent"}, "actions": [{"type": "add_tags", "tags": ["x"]}]}
    for path, body in (
        ("/snippets/own", {"text": "Ours"}),
        ("/webhook-endpoints/own", hook),
        ("/automation-rules/own", rule),
    ):
        answer = await client.put(path, json=body)
        assert answer.status_code < 500, answer.text
    return {
        "/mass-replies": batch["id"],
        "/conversations": str(conversation.id),
        "/contacts": contact.external_id,
        "/api-keys": key["id"],
        "/channel-accounts": "email",
        "/snippets": "own",
        "/webhook-endpoints": "own",
        "/automation-rules": "own",
    }


BODIES: Final[Mapping[str, Any]] = {
    "/mass-replies/{id}/confirm": {"recipient_count": 6},
    "/mass-replies/{id}/reject": {"reason": "no"},
    "/conversations/{conversation_id}/customer-messages": {"text": "Hello?"},
    "/webhook-endpoints/{key}/replay": {"from": (datetime.now(UTC) - timedelta(hours=1)).isoformat()},
    "/mass-replies/{id}/resolve": {"conversation_ids": [str(uuid4())], "outcome": "sent", "reason": "seen"},
    "/snippets/{shortcode}": {"text": "Theirs"},
    "/webhook-endpoints/{key}": {"url": "https://thief.example.test/hook"},
}


async def everything(database: Database, tenant: UUID) -> dict[str, str]:
    tables = set(metadata.tables) - ROUTING_TABLES - INSTALLATION_TABLES - {"tenants"}
    return {table: await stored_rows(database, tenant, table) for table in sorted(tables)}


async def test_another_tenant_finds_nothing_and_changes_nothing(
    app: FastAPI,
    database: Database,
    tenant: UUID,
    belongings: Mapping[str, str],
    other_client: httpx.AsyncClient,
) -> None:
    before = await everything(database, tenant)
    secrets = [belongings[name] for name in ("/mass-replies", "/conversations", "/api-keys", "/contacts")]
    tried = 0
    for method, path, _ in operations(app):
        owner = next((start for start in belongings if path.startswith(start + "/")), None)
        url = PARAMETER.sub(belongings[owner], path) if owner and PARAMETER.search(path) else path
        answer = await other_client.request(method, url, json=BODIES.get(path, {}))
        assert answer.status_code < 500, (method, path, answer.text)
        assert not any(secret in answer.text for secret in secrets), (method, path)
        if url != path and method != "PUT":
            assert answer.status_code in (404, 422), (method, path, answer.text)
            assert answer.status_code == 404 or method == "POST", (method, path, answer.text)
            tried += answer.status_code == 404
        if url != path and method == "PUT" and answer.is_success:  # a thing of their own, under the same name
            assert (await other_client.delete(url)).status_code == 204
    assert tried > 15
    assert await everything(database, tenant) == before


HOSTILE: Final = [
    *(
        f"http://{host}/"
        for host in (
            *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "0.0.0.0", "localhost"),  # noqa: S104
            *("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "192.0.0.192", "198.18.0.1"),
            *("168.63.129.16", "192.88.99.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "100.100.100.200"),
            *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[3fff::1]"),
            *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::1]"),
            *("[2001:db8::1]", "[2001::1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[2606:4700::5efe:7f00:1]"),
        )
    ),
    *(f"http://1.1.1.1:{port}/" for port in (0, 22, 25, 110, 2375, 3306, 5432, 6379, 9200, 11211, 27017, 65536)),
    *("file:///etc/passwd", "ftp://1.1.1.1/", "gopher://1.1.1.1/", "//1.1.1.1/", "http:///x", "javascript:1", ""),
    *("http://user:pass@1.1.1.1/", "http://1.1.1.1#fragment", "http://1.1.1.1@127.0.0.1/", "http://1.1.1.1\\@[::1]/"),
]


@table
@pytest.mark.parametrize("url", HOSTILE)
async def test_a_hostile_address_is_refused_when_it_is_typed(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        await check_url(url, allow_private=False)


@pytest.mark.parametrize("url", ["https://1.1.1.1/hook", "https://1.1.1.1:8443/a?b=c", "https://[2606:4700::1111]/"])
async def test_an_ordinary_address_is_taken(url: str) -> None:
    assert await check_url(url, allow_private=False) == url
