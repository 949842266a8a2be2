"""Preparing a mass reply: each frozen page becomes deliveries as a whole, however its pieces are judged."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.delivery import expand, judge, preparations, prepare
from app.delivery.sql import preparation, recipients
from app.domain.audit import OPERATOR
from app.domain.mass_reply import Draft
from app.domain.outbound import Author
from app.domain.preflight import Verdict
from app.domain.selection import ByIds
from app.domain.text.message import OnUnresolved
from app.domain.words import Channel, MassReplyId
from app.mass_replies import create
from app.process import aside
from app.worker import WorkerProcess
from tests.delivery.stage import Stage
from tests.patience import patience
from tests.scene import add_account, add_conversation, postmark

WITHIN = timedelta(minutes=30)


async def conversations(stage: Stage, count: int, **about: Any) -> list[UUID]:
    return [await conversation(stage, number, **about) for number in range(count)]


async def conversation(stage: Stage, number: int, **about: Any) -> UUID:
    address = f"customer-{number}@example.com"
    return await add_conversation(stage.runtime, stage.tenant, Channel.EMAIL, address, **about)


async def created(stage: Stage, selected: Sequence[UUID]) -> MassReplyId:
    draft = Draft(
        selection=ByIds(tuple(selected)),
        text="Hi",
        html=None,
        attachment_ids=(),
        mark_as_done=False,
        on_unresolved=OnUnresolved.SKIP,
        whatsapp_template=None,
        author=Author(None, "Support"),
    )
    checked = await create.check(stage.database, stage.runtime.aside, stage.tenant, draft, OPERATOR)
    async with stage.database.begin(stage.tenant) as tx:
        return (await create.create(tx, draft, checked, OPERATOR)).id


async def created_in_two_pages(stage: Stage, selected: Sequence[UUID]) -> MassReplyId:
    """Create one on four conversations, and make two pages out of one."""
    id_ = await created(stage, selected)
    await stage.runs(
        "INSERT INTO selection_pages (tenant_id, mass_reply_id, page, conversation_ids) "
        "SELECT tenant_id, mass_reply_id, page + 1, conversation_ids[3:4] FROM selection_pages "
        "WHERE mass_reply_id = :id",
        id=id_,
    )
    await stage.runs(
        "UPDATE selection_pages SET conversation_ids = conversation_ids[1:2] "
        "WHERE mass_reply_id = :id AND cardinality(conversation_ids) = 4",
        id=id_,
    )
    return id_


async def prepared(stage: Stage, id_: MassReplyId) -> list[Any]:
    """Prepare it, and return its deliveries."""
    await prepare.prepare(stage.database, stage.runtime.aside, stage.tenant, id_, WITHIN)
    row = await stage.one("SELECT * FROM mass_replies WHERE id = :id", id=id_)
    found = list(
        await stage.runs("SELECT * FROM deliveries WHERE mass_reply_id = :id ORDER BY conversation_id", id=id_)
    )
    lanes = list(await stage.runs("SELECT queued, skipped FROM lanes WHERE mass_reply_id = :id", id=id_))
    assert (row.status, row.selected_count) == ("awaiting_confirmation", len(found))
    assert row.recipient_count == sum(lane.queued for lane in lanes) == sum(one.status == "queued" for one in found)
    assert sum(lane.skipped for lane in lanes) == len(found) - row.recipient_count
    return found


async def test_that_fails_rests_and_is_not_tried_every_second(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[MassReplyId] = []

    async def fails(_: object, __: object, ___: object, id_: MassReplyId, *____: object) -> None:
        tries.append(id_)
        raise KeyError("?")

    monkeypatch.setattr(prepare, "prepare", fails)
    process, one, other = WorkerProcess(stage.runtime), MassReplyId(uuid4()), MassReplyId(uuid4())
    for id_ in (one, one, one, other):
        await process._preparations.prepare(stage.tenant, id_)
    assert tries == [one, other]


async def test_that_fails_and_is_never_asked_for_again_is_not_kept_in_mind_for_ever(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise KeyError("?")

    monkeypatch.setattr(prepare, "prepare", fails)
    monkeypatch.setattr(preparations, "REMEMBERED", 2)
    process = WorkerProcess(stage.runtime)
    for _ in range(4):
        await process._preparations.prepare(stage.tenant, MassReplyId(uuid4()))
    assert len(process._preparations._failures) == 2


async def test_that_takes_longer_than_a_job_may_goes_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def takes_long(*_: object) -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    monkeypatch.setattr(prepare, "prepare", takes_long)
    job = asyncio.create_task(WorkerProcess(stage.runtime)._prepare_job({}, str(stage.tenant), str(uuid4()), 0))
    await begun.wait()
    job.cancel()
    await asyncio.wait([job])
    may_end.set()
    async with patience("it ends"):
        await ended.wait()


async def test_adds_up_its_pages_a_few_at_a_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "SUMMARIES_AT_ONCE", 1)
    selected = await conversations(stage, 4)
    id_ = await created_in_two_pages(stage, selected)
    assert len(await prepared(stage, id_)) == 4
    async with stage.database.begin(stage.tenant) as tx:
        assert [each.recipients async for each in preparation.page_summaries(tx, id_)] == [2, 2]


async def test_goes_on_after_a_crash_between_two_pages(stage: Stage) -> None:
    selected = await conversations(stage, 4)
    id_ = await created_in_two_pages(stage, selected)
    assert await prepare._prepare_page(stage.database, stage.runtime.aside, stage.tenant, id_, WITHIN)
    pages = await stage.runs(
        "SELECT preflight IS NULL AS open FROM selection_pages WHERE mass_reply_id = :id ORDER BY page", id=id_
    )
    assert [page.open for page in pages] == [False, True]

    due: list[MassReplyId] = []
    await stage.sweeper(prepared=due).tick()
    assert id_ not in due
    await stage.runs("UPDATE mass_replies SET updated_at = now() - interval '6 s' WHERE id = :id", id=id_)
    await stage.sweeper(prepared=due).tick()
    assert id_ in due
    assert [one.conversation_id for one in await prepared(stage, id_)] == sorted(selected)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many conversations were loaded each time."""
    loaded, load = list[int](), recipients.load

    async def counted(tx: Any, mass_reply: Any, ids: Sequence[UUID], accounts: Any) -> Any:
        loaded.append(len(ids))
        return await load(tx, mass_reply, ids, accounts)

    monkeypatch.setattr(recipients, "load", counted)
    return loaded


