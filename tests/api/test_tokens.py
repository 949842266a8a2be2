"""Tokens of the helpdesk's identity provider in place of an API key."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from jwt.algorithms import RSAAlgorithm

from app.domain.permissions import GRANTS, Role
from app.main import create_app
from app.settings import Settings
from tests.api.conftest import MakeKey, bearer
from tests.api.issuer import (
    AUDIENCE,
    ISSUER,
    SECRET,
    Provider,
    b64,
    by_nobody,
    by_rsa,
    by_rsa_pss,
    by_secret,
    compact,
    person,
)
from tests.api.test_auth import assert_refused
from tests.channels.raw_server import serving
from tests.table import table

TOKENS = {"jwt_issuer": ISSUER, "jwt_audience": AUDIENCE}


@asynccontextmanager
async def calling(settings: Settings, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(**(settings.model_dump() | TOKENS | changes)))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.test") as client,
    ):
        yield client


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider()


@pytest.fixture(scope="module")
def stranger() -> Provider:
    """Somebody with keys of their own, under the same names."""
    return Provider()


@pytest.fixture
async def with_keys(settings: Settings, provider: Provider) -> AsyncIterator[httpx.AsyncClient]:
    """An installation that verifies by the provider's public keys."""
    async with (
        serving(provider.serve) as server,
        calling(settings, jwt_jwks_url=f"{server.url}/jwks.json") as client,
    ):
        yield client


