"""`/automation-rules`: what may be said, who may say it, and what is shown."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from dirty_equals import IsDatetime

from app.automation import rules
from app.automation.model import MAX_ACTIONS, ActionType, RuleAction, RuleDraft, Trigger, TriggerType
from app.automation.rules import refuse_private_urls
from app.channels import signed_post
from app.domain.errors import InvalidRequest
from app.domain.permissions import Role
from app.main import create_app
from app.settings import Settings
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.automation.conftest import Desk, note, tag
from tests.conftest import create_tenant

PAGE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "rules.md"
RULE: dict[str, Any] = {
    "name": "Told",
    "enabled": True,
    "trigger": {"type": "status.changed", "from": ["done"], "to": ["active", "snoozed"]},
    "conditions": {"tags": {"any": ["vip"]}},
    "actions": [{"type": "add_tag", "tag": "told"}, {"type": "assign_team", "team": None}],
}
NEVER_RAN = {"failing": False, "recent_runs": 0, "recent_failures": 0, "last_run_at": None, "last_failure": None}


async def test_a_rule_is_made_replaced_listed_read_and_deleted(client: httpx.AsyncClient) -> None:
    made = await client.put("/automation-rules/told", json=RULE)
    assert made.status_code == 201
    times = {"created_at": IsDatetime(iso_string=True), "updated_at": IsDatetime(iso_string=True)}
    assert made.json() == {"key": "told", **RULE, **NEVER_RAN, **times, "webhook_secret": None}
    replaced = await client.put("/automation-rules/told", json={**RULE, "name": "Other", "conditions": None})
    assert (replaced.status_code, replaced.json()["name"]) == (200, "Other")
    read = (await client.get("/automation-rules/told")).json()
    assert read == {name: value for name, value in replaced.json().items() if name != "webhook_secret"}
    assert (await client.get("/automation-rules")).json() == {"items": [read], "next_cursor": None}

    assert (await client.delete("/automation-rules/told")).status_code == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/runs")):
        assert (await client.request(method, f"/automation-rules/told{path}")).status_code == 404


async def test_the_guide_s_example_is_a_rule(client: httpx.AsyncClient) -> None:
    example = PAGE.read_text(encoding="utf-8").partition("-d '\n")[2].partition("\n'")[0]
    answer = await client.put("/automation-rules/announced", json=json.loads(example))
    assert answer.status_code == 201, answer.text


async def test_every_fault_is_named_at_once(client: httpx.AsyncClient) -> None:
    faults = await _faults(client, trigger={"type": "?"}, conditions={"status": ["?"]}, actions=[])
    assert faults == [
        ("/trigger/type", "unknown_value"),
        ("/conditions/status/0", "unknown_value"),
        ("/actions", "empty"),
    ]
    assert await _faults(client, actions=[_hook("ftp://example.com")]) == [("/actions/0/url", "invalid_url")]


async def test_a_rule_without_actions_is_told_so(client: httpx.AsyncClient) -> None:
    answer = await client.put("/automation-rules/told", json={**RULE, "actions": []})
    assert [fault["detail"] for fault in answer.json()["errors"]] == ["A rule needs an action."]


async def _faults(client: httpx.AsyncClient, **changes: Any) -> list[tuple[str, str]]:
    answer = await client.put("/automation-rules/told", json={**RULE, **changes})
    assert answer.status_code == 422
    assert (await client.get("/automation-rules/told")).status_code == 404
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


async def test_a_webhook_at_a_private_address_is_refused_when_it_is_typed(
    settings: Settings, make_key: MakeKey
) -> None:
    public_only = create_app(settings.model_copy(update={"allow_private_urls": False}))
    headers = bearer(await make_key(Role.ADMIN))
    async with (
        public_only.router.lifespan_context(public_only),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(public_only), base_url="http://api.example.test", headers=headers
        ) as client,
    ):
        for url in ("http://127.0.0.1/x", "http://[::1]/", "http://10.0.0.7:8080/", "http://169.254.169.254/latest"):
            assert await _faults(client, actions=[_hook(url)]) == [("/actions/0/url", "invalid_url")]


async def test_names_are_looked_up_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    all_asked = asyncio.Barrier(MAX_ACTIONS)

    async def addresses(host: str) -> list[str]:
        await all_asked.wait()
        return ["10.0.0.7" if host.startswith("inside") else "1.1.1.1"]

    monkeypatch.setattr(signed_post, "_addresses", addresses)
    hosts = ["inside.example.com", *["hooks.example.com"] * (MAX_ACTIONS - 2), "inside.example.test"]
    actions = [RuleAction(ActionType.CALL_WEBHOOK, f"https://{host}/") for host in hosts]
    draft = RuleDraft("Told", True, Trigger(TriggerType.MESSAGE_SENT), None, actions)
    async with asyncio.timeout(10):
        with pytest.raises(InvalidRequest) as refused:
            await refuse_private_urls(draft, allow_private=False)
    assert [fault.pointer for fault in refused.value.faults] == ["/actions/0/url", f"/actions/{MAX_ACTIONS - 1}/url"]


def _hook(url: str) -> dict[str, str]:
    return {"type": "call_webhook", "url": url}


async def test_only_an_administrator_has_anything_to_do_with_rules(
    anonymous: httpx.AsyncClient, client: httpx.AsyncClient, make_key: MakeKey, database: Database
) -> None:
    await client.put("/automation-rules/told", json=RULE)
    for role in set(Role) - {Role.ADMIN}:
        headers = bearer(await make_key(role))
        for method, path in (("GET", ""), ("GET", "/told"), ("GET", "/told/runs"), ("DELETE", "/told")):
            answer = await anonymous.request(method, f"/automation-rules{path}", headers=headers)
            assert answer.status_code == 403, (role, method, path)
    stranger = bearer(await make_key(Role.ADMIN, owner=await create_tenant(database)))
    assert (await anonymous.get("/automation-rules/told/runs", headers=stranger)).status_code == 404
    assert (await anonymous.delete("/automation-rules/told", headers=stranger)).status_code == 404


async def test_saving_and_deleting_are_in_the_audit_log_without_what_may_be_secret(client: httpx.AsyncClient) -> None:
    url = "https://hooks.example.com/very-secret-path"
    await client.put("/automation-rules/told", json={**RULE, "actions": [_hook(url), note("Ask Ann.")]})
    await client.delete("/automation-rules/told")
    deleted, saved = (await client.get("/audit-log")).json()["items"][:2]
    assert (saved["action"], deleted["action"]) == ("automation_rule.saved", "automation_rule.deleted")
    assert saved["object_id"] == deleted["object_id"] == "told"
    assert "secret-path" not in str(saved)
    assert "Ask Ann" not in str(saved)


async def test_there_is_an_end_to_rules(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_RULES", 2)
    answers = [(await client.put(f"/automation-rules/r{n}", json=RULE)).status_code for n in (1, 2, 3, 2)]
    assert answers == [201, 201, 422, 200]


async def test_the_log_is_read_in_pages_the_newest_first(desk: Desk) -> None:
    await desk.rule("tagged", "tag.added", note("x"))
    conversation = await desk.conversation()
    for name in ("a", "b", "c"):
        await desk.is_tagged(conversation, name)
    await desk.run()
    path = "/automation-rules/tagged/runs"
    first = (await desk.client.get(path, params={"limit": 2})).json()
    second = (await desk.client.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    ids = [run["id"] for run in first["items"] + second["items"]]
    assert (len(ids), ids, second["next_cursor"]) == (3, sorted(ids, reverse=True), None)


async def test_the_sweeper_sees_that_there_are_rules_and_not_what_they_say(desk: Desk) -> None:
    await desk.rule("told", "tag.added", tag("x"))
    async with desk.runtime.database.begin_sweep() as tx:
        await tx.execute(sa.text("SELECT tenant_id, enabled FROM automation_rules"))
    for statement in ("SELECT name FROM automation_rules", "SELECT url FROM automation_calls"):
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            async with desk.runtime.database.begin_sweep() as tx:
                await tx.execute(sa.text(statement))