async def test_loads_a_page_once_if_it_is_judged_quickly(stage: Stage, loads: list[int]) -> None:
    id_ = await created_in_two_pages(stage, await conversations(stage, 4))
    assert len(await prepared(stage, id_)) == 4
    assert loads == [2, 2]


async def test_judges_what_takes_longer_after_the_transaction_and_loads_it_again(
    stage: Stage, loads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "TURN", 0)
    monkeypatch.setattr(expand, "QUICK", -1)
    id_ = await created_in_two_pages(stage, await conversations(stage, 4))
    assert len(await prepared(stage, id_)) == 4
    assert loads == [2, 2, 2, 2]


async def test_nothing_is_left_of_a_page_whose_later_piece_takes_long_until_all_of_it_is_judged(
    stage: Stage, loads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "AT_ONCE", 2)
    monkeypatch.setattr(aside, "TURN", 0)
    patience: Iterator[float] = iter([inf, -inf])
    monkeypatch.setattr(expand, "_soon", lambda: next(patience))
    stored, insert = list[int](), preparation.insert_deliveries

    async def noted(tx: Any, id_: Any, verdicts: Sequence[Verdict]) -> None:
        await insert(tx, id_, verdicts)
        stored.append(len(verdicts))

    monkeypatch.setattr(preparation, "insert_deliveries", noted)
    selected = await conversations(stage, 5)
    found = await prepared(stage, await created(stage, selected))
    assert [one.conversation_id for one in found] == sorted(selected)
    assert stored == [1, 1, 2, 2]  # the first of them was rolled back
    assert loads == [1, 2, 2] * 2


async def test_while_a_piece_is_judged_the_next_one_is_loaded_and_the_last_one_stored(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "AT_ONCE", 1)
    done, judged_each = list[str](), judge.judge_each

    def noting(what: str, work: Callable[..., Any]) -> Callable[..., Any]:
        async def noted(*arguments: Any) -> Any:
            result = await work(*arguments)
            done.append(what)
            return result

        return noted

    async def last_to_end(*arguments: Any, **named: Any) -> Any:
        for what, count in {"loaded": min(3, done.count("judged") + 2), "stored": done.count("judged")}.items():
            while done.count(what) < count:
                await asyncio.sleep(0.001)
        done.append("judged")
        return await judged_each(*arguments, **named)

    monkeypatch.setattr(recipients, "load", noting("loaded", recipients.load))
    monkeypatch.setattr(preparation, "insert_deliveries", noting("stored", preparation.insert_deliveries))
    monkeypatch.setattr(expand, "judge_each", last_to_end)
    async with asyncio.timeout(20):
        assert len(await prepared(stage, await created(stage, await conversations(stage, 3)))) == 3
    assert done == ["loaded", "loaded", "judged", "stored", "loaded", "judged", "stored", "judged", "stored"]


@pytest.mark.parametrize("at_once", [1, 250])
async def test_a_contact_of_two_conversations_is_told_of_whatever_piece_they_are_in(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(judge, "AT_ONCE", at_once)
    selected = [await conversation(stage, number) for number in (1, 2, 1, 3, 2)]
    found = await prepared(stage, await created(stage, selected))
    assert [one.warnings for one in found] == [[], [], ["duplicate_contact"], [], ["duplicate_contact"]]


async def test_a_conversation_without_an_account_of_its_own_gets_the_oldest_one_that_is_enabled(stage: Stage) -> None:
    async def account(key: str) -> UUID:
        return await add_account(stage.runtime, stage.tenant, replace(postmark("https://api.example.com"), key=key))

    named, off = await account("named"), await account("off")
    selected = [
        await conversation(stage, number, account_id=each)
        for number, each in enumerate((None, named, off, stage.account))
    ]
    await stage.runs("UPDATE channel_accounts SET enabled = false WHERE id = :id", id=off)
    found = await prepared(stage, await created(stage, selected))
    assert [one.account_id for one in found] == [stage.account, named, None, stage.account]
    assert [one.reason_code for one in found] == [None, None, "no_channel_account", None]
