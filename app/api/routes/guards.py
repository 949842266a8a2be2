"""The tenant's guards."""

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from app.api.deps import Administrator, RuntimeDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import Answer, Body, Flag, Whole
from app.domain.audit import Actor, AuditAction, AuditEntry
from app.domain.guards import Guards, Inactive
from app.domain.permissions import Role
from app.store import audit, guards

router = APIRouter(prefix="/settings", tags=["settings"], route_class=CallerFirst)

MOST = 1_000_000_000
MOST_DAYS = 36_500

Recipients = Annotated[Whole, Field(ge=1, le=MOST)]


class SettingsBody(Body):
    """A field that is left out goes back to its default."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "max_recipients": {"agent": 500},
                    "approval_above": 1000,
                    "once_per_contact": True,
                    "inactive_after_days": 90,
                    "inactive": "skip",
                    "max_per_contact_per_day": 2,
                }
            ]
        }
    )

    max_recipients: dict[Role, Recipients] = Field(
        default={},
        examples=[{"agent": 500}],
        description="The largest batch by role; the most generous role counts, and one not named has no limit.",
    )
    approval_above: Annotated[Whole, Field(ge=0, le=MOST)] | None = Field(
        default=None, description="A batch with more recipients than this waits for a second person; null for none."
    )
    once_per_contact: Flag = Field(
        default=False,
        description="Of several conversations of one contact, only the one with the latest customer message gets it.",
    )
    inactive_after_days: Annotated[Whole, Field(ge=1, le=MOST_DAYS)] | None = Field(
        default=30, description="So many days without a customer's message make a conversation inactive; null: none is."
    )
    inactive: Inactive = Field(default=Inactive.WARN, description="What becomes of inactive conversations.")
    max_per_contact_per_day: Annotated[Whole, Field(ge=1, le=1_000)] | None = Field(
        default=None, description="Messages to one contact within 24 hours, by all mass replies together."
    )

    def to_guards(self) -> Guards:
        return Guards(**dict(self))


class SettingsAnswer(Answer):
    max_recipients: dict[Role, int]
    approval_above: int | None
    once_per_contact: bool
    inactive_after_days: int | None
    inactive: Inactive
    max_per_contact_per_day: int | None

    @classmethod
    def of(cls, guarded: Guards) -> Self:
        return cls.model_validate(guarded.to_json())


@router.get("", responses=problems())
async def get_settings(caller: Administrator, runtime: RuntimeDep) -> SettingsAnswer:
    """The guards; the defaults where none were ever set."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        return SettingsAnswer.of(await guards.load(tx))


@router.put("", responses=problems())
async def put_settings(body: SettingsBody, caller: Administrator, runtime: RuntimeDep) -> SettingsAnswer:
    """Replace the guards. What was created before keeps those for each contact that it was created under."""
    guarded = body.to_guards()
    async with runtime.database.begin(caller.tenant_id) as tx:
        await guards.save(tx, guarded)
        entry = AuditEntry(AuditAction.SETTINGS_CHANGED, details=guarded.to_json())
        await audit.record(tx, Actor.of(caller), entry)
    return SettingsAnswer.of(guarded)