@pytest.fixture
async def with_secret(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """An installation that shares a secret with the provider."""
    async with calling(settings, jwt_secret=SECRET) as client:
        yield client


def hs256(claims: dict[str, Any], secret: str = SECRET, **header: Any) -> str:
    return compact({"alg": "HS256", **header}, claims, by_secret(secret.encode()))


@pytest.mark.parametrize("algorithm", ["rs256", "es256"])
async def test_a_token_stands_for_its_user(
    with_keys: httpx.AsyncClient, provider: Provider, tenant: UUID, algorithm: str
) -> None:
    me = await with_keys.get("/me", headers=bearer(getattr(provider, algorithm)(person(tenant))))
    assert me.json() == {
        "tenant": str(tenant),
        "user": {"id": "agent-7", "name": "Ann Lee", "email": "ann@example.test"},
        "key": None,
        "roles": ["agent"],
        "permissions": ["conversations:read", "mass_replies:send"],
    }


async def test_a_shared_secret_does_as_well(with_secret: httpx.AsyncClient, tenant: UUID) -> None:
    me = await with_secret.get("/me", headers=bearer(hs256(person(tenant), kid="any name")))
    assert (me.status_code, me.json()["user"]["id"]) == (200, "agent-7")


async def test_api_keys_go_on_to_work(with_keys: httpx.AsyncClient, make_key: MakeKey) -> None:
    me = await with_keys.get("/me", headers=bearer(await make_key(Role.VIEWER, name="helpdesk")))
    assert me.json()["key"]["name"] == "helpdesk"
    await assert_refused(with_keys, bearer("mr_" + "0" * 32))


async def test_without_settings_for_it_no_token_is_taken(
    anonymous: httpx.AsyncClient, provider: Provider, tenant: UUID
) -> None:
    await assert_refused(anonymous, bearer(provider.rs256(person(tenant))))


@pytest.mark.parametrize("role", Role)
async def test_a_tokens_role_holds_its_permissions_and_no_other(
    with_secret: httpx.AsyncClient, tenant: UUID, role: Role
) -> None:
    me = await with_secret.get("/me", headers=bearer(hs256(person(tenant, roles=[role]))))
    assert set(me.json()["permissions"]) == GRANTS[role]
    keys = await with_secret.get("/api-keys", headers=bearer(hs256(person(tenant, roles=[role]))))
    assert keys.status_code == (200 if role is Role.ADMIN else 403)


@pytest.mark.parametrize("roles", [None, [], "", "owner", ["owner", 7, None], {"agent": True}, 5])
async def test_a_token_without_a_role_of_ours_may_nothing(
    with_secret: httpx.AsyncClient, tenant: UUID, roles: object
) -> None:
    for path in ("/me", "/mass-replies"):
        answer = await with_secret.get(path, headers=bearer(hs256(person(tenant, roles=roles))))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_token_sees_its_own_tenant_only(
    with_secret: httpx.AsyncClient, make_key: MakeKey, tenant: UUID
) -> None:
    created = await with_secret.put("/snippets/hello", headers=bearer(await make_key(Role.ADMIN)), json={"text": "Hi"})
    assert created.is_success
    own = await with_secret.get("/snippets", headers=bearer(hs256(person(tenant))))
    assert len(own.json()["items"]) == 1
    await assert_refused(with_secret, bearer(hs256(person(uuid4()))))


async def test_the_claims_may_have_other_names(settings: Settings, tenant: UUID) -> None:
    names = {
        "jwt_claim_tenant": "https://helpdesk.example.com/tenant",
        "jwt_claim_user": "helpdesk.user_id",
        "jwt_claim_name": "nickname",
        "jwt_claim_roles": "realm_access.roles",
    }
    claims = person(tenant, tenant=None, roles=None, nickname="Ann") | {
        "https://helpdesk.example.com/tenant": str(tenant),
        "helpdesk": {"user_id": 7},
        "realm_access": {"roles": "openid supervisor"},
    }
    async with calling(settings, jwt_secret=SECRET, **names) as client:
        me = (await client.get("/me", headers=bearer(hs256(claims)))).json()
    assert me["user"] == {"id": "7", "name": "Ann", "email": "ann@example.test"}
    assert me["roles"] == ["supervisor"]


@pytest.mark.parametrize("off", [20, -20])
async def test_clocks_may_differ_a_little(with_secret: httpx.AsyncClient, tenant: UUID, off: int) -> None:
    now = int(time.time())
    claims = person(tenant, exp=now + off if off < 0 else now + 600, nbf=now + off)
    assert (await with_secret.get("/me", headers=bearer(hs256(claims)))).status_code == 200


Forge = Callable[[Provider, Provider, UUID], str]
NOW = time.time


def changed(**changes: Any) -> Forge:
    """A token that the provider itself signed, with other claims."""
    return lambda true, _, tenant: true.rs256(person(tenant, **changes))


def headed(**header: Any) -> Forge:
    """A token that the provider itself signed, with another header."""
    return lambda true, _, tenant: true.rs256(person(tenant), **header)


def cut(change: Callable[[list[str]], list[str]]) -> Forge:
    """A token of which the parts were changed after it was signed."""
    return lambda true, _, tenant: ".".join(change(true.rs256(person(tenant)).split(".")))


def own_key(header_name: str) -> Forge:
    """Signed by a stranger, whose key the token brings along or points to."""

    def forge(_: Provider, other: Provider, tenant: UUID) -> str:
        jwk = RSAAlgorithm.to_jwk(other.rsa_key.public_key(), as_dict=True)
        return other.rs256(person(tenant), **{header_name: jwk if header_name == "jwk" else "https://bad.example.test"})

    return forge


FORGED: dict[str, Forge] = {
    "not a token": lambda *_: "not-a-token",
    "nothing but dots": lambda *_: "..",
    "no signature, alg none": lambda _, __, t: compact({"alg": "none"}, person(t), by_nobody),
    "alg none, the provider's kid": lambda p, _, t: compact({"alg": "none", "kid": p.rsa_kid}, person(t), by_nobody),
    "alg NonE": lambda p, _, t: compact({"alg": "NonE", "kid": p.rsa_kid}, person(t), by_nobody),
    "no alg": lambda p, _, t: compact({"kid": p.rsa_kid}, person(t), by_rsa(p.rsa_key)),
    "alg a list": headed(alg=["RS256"]),
    "alg in small letters": headed(alg="rs256"),
    "HS256 by the public key": lambda p, _, t: compact(
        {"alg": "HS256", "kid": p.rsa_kid}, person(t), by_secret(p.public_pem())
    ),
    "HS256 by the modulus": lambda p, _, t: compact(
        {"alg": "HS256", "kid": p.rsa_kid}, person(t), by_secret(p.jwks()[0]["n"].encode())
    ),
    "HS256 by a symmetric key in the set": lambda _, __, t: compact(
        {"alg": "HS256", "kid": "symmetric"}, person(t), by_secret(b"0" * 32)
    ),
    "RS256 header over an HMAC": lambda p, _, t: compact(
        {"alg": "RS256", "kid": p.rsa_kid}, person(t), by_secret(p.public_pem())
    ),
    "RS512 by the right key": lambda p, _, t: compact(
        {"alg": "RS512", "kid": p.rsa_kid}, person(t), by_rsa(p.rsa_key, hashes.SHA512())
    ),
    "PS256 by the right key": lambda p, _, t: compact(
        {"alg": "PS256", "kid": p.rsa_kid}, person(t), by_rsa_pss(p.rsa_key)
    ),
    "ES256 under the name of the RSA key": lambda p, _, t: p.es256(person(t), kid=p.rsa_kid),
    "RS256 under the name of the EC key": lambda p, _, t: p.rs256(person(t), kid=p.ec_kid),
    "another's RSA key": lambda _, other, t: other.rs256(person(t)),
    "another's EC key": lambda _, other, t: other.es256(person(t)),
    "an EC signature of noughts": lambda p, _, t: compact(
        {"alg": "ES256", "kid": p.ec_kid}, person(t), lambda _: bytes(64)
    ),
    "a key for encryption": headed(kid="for-encryption"),
    "an unknown kid": headed(kid="rsa-0"),
    "no kid": headed(kid=None),
    "a kid that is a path": headed(kid="../../../../dev/null"),
    "a kid that is a statement": headed(kid="x' UNION SELECT 'secret"),
    "a kid that is an object": headed(kid={"kid": "rsa-1"}),
    "brings its own key": own_key("jwk"),
    "points to its own keys": own_key("jku"),
    "points to its own certificate": own_key("x5u"),
    "an extension that is critical": headed(crit=["exp"], exp=0),
    "the one critical extension that libraries know": headed(crit=["b64"], b64=True),
    "crit without b64": headed(b64=False),
    "another issuer": changed(iss="https://login.example.test.evil.test/"),
    "an issuer that only begins alike": changed(iss=ISSUER.rstrip("/")),
    "issuers in a list": changed(iss=[ISSUER]),
    "no issuer": changed(iss=None),
    "another audience": changed(aud="another-service"),
    "audiences without ours": changed(aud=["another-service", "mass-reply-2"]),
    "an empty audience": changed(aud=[]),
    "no audience": changed(aud=None),
    "expired": changed(exp=int(NOW()) - 60),
    "expires in words": changed(exp="tomorrow"),
    "expires in infinity": changed(exp=float("inf")),
    "never expires": changed(exp=None),
    "not valid yet": changed(nbf=int(NOW()) + 600),
    "issued in the future": changed(iat=int(NOW()) + 600),
    "no user": changed(sub=None),
    "an empty user": changed(sub=""),
    "a user that cannot be kept": changed(sub="agent\x00"),
    "no tenant": changed(tenant=None),
    "a tenant that is no id": changed(tenant="example-ltd"),
    "a tenant that does not exist": changed(tenant=str(UUID(int=7))),
    "claims that are a list": lambda p, _, t: compact(
        {"alg": "RS256", "kid": p.rsa_kid}, [person(t)], by_rsa(p.rsa_key)
    ),
    "claims without a signature": cut(lambda parts: parts[:2]),
    "an empty signature": cut(lambda parts: [*parts[:2], ""]),
    "half a signature": cut(lambda parts: [*parts[:2], parts[2][: len(parts[2]) // 2]]),
    "a fourth part": cut(lambda parts: [*parts, parts[2]]),
    "other claims than were signed": cut(lambda parts: [parts[0], b64(b'{"roles": ["admin"]}'), parts[2]]),
    "a header that is no JSON": cut(lambda parts: [b64(b"\xff{"), *parts[1:]]),
    "longer than any": lambda p, _, t: p.rs256(person(t, name="x" * 20_000)),
}


@table
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_token_is_refused_like_any_other(
    with_keys: httpx.AsyncClient, provider: Provider, stranger: Provider, tenant: UUID, forge: Forge
) -> None:
    await assert_refused(with_keys, bearer(forge(provider, stranger, tenant)))
    honest = await with_keys.get("/me", headers=bearer(provider.rs256(person(tenant))))
    assert honest.status_code == 200


FORGED_SECRETS: dict[str, Forge] = {
    "another secret": lambda _, __, t: hs256(person(t), SECRET + "!"),
    "an empty secret": lambda _, __, t: hs256(person(t), ""),
    "alg none": lambda _, __, t: compact({"alg": "none"}, person(t), by_nobody),
    "hs256 in small letters": lambda _, __, t: hs256(person(t), alg="hs256"),
    "RS256 by a real key": lambda p, _, t: p.rs256(person(t)),
    "ES256 by a real key": lambda p, _, t: p.es256(person(t)),
    "another issuer": lambda _, __, t: hs256(person(t, iss="https://elsewhere.example.test/")),
    "expired": lambda _, __, t: hs256(person(t, exp=int(NOW()) - 60)),
}


@pytest.mark.parametrize("forge", FORGED_SECRETS.values(), ids=FORGED_SECRETS)
async def test_a_token_not_made_with_the_secret_is_refused(
    with_secret: httpx.AsyncClient, provider: Provider, stranger: Provider, tenant: UUID, forge: Forge
) -> None:
    await assert_refused(with_secret, bearer(forge(provider, stranger, tenant)))


async def test_a_person_has_one_quota_whatever_their_token(settings: Settings, tenant: UUID) -> None:
    async with calling(settings, jwt_secret=SECRET, requests_per_minute=2) as client:
        tokens = [hs256(person(tenant, jti=str(number))) for number in range(3)]
        answers = [await client.get("/me", headers=bearer(token)) for token in tokens]
        another = await client.get("/me", headers=bearer(hs256(person(tenant, sub="agent-8"))))
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert another.status_code == 200
