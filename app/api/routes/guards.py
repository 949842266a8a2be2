"""The settings of a tenant: the guards of its mass replies."""

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from app.accounts.guards import save_guards
from app.api.deps import Administrator, RuntimeDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import Body, Flag, ResponseBody, Whole
from app.domain.audit import Actor
from app.domain.guards import Guards, Inactive
from app.domain.permissions import Role
from app.store import guards

router = APIRouter(prefix="/settings", tags=["settings"], route_class=CallerFirst)

MOST = 1_000_000_000
MOST_DAYS = 36_500

Recipients = Annotated[Whole, Field(ge=1, le=MOST)]


class SettingsBody(Body):
    """A field that is left out is reset to its default."""

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
        description="The most recipients of a mass reply, by role. The caller's highest limit counts; a role that is "
        "not named has none.",
    )
    approval_above: Annotated[Whole, Field(ge=0, le=MOST)] | None = Field(
        default=None,
        description="A mass reply with more recipients than this awaits a second person's approval; null: none does.",
    )
    once_per_contact: Flag = Field(
        default=False,
        description="If a contact has several selected conversations, reply only on the one with the latest customer "
        "message.",
    )
    inactive_after_days: Annotated[Whole, Field(ge=1, le=MOST_DAYS)] | None = Field(
        default=30, description="Days without a customer's message after which a conversation is inactive; null: never."
    )
    inactive: Inactive = Field(
        default=Inactive.WARN, description="Whether inactive conversations are skipped or cause a warning."
    )
    max_per_contact_per_day: Annotated[Whole, Field(ge=1, le=1_000)] | None = Field(
        default=None, description="The most messages to one contact within 24 hours, by all mass replies together."
    )

    def to_guards(self) -> Guards:
        return Guards(**dict(self))


class SettingsResponse(ResponseBody):
    max_recipients: dict[Role, int] = Field(examples=[{"agent": 500}])
    approval_above: int | None = Field(examples=[1000])
    once_per_contact: bool
    inactive_after_days: int | None = Field(examples=[30])
    inactive: Inactive
    max_per_contact_per_day: int | None = Field(examples=[2])

    @classmethod
    def of(cls, settings: Guards) -> Self:
        return cls.model_validate(settings.to_json())


@router.get("", responses=problems())
async def get_settings(caller: Administrator, runtime: RuntimeDep) -> SettingsResponse:
    """Return the settings; the defaults if none were set."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        return SettingsResponse.of(await guards.load(tx))


@router.put("", responses=problems())
async def put_settings(body: SettingsBody, caller: Administrator, runtime: RuntimeDep) -> SettingsResponse:
    """Replace the settings. Existing mass replies keep the limits per contact that they were created with."""
    settings = body.to_guards()
    async with runtime.database.begin(caller.tenant_id) as tx:
        await save_guards(tx, settings, Actor.of(caller))
    return SettingsResponse.of(settings)
