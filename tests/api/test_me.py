"""`GET /me`: a frontend asks it what to show."""

import httpx
from dirty_equals import IsUUID

from app.domain.outbound import Author
from app.domain.permissions import Role
from tests.api.conftest import MakeKey, bearer


async def test_it_says_who_the_key_is_and_what_it_may_do(
    anonymous: httpx.AsyncClient, make_key: MakeKey, tenant: object
) -> None:
    answer = await anonymous.get("/me", headers=bearer(await make_key(Role.AGENT, name="helpdesk")))
    assert answer.status_code == 200
    assert answer.json() == {
        "tenant": str(tenant),
        "user": None,
        "key": {"id": IsUUID, "name": "helpdesk"},
        "roles": ["agent"],
        "permissions": ["conversations:read", "mass_replies:send"],
    }


async def test_a_key_bound_to_an_agent_speaks_for_that_agent(anonymous: httpx.AsyncClient, make_key: MakeKey) -> None:
    key = await make_key(Role.AGENT, agent=Author("agent-7", "Ann Lee", "ann@example.test"))
    answer = await anonymous.get("/me", headers=bearer(key))
    assert answer.json()["user"] == {"id": "agent-7", "name": "Ann Lee", "email": "ann@example.test"}
