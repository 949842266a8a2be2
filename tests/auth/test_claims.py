"""What the claims of a token mean."""

from typing import Any
from uuid import UUID

import pytest

from app.auth.claims import ClaimNames, find_claim, read_identity
from app.domain.outbound import Author
from app.domain.permissions import Role

TENANT = UUID("01890000-0000-7000-8000-000000000001")
NAMES = ClaimNames("tenant", "sub", "name", "email", "roles")


def read_user(**claims: Any) -> Author | None:
    identity = read_identity({"tenant": str(TENANT), "sub": "agent-7", **claims}, NAMES)
    return None if identity is None else identity.user


def read_roles(roles: object) -> frozenset[Role]:
    identity = read_identity({"tenant": str(TENANT), "sub": "agent-7", "roles": roles}, NAMES)
    assert identity is not None
    return identity.roles


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("sub", "agent-7"),
        ("realm_access.roles", ["agent"]),
        ("https://desk.example.test/tenant", "t-1"),
        ("https://desk.example.test/app.tenant", "t-2"),
        ("resource.mass-reply.example.test.roles", ["admin"]),
        ("realm_access.sub", None),
        ("sub.name", None),
        ("nothing", None),
        ("nothing.at.all", None),
        (".", None),
    ],
)
def test_a_claim_is_found_by_its_name_or_by_a_path(path: str, found: object) -> None:
    claims = {
        "sub": "agent-7",
        "realm_access": {"roles": ["agent"]},
        "https://desk.example.test/tenant": "t-1",
        "https://desk.example.test/app": "a claim that is not an object",
        "https://desk.example.test/app.tenant": "t-2",
        "resource": {"mass-reply.example.test.roles": ["admin"]},
    }
    assert find_claim(claims, path) == found


def test_a_user_without_a_name_goes_by_their_id() -> None:
    assert read_user() == Author("agent-7", "agent-7", None)


@pytest.mark.parametrize("unusable", ["", "x" * 500, "Ann\x00", "\ud800", ["Ann"], True, 1.5])
def test_a_name_or_address_that_cannot_be_kept_is_left_out(unusable: object) -> None:
    assert read_user(name=unusable, email=unusable) == Author("agent-7", "agent-7", None)


@pytest.mark.parametrize("unusable", [None, "", "x" * 201, "agent\x00", ["agent-7"], {}, False, 1.5])
def test_a_user_needs_a_usable_id(unusable: object) -> None:
    assert read_user(sub=unusable) is None


def test_a_user_may_have_a_number() -> None:
    assert read_user(sub=4711) == Author("4711", "4711", None)


@pytest.mark.parametrize("unusable", [None, "", "example-ltd", 7, [str(TENANT)], str(TENANT)[:-1] + "g"])
def test_a_tenant_is_named_by_its_id(unusable: object) -> None:
    assert read_user(tenant=unusable) is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["agent"], {Role.AGENT}),
        ("agent", {Role.AGENT}),
        ("openid agent  supervisor", {Role.AGENT, Role.SUPERVISOR}),
        (["agent", "agent", "offline_access"], {Role.AGENT}),
        (["Agent", "ADMIN", " admin"], set()),
        (["agent supervisor"], set()),
        ([["admin"], {"admin": True}, None, 1], set()),
        ({"admin": True}, set()),
        (None, set()),
        (True, set()),
    ],
)
def test_roles_are_a_list_or_words_and_unknown_ones_are_ignored(said: object, meant: set[Role]) -> None:
    assert read_roles(said) == meant
