"""What WhatsApp says of prices is what is billed, whatever order it is said in, and however often."""

from collections.abc import Mapping
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.words import AccountId, Channel
from tests.api.conftest import anonymous, app
from tests.delivery.stage import Batch, Stage, report
from tests.e2e.callers import Callers
from tests.scene import add_account, whatsapp

__all__ = ["anonymous", "app"]

Json = dict[str, Any]
SERVICE = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
UTILITY = {**SERVICE, "category": "utility"}
FREE = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}


class Desk:
    """WhatsApp deliveries in flight, and the provider that reports on them."""

    def __init__(self, stage: Stage, callers: Callers, account: AccountId) -> None:
        self.stage, self.callers, self.account = stage, callers, account

    async def claimed(self, *, files: int = 0, template: bool = False, count: int = 1) -> Batch:
        batch = await self.stage.batch(count, account=self.account, channel=Channel.WHATSAPP)
        ids = [uuid4() for _ in range(files)]
        await self.stage.runs("UPDATE mass_replies SET attachment_ids = :ids WHERE id = :id", ids=ids, id=batch.id)
        await self.stage.runs("UPDATE deliveries SET used_template = :template", template=template)
        await self.stage.claim(batch)
        return batch

    async def accept(self, batch: Batch, epoch: int = 1) -> None:
        taken = report(
            batch.first, DeliveryEvent.ACCEPT, epoch, provider_message_id=f"wamid.{epoch}", outcome="accepted"
        )
        await self.stage.settle(taken)

    async def says(
        self, batch: Batch, status: str, pricing: Mapping[str, Any] | None, file: int | None = None, epoch: int = 1
    ) -> None:
        mark = f"{batch.first}.{epoch}" + ("" if file is None else f"/file/{file}")
        await self.reports({**about(status, pricing, f"wamid.{epoch}.{file}"), "biz_opaque_callback_data": mark})

    async def reports(self, status: Json) -> None:
        value = {"metadata": {"phone_number_id": "100200300"}, "statuses": [status]}
        body = {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}
        answer = await self.callers.graph(self.account, body)
        assert answer.is_success, answer.text

    async def billed(self, batch: Batch) -> tuple[int, int]:
        columns = "whatsapp_in_window_billed AS texts, whatsapp_templates_billed AS templates"
        row = await self.stage.one(f"SELECT {columns} FROM lanes WHERE mass_reply_id = :id", id=batch.id)
        return row.texts, row.templates


def about(status: str, pricing: Mapping[str, Any] | None, id_: str) -> Json:
    priced = {} if pricing is None else {"pricing": dict(pricing)}
    return {"id": id_, "status": status, "timestamp": "1777638601", "recipient_id": "16505551234", **priced}


@pytest.fixture
async def desk(stage: Stage, anonymous: httpx.AsyncClient, tenant: UUID) -> Desk:
    account = await add_account(stage.runtime, tenant, whatsapp("https://api.example.com"))
    return Desk(stage, Callers(anonymous, stage.runtime.settings.public_url), AccountId(account))


@pytest.mark.parametrize(
    ("pricing", "text", "template"),
    [
        (None, (1, 0), (0, 1)),
        (SERVICE, (1, 0), (1, 0)),
        (UTILITY, (0, 1), (0, 1)),
        ({**UTILITY, "category": "marketing"}, (0, 1), (0, 1)),
        ({**UTILITY, "category": "AUTHENTICATION"}, (0, 1), (0, 1)),
        ({**UTILITY, "category": "authentication-international"}, (0, 1), (0, 1)),
        (FREE, (0, 0), (0, 0)),
        ({**FREE, "type": "free_entry_point", "category": "utility"}, (0, 0), (0, 0)),
        ({"type": "free_entry_point", "category": "marketing"}, (0, 0), (0, 0)),
        ({"billable": True, "pricing_model": "CBP", "category": "new_kind"}, (1, 0), (0, 1)),
        ({"billable": True}, (1, 0), (0, 1)),
        ({"pricing_model": "PMP"}, (1, 0), (0, 1)),
    ],
)
async def test_a_message_is_billed_as_the_provider_prices_it(
    desk: Desk, pricing: Mapping[str, Any] | None, text: tuple[int, int], template: tuple[int, int]
) -> None:
    for with_template, expected in ((False, text), (True, template)):
        batch = await desk.claimed(template=with_template)
        await desk.accept(batch)
        await desk.reports({**about("sent", pricing, uuid4().hex), "biz_opaque_callback_data": f"{batch.first}.1"})
        assert await desk.billed(batch) == expected


async def test_files_are_messages_of_their_own_with_prices_of_their_own(desk: Desk) -> None:
    batch = await desk.claimed(files=3)
    await desk.accept(batch)
    assert await desk.billed(batch) == (4, 0)
    await desk.says(batch, "sent", FREE, file=2)
    assert await desk.billed(batch) == (3, 0)
    await desk.says(batch, "sent", SERVICE, file=1)
    await desk.says(batch, "delivered", FREE)
    assert await desk.billed(batch) == (2, 0)
    await desk.says(batch, "failed", None, file=3)
    assert (await desk.billed(batch), await desk.stage.status(batch.first)) == ((2, 0), "delivered")


ORDERS = list(permutations(("accept", "sent", "delivered", "file", "file again")))


async def test_a_price_counts_once_whenever_it_is_told(desk: Desk) -> None:
    for order in ORDERS[::11]:
        batch = await desk.claimed(files=2)
        for step in order:
            match step:
                case "accept":
                    await desk.accept(batch)
                case "sent" | "delivered":
                    mark = {"biz_opaque_callback_data": f"{batch.first}.1"}
                    await desk.reports({**about(step, UTILITY, f"wamid.{batch.first}"), **mark})
                case _:
                    mark = {"biz_opaque_callback_data": f"{batch.first}.1/file/1"}
                    await desk.reports({**about("sent", FREE, f"wamid.{batch.first}.f"), **mark})
            assert min(await desk.billed(batch)) >= 0
        assert await desk.billed(batch) == (1, 1), order


async def test_a_price_that_comes_before_the_message_s_id_is_known_waits_for_it(desk: Desk) -> None:
    batch = await desk.claimed()
    await desk.reports(about("delivered", FREE, "wamid.1"))
    await desk.accept(batch)
    assert await desk.billed(batch) == (1, 0)
    await desk.stage.runs("UPDATE receipts SET received_at = now() - interval '5 seconds'")
    await desk.stage.sweeper().tick()
    assert await desk.billed(batch) == (0, 0)


async def test_a_message_that_went_out_twice_is_billed_twice(desk: Desk) -> None:
    batch = await desk.claimed()
    lost = report(batch.first, DeliveryEvent.DEFER, 1, outcome="deferred")
    await desk.stage.settle(lost)
    await desk.stage.runs("UPDATE deliveries SET not_before = now() - interval '1 hour'")
    await desk.stage.claim(batch)
    await desk.accept(batch, 2)
    await desk.says(batch, "delivered", SERVICE, epoch=2)
    assert await desk.billed(batch) == (1, 0)
    await desk.says(batch, "delivered", SERVICE, epoch=1)
    assert await desk.billed(batch) == (2, 0)


async def test_the_price_of_a_file_that_no_attempt_of_the_account_had_changes_nothing(desk: Desk) -> None:
    batch = await desk.claimed()
    await desk.accept(batch)
    for mark in (f"{uuid4()}.1/file/1", f"{batch.first}.7/file/1", "other/file/1"):
        await desk.reports({**about("sent", SERVICE, uuid4().hex), "biz_opaque_callback_data": mark})
    assert await desk.billed(batch) == (1, 0)
