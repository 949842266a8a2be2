"""`mass-reply accounts`: a list, and whether one of them works."""

import json
from dataclasses import replace
from uuid import UUID

from app.domain.permissions import Role
from app.runtime import Runtime
from tests.api.conftest import MakeKey
from tests.channels.raw_server import answering, serving
from tests.client.conftest import Run
from tests.scene import add_account, postmark


async def test_accounts_are_listed_and_one_is_tested_by_its_key(
    runtime: Runtime, tenant: UUID, run: Run, make_key: MakeKey
) -> None:
    key = await make_key(Role.ADMIN)
    async with serving(answering(200, {"ID": 1})) as server:
        await add_account(runtime, tenant, postmark(server.url))
        listed = await run("accounts", MASS_REPLY_KEY=key)
        [name] = [
            account["key"] for account in json.loads((await run("accounts", "--json", MASS_REPLY_KEY=key)).stdout)
        ]
        tested = await run("accounts", "test", name, MASS_REPLY_KEY=key)
    assert (listed.exit_code, tested.exit_code) == (0, 0), tested.output
    assert name in listed.stdout
    assert tested.stdout.startswith("Postmark accepts the credentials.\n")
    assert "Nobody has called back yet." in tested.stdout

    async with serving(answering(401, {"ErrorCode": 10})) as server:
        await add_account(runtime, tenant, replace(postmark(server.url), key="other"))
        refused = await run("accounts", "test", "other", "--json", MASS_REPLY_KEY=key)
    assert refused.exit_code == 5
    assert json.loads(refused.stdout)["credentials"] == "refused"
    assert (await run("accounts", "test", MASS_REPLY_KEY=key)).exit_code == 2
