"""All results of a mass reply as a file, and what was selected."""

import csv
import io
import json
import tracemalloc
from uuid import UUID

import pytest

from app.api import delivery_export
from app.api.delivery_export import COLUMNS, NDJSON, PAGE, export
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import Channel, MassReplyId, TenantId
from app.mass_replies.sql.results import ResultQuery
from tests.mass_replies.conftest import BODY, Stage
from tests.scene import add_conversations

S = MassReplyStatus
CSV = {"Accept": "text/csv"}
FEW = 100
"""To a page, where the pages' number counts and not their length."""
MANY = 3 * FEW + 7


async def as_csv(stage: Stage, id_: str, query: str = "") -> list[dict[str, str]]:
    answer = await stage.client.get(f"/mass-replies/{id_}/deliveries{query}", headers=CSV)
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


@pytest.fixture
async def long(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(delivery_export, "PAGE", FEW)
    await add_conversations(stage.runtime, stage.tenant, Channel.VOICE, MANY)
    return await stage.batch_in(S.COMPLETED)


async def test_a_csv_file_has_every_delivery_once(stage: Stage, long: str) -> None:
    rows = await as_csv(stage, long)
    assert len({row["conversation_id"] for row in rows}) == len(rows) == MANY + 6
    assert tuple(rows[0]) == COLUMNS
    [voice] = {(row["status"], row["reason_code"]) for row in rows if row["channel"] == "voice"}
    assert voice == ("skipped", "voice_not_supported")


async def test_ndjson_has_a_delivery_a_line_as_the_list_shows_it(stage: Stage, long: str) -> None:
    address = f"/mass-replies/{long}/deliveries"
    answer = await stage.client.get(address, headers={"Accept": "application/x-ndjson"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert len(lines) == MANY + 6
    listed = (await stage.client.get(address, params={"limit": 500})).json()["items"]
    assert lines == listed


async def test_a_file_can_be_narrowed_like_the_list(stage: Stage, long: str) -> None:
    rows = await as_csv(stage, long, "?channel=email&status=queued")
    assert [row["channel"] for row in rows] == ["email"] * 3


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        *((name, "'" + name) for name in ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t", "＝1", "﹦1"]),
        *((name, "'" + name) for name in ["\u200b=1", "\ufeff@A", "\xa0+1", '"=1']),
        ("Ann；=1", "Ann；'=1"),
        ("Ann;\u200b=1", "Ann;'\u200b=1"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ('Ann;=HYPERLINK("http://evil.example.test","x")', 'Ann;\'=HYPERLINK("http://evil.example.test","x")'),
        ("Ann\t@SUM(A1)", "Ann\t'@SUM(A1)"),
        ("Ann, -1", "Ann,' -1"),
        ('Ann"; "=1', 'Ann";\' "=1'),
        ("Ann|+1;=2", "Ann|'+1;'=2"),
    ],
)
async def test_a_customer_s_name_does_not_run_as_a_formula(stage: Stage, name: str, cell: str) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.write("UPDATE contacts SET name = :name", name=name)
    assert {row["contact_name"] for row in await as_csv(stage, id_)} == {cell}
    for separator in ",;\t":
        answer = await stage.client.get(f"/mass-replies/{id_}/deliveries", headers=CSV)
        cells = [each for row in csv.reader(io.StringIO(answer.text, newline=""), delimiter=separator) for each in row]
        assert not any(each.strip(" \"'").startswith(("=", "@")) and "'" not in each for each in cells)


async def test_commas_quotes_and_line_ends_stay_in_their_cell(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    name = 'Lee, "Ann"\r\nand Ben'
    await stage.write("UPDATE contacts SET name = :name", name=name)
    assert {row["contact_name"] for row in await as_csv(stage, id_)} == {name}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/csv, application/json;q=0.5", "text/csv"),
        ("text/*", "text/csv"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("text/csv;q=much", "application/json"),
    ],
)
async def test_the_caller_chooses_the_form(stage: Stage, accept: str, expected: str) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    answer = await stage.client.get(f"/mass-replies/{id_}/deliveries", headers={"Accept": accept})
    assert answer.headers["Content-Type"].split(";")[0] == expected


async def test_a_file_of_another_tenant_s_mass_reply_is_not_found(stage: Stage) -> None:
    unknown = "01920000-0000-7000-8000-000000000000"
    for part in ("deliveries", "selection"):
        assert (await stage.client.get(f"/mass-replies/{unknown}/{part}", headers=CSV)).status_code == 404


@pytest.mark.proof
async def test_memory_stays_flat_however_long_the_file(stage: Stage) -> None:
    await add_conversations(stage.runtime, stage.tenant, Channel.VOICE, 3 * PAGE)
    long = await stage.batch_in(S.COMPLETED)
    await stage.write(
        "UPDATE deliveries SET status = 'failed' WHERE id IN (SELECT id FROM deliveries ORDER BY id LIMIT :n)", n=PAGE
    )

    async def peak(query: ResultQuery) -> int:
        tracemalloc.start()
        async for _ in export(stage.runtime.database, TenantId(stage.tenant), MassReplyId(UUID(long)), query, NDJSON):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    await peak(ResultQuery())  # caches fill once
    a_third = await peak(ResultQuery(status=DeliveryStatus.FAILED))
    assert await peak(ResultQuery()) < 1.5 * a_third


async def test_no_transaction_is_open_between_two_pages(stage: Stage, long: str) -> None:
    pages = export(stage.runtime.database, TenantId(stage.tenant), MassReplyId(UUID(long)), ResultQuery(), NDJSON)
    await anext(pages)
    open_ = (
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() "
        "AND state = 'idle in transaction' AND query LIKE '%k.name AS contact_name%'"
    )
    assert [row.n for row in await stage.read(open_)] == [0]
    await pages.aclose()  # type: ignore[attr-defined]


async def test_the_selection_is_given_whole(stage: Stage) -> None:
    id_ = (await stage.create())["id"]
    assert (await stage.client.get(f"/mass-replies/{id_}/selection")).json() == BODY["selection"]


async def test_of_many_ids_the_mass_reply_shows_some_and_the_selection_all(stage: Stage) -> None:
    await add_conversations(stage.runtime, stage.tenant, Channel.EMAIL, 50, prefix="more")
    ids = sorted(str(row.id) for row in await stage.read("SELECT id FROM conversations"))
    body = {**BODY, "selection": {"conversation_ids": ids}}
    batch = (await stage.client.post("/mass-replies", json=body)).json()
    assert (len(batch["selection"]["conversation_ids"]), batch["selection"]["total"]) == (20, 56)
    whole = (await stage.client.get(batch["links"]["selection"])).json()
    assert sorted(whole["conversation_ids"]) == ids
    but_these = {"filter": {"status": ["active"]}, "exclude_conversation_ids": ids[:-1]}
    shown = (await stage.client.post("/mass-replies", json={**BODY, "selection": but_these})).json()["selection"]
    assert shown == but_these | {"exclude_conversation_ids": ids[:20], "total": 55}
