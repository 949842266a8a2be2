"""Request and response bodies of automation rules.

`app/automation/rule_json.py` validates and describes what a rule holds.
"""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from app.api.filter_schema import DescribedBy, Filter
from app.api.schemas import Body, Flag, Name, ResponseBody
from app.automation.model import (
    HEALTH_SAMPLE,
    ActionOutcome,
    ActionType,
    LoggedRun,
    RuleDraft,
    RunOutcome,
    StoredRule,
    TriggerType,
    UnreadableRule,
)
from app.automation.rule_json import Actions, AnyTrigger, parse_rule, write_rule
from app.automation.rules import SavedRule

TriggerJson = Annotated[JsonValue, DescribedBy(AnyTrigger)]
ConditionsJson = Annotated[JsonValue, DescribedBy(Filter | None)]
ActionsJson = Annotated[JsonValue, DescribedBy(Actions)]

_EXAMPLE: dict[str, JsonValue] = {
    "name": "Take an announcement off the to-do list",
    "enabled": True,
    "trigger": {"type": "message.sent"},
    "conditions": {"tags": {"any": ["payment-issue-2026-05"]}},
    "actions": [{"type": "add_tag", "tag": "told-2026-05"}, {"type": "set_status", "status": "snoozed"}],
}


class RuleBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    enabled: Flag = True
    trigger: TriggerJson
    conditions: ConditionsJson = Field(
        default=None, description="A filter that the conversation must match when the rule runs; null for any."
    )
    actions: ActionsJson = Field(description="Applied in this order.")

    def to_draft(self) -> RuleDraft:
        """Return the rule. Raise InvalidRequest."""
        given = {"trigger": self.trigger, "conditions": self.conditions, "actions": self.actions}
        return parse_rule(self.name, self.enabled, given)


class RuleResponse(ResponseBody):
    key: str
    name: str = Field(examples=["Take an announcement off the to-do list"])
    enabled: bool = Field(examples=[True])
    trigger: TriggerJson
    conditions: ConditionsJson = Field(examples=[{"tags": {"any": ["payment-issue-2026-05"]}}])
    actions: ActionsJson
    failing: bool = Field(
        description="Whether many of its recent runs failed, as their log says, or it cannot be read and does not run."
    )
    recent_runs: int = Field(description=f"The number of its last runs, at most {HEALTH_SAMPLE}.")
    recent_failures: int = Field(description="How many of those failed.")
    last_run_at: datetime | None
    last_failure: str | None = Field(description="Why the latest failed run failed, or why the rule does not run.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, stored: StoredRule) -> Self:
        return cls(**_described(stored))


class SavedRuleResponse(RuleResponse):
    webhook_secret: str | None = Field(
        description="The secret that signs its webhooks (Standard Webhooks). Shown only when it is created."
    )

    @classmethod
    def saved(cls, saved: SavedRule) -> Self:
        return cls(**_described(saved.stored), webhook_secret=saved.secret)


def _described(stored: StoredRule) -> dict[str, Any]:
    rule, health = stored.rule, stored.health
    shown: RuleDraft | UnreadableRule
    if isinstance(rule, UnreadableRule):
        shown, contents, unreadable = rule, rule.given, rule.reason
    else:
        shown, contents, unreadable = rule.draft, write_rule(rule.draft), None
    return {
        "key": rule.key,
        "name": shown.name,
        "enabled": shown.enabled,
        **contents,
        "failing": health.failing or unreadable is not None,
        "recent_runs": health.runs,
        "recent_failures": health.failures,
        "last_run_at": health.last_run_at,
        "last_failure": unreadable or health.last_failure,
        "created_at": stored.created_at,
        "updated_at": stored.updated_at,
    }


class ActionResultResponse(ResponseBody):
    type: ActionType
    outcome: ActionOutcome = Field(
        description="`skipped`: nothing to change. `pending`: a webhook that has not been accepted yet."
    )
    reason: str | None


class RunResponse(ResponseBody):
    id: UUID
    at: datetime
    trigger: TriggerType
    event_id: UUID
    conversation_id: UUID
    message_id: UUID | None
    mass_reply_id: UUID | None
    outcome: RunOutcome = Field(
        description="`unchanged`: every action was skipped. `loop_cut`: not run, because rules triggered each other."
    )
    reason: str | None = Field(description="Why it failed or was cut.")
    actions: list[ActionResultResponse]

    @classmethod
    def of(cls, logged: LoggedRun) -> Self:
        run = logged.run
        return cls(
            id=logged.id,
            at=logged.at,
            trigger=run.trigger,
            event_id=run.event_id,
            conversation_id=run.conversation_id,
            message_id=run.message_id,
            mass_reply_id=run.mass_reply_id,
            outcome=run.outcome,
            reason=run.reason,
            actions=[ActionResultResponse(type=r.type, outcome=r.outcome, reason=r.reason) for r in run.results],
        )
