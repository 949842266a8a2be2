"""Whatever is asked of it, the running service answers what `/openapi.json` says, and never with a failure of its own.

Schemathesis makes the requests out of the description: its examples, every boundary of every field, what breaks a rule,
methods and credentials that do not belong, and chains of calls. `make fuzz` makes many more of them.
"""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import requests
import schemathesis
import schemathesis.engine
from fastapi import FastAPI
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import StopReason
from schemathesis.engine.events import EngineFinished, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.python import asgi
from schemathesis.transport.serialization import Binary

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.permissions import Role
from app.domain.words import Channel, TenantId
from app.main import create_app
from app.runtime import Runtime, open_runtime
from app.settings import Settings
from app.store.database import Database
from tests.api.conftest import bearer
from tests.conftest import create_tenant
from tests.mass_replies.conftest import NOWHERE, Stage
from tests.scene import STANDARD_SECRET, Account, add_account, add_conversations

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
THOROUGH = "FUZZ_EXAMPLES" in os.environ
SEED = int(os.environ.get("FUZZ_SEED", "1"))

TAG = "payment-issue-2026-05"
"""What the filter of the documented examples asks for."""
RECIPIENTS, VOICES = 113, 7
"""What the documented examples count."""

_TAGGED = (
    "INSERT INTO conversation_tags (tenant_id, tag, conversation_id) SELECT tenant_id, :tag, id FROM conversations"
)

KNOWN: list[str] = []
"""Ids of things that exist; made-up ids would only ever meet 404."""
_known = st.integers(min_value=0, max_value=1_000).map(lambda number: KNOWN[number % len(KNOWN)])
schemathesis.openapi.format("uuid", _known | st.uuids().map(str))


@schemathesis.serializer("application/x-ndjson", "message/rfc822", "application/mbox")
def as_it_is(_: Any, value: Any) -> bytes:
    return value.data if isinstance(value, Binary) else str(value).encode("utf-8", "surrogatepass")


MAY_FAIL: Mapping[str, str] = {
    "GET /callbacks/{account_id}": "answers only a provider",
    "POST /callbacks/{account_id}": "takes only what a provider has signed",
    "POST /attachments": "takes only a file whose name and content agree",
    "GET /chat/sessions/me/attachments/{id}": "there is no file in this chat",
    "POST /chat/sessions": "takes only the one public id",
    "DELETE /blocked-addresses/{id}": "there is no block to lift",
    "POST /mass-replies": "needs a selection of a size that the settings of the moment allow",
    "POST /mass-replies/{id}/confirm": "needs the right number in the right state",
    "POST /mass-replies/{id}/approve": "is for somebody else than who confirmed it",
    "POST /mass-replies/{id}/reject": "is for somebody else than who confirmed it",
    "POST /mass-replies/{id}/pause": "needs the right state",
    "POST /mass-replies/{id}/resume": "needs the right state",
    "POST /mass-replies/{id}/retry": "needs something that failed",
    "POST /webhook-endpoints/{key}/replay": "needs an endpoint that another request made",
    "POST /webhook-endpoints/{key}/rotate-secret": "needs an endpoint that another request made",
    "POST /channel-accounts/{key}/test": "calls a real provider, so it is not asked",
    "POST /channel-accounts/{key}/rotate-callback": "needs an account whose provider signs nothing",
    "DELETE /contacts/{name}": "needs a contact that another request made",
    "POST /mass-replies/{id}/resolve": "needs conversations that are uncertain in that very mass reply",
}
"""Where generated requests succeed by luck or never; tests of their own do. All others must be seen to succeed."""

ACCEPTED = ["2xx", "3xx", 401, 403, 404, 409]
"""How a request within the schema may end: the thing may not be there, be one's own to approve, or stand elsewhere."""
NOT_IN_A_SCHEMA = 422
"""Liquid, cursors, times in the past, two fields that exclude each other: rules that no JSON Schema can say."""
STRICT = {"positive_data_acceptance": {"expected-statuses": ACCEPTED}}
LENIENT = {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, NOT_IN_A_SCHEMA]}}
LENIENT_EXAMPLES = {"examples": {"checks": LENIENT}}
BOUNDARIES = {"coverage": {"enabled": THOROUGH}}
WITH_A_FILTER = ("search_conversations", "preview_mass_reply", "create_mass_reply", "put_automation_rule")
"""A filter nests filters and has a thousand boundaries, for each of these: they are left to `make fuzz`."""
EXAMPLES_TO_FILL_IN = (
    "import_conversations",
    "preview_mass_reply",
    "create_mass_reply",
    "retry_mass_reply",
    "resolve_mass_reply",
)
"""Their readers put in an account, a key, conversations or a mass reply of their own."""


@schemathesis.check
def no_type_without_content(_: Any, answer: schemathesis.Response, __: Any) -> None:
    assert answer.status_code not in {204, 304} or "content-type" not in answer.headers


@dataclass(frozen=True, slots=True)
class Service:
    app: FastAPI
    key: Mapping[str, str]
    visitor: Mapping[str, str]


