"""Automation rules, and the log of their runs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from app.api.automation_schemas import RuleBody, RuleResponse, RunResponse, SavedRuleResponse
from app.api.deps import Administrator, RuntimeDep
from app.api.paging import PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import Listing
from app.automation.rules import delete_rule, get_rule, runs_of, save_rule
from app.automation.sql.rules import list_rules
from app.domain.audit import Actor
from app.domain.errors import NotFound

router = APIRouter(prefix="/automation-rules", tags=["automation rules"], route_class=CallerFirst)

RuleKey = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["announced"])]


@router.put("/{key}", responses={201: {"model": SavedRuleResponse}, **problems()})
async def put_automation_rule(
    key: RuleKey, body: RuleBody, caller: Administrator, runtime: RuntimeDep, response: Response
) -> SavedRuleResponse:
    """Create or replace a rule. A new or newly enabled rule runs on the events from now on."""
    saved = await save_rule(
        runtime.database,
        runtime.vault,
        caller.tenant_id,
        key,
        body.to_draft(),
        Actor.of(caller),
        allow_private=runtime.settings.allow_private_urls,
    )
    response.status_code = status.HTTP_201_CREATED if saved.is_new else status.HTTP_200_OK
    return SavedRuleResponse.saved(saved)


@router.get("", responses=problems())
async def get_automation_rules(caller: Administrator, runtime: RuntimeDep, page: PageDep) -> Listing[RuleResponse]:
    """List the rules by key, the order in which they run on an event."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        found = await list_rules(tx, after=page.after(str), limit=page.limit + 1)
    return page.listing(found, lambda stored: stored.rule.key, RuleResponse.of)


@router.get("/{key}", responses=problems(NotFound))
async def get_automation_rule(key: RuleKey, caller: Administrator, runtime: RuntimeDep) -> RuleResponse:
    """Return a rule, and how its last runs went."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        return RuleResponse.of(await get_rule(tx, key))


@router.delete("/{key}", status_code=status.HTTP_204_NO_CONTENT, response_class=Response, responses=problems(NotFound))
async def delete_automation_rule(key: RuleKey, caller: Administrator, runtime: RuntimeDep) -> None:
    """Delete a rule and its log. Its changes stay; webhooks that have not been called yet are not called."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        await delete_rule(tx, key, Actor.of(caller))


@router.get("/{key}/runs", responses=problems(NotFound))
async def get_automation_rule_runs(
    key: RuleKey, caller: Administrator, runtime: RuntimeDep, page: PageDep
) -> Listing[RunResponse]:
    """List the runs of a rule, newest first: one for each conversation, with the outcome of each action."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        found = await runs_of(tx, key, before=page.after(UUID), limit=page.limit + 1)
    return page.listing(found, lambda logged: logged.id, RunResponse.of)