@dataclass(slots=True)
class Findings:
    """What a run has shown: faults in words, and which operations succeeded at least once."""

    faults: list[str] = field(default_factory=list)
    succeeded: set[str] = field(default_factory=set)

    def note(self, recorder: ScenarioRecorder) -> None:
        for id_, node in recorder.cases.items():
            interaction = recorder.interactions.get(id_)
            if interaction is not None and interaction.response is not None and interaction.response.status_code < 300:
                self.succeeded.add(node.value.operation.label)
        for check in (check for checks in recorder.checks.values() for check in checks):
            if check.failure_info is not None:
                failure = check.failure_info.failure
                self.faults.append(f"{failure.operation}: {check.name}: {failure}\n{check.failure_info.code_sample}")


@pytest.fixture(scope="module")
def settings(usual_settings: Settings) -> Settings:
    return usual_settings.model_copy(update={"requests_per_minute": 0})


@pytest.fixture(scope="module")
async def service(settings: Settings, database: Database) -> AsyncIterator[Service]:
    """A tenant with something of everything, and mass replies in every state."""
    app, tenant = create_app(settings), TenantId(await create_tenant(database))
    async with database.begin(tenant) as tx:
        mine, other = [await issue_api_key(tx, KeyDraft(name, frozenset(Role), None, None)) for name in "ab"]
    key = bearer(str(mine.presented))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        open_runtime(settings) as runtime,
        httpx.AsyncClient(transport=transport, base_url="http://api.example.test", headers=key) as client,
    ):
        visitor = await furnish(Stage(client, runtime, tenant), str(other.key.id))
    yield Service(create_app(settings), key, visitor)
    asgi.shutdown_lifespans()


async def furnish(stage: Stage, other_key: str) -> Mapping[str, str]:
    """Fill a tenant, and KNOWN; answers the credential of a visitor."""
    chat, client = await add_channels(stage.runtime, stage), stage.client
    session = (await client.post("/chat/sessions", json={"channel_account": chat})).json()
    found = (await client.post("/conversations/search", json={"filter": {}, "limit": 3})).json()["items"]
    waiting = [MassReplyStatus.AWAITING_CONFIRMATION, MassReplyStatus.SENDING, MassReplyStatus.PAUSED]
    batches = [await stage.batch_in(status) for status in [*MassReplyStatus, *waiting]]
    await stage.fail_all(batches[-1])
    KNOWN[:] = [*batches, *(each["id"] for each in found), chat, other_key]
    return bearer(session["token"])


async def add_channels(runtime: Runtime, stage: Stage) -> str:
    """Add the conversations that the documented examples speak of; answers the web chat's public id."""
    account = Account("email", Channel.EMAIL, "webhook", {"url": NOWHERE}, {"secret": STANDARD_SECRET})
    email = await add_account(runtime, stage.tenant, account)
    await add_conversations(runtime, stage.tenant, Channel.EMAIL, RECIPIENTS, account=email)
    await add_conversations(runtime, stage.tenant, Channel.VOICE, VOICES)
    await stage.write(_TAGGED, tag=TAG)
    return str(await add_account(runtime, stage.tenant, Account("chat", Channel.CHAT, "webchat")))


def configuration(service: Service) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "headers": service.key,
            "request-timeout": 30,
            "generation": {"max-examples": EXAMPLES, "no-shrink": True, "database": "none"},
            "checks": LENIENT,
            "phases": {"examples": {"checks": STRICT}, "coverage": {"unexpected-methods": ["OPTIONS", "PATCH"]}},
            "operations": [
                {"include-operation-id": "test_channel_account", "enabled": False},  # it would call a real provider
                {"include-path-regex": "/events$", "request-timeout": 0.1},  # a stream without news never ends
                {"include-path-regex": "^/chat/", "headers": service.visitor},
                *({"include-operation-id": name, "phases": LENIENT_EXAMPLES} for name in EXAMPLES_TO_FILL_IN),
                *({"include-operation-id": name, "phases": BOUNDARIES} for name in WITH_A_FILTER),
            ],
        }
    )


def run(schema: schemathesis.BaseSchema) -> Iterator[Any]:
    events = list(schemathesis.engine.from_schema(schema).execute())
    assert isinstance(events[-1], EngineFinished)
    assert events[-1].stop_reason is StopReason.COMPLETED
    yield from events


def is_silent_stream(event: NonFatalError) -> bool:
    """A stream that was given up before it had begun, on a machine that is busy."""
    return event.label.endswith("/events") and isinstance(event.value, requests.exceptions.ReadTimeout)


@pytest.mark.proof
def test_every_answer_is_one_that_the_description_promises(service: Service) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", service.app, config=configuration(service))
    findings = Findings()
    for event in run(schema):
        if isinstance(event, ScenarioFinished):
            findings.note(event.recorder)
        elif isinstance(event, NonFatalError) and not is_silent_stream(event):
            findings.faults.append(str(event.info))
    if findings.faults:
        pytest.fail("\n\n".join(findings.faults), pytrace=False)
    paths: Mapping[str, Mapping[str, Any]] = service.app.openapi()["paths"]
    operations = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert operations - findings.succeeded <= MAY_FAIL.keys()
