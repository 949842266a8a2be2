"""Importing conversations line by line: what each line says is done, and nothing else."""

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.conversations.import_report import LISTED
from app.conversations.importing import PART_LINES, import_lines
from app.conversations.sql.import_rows import Rows
from app.conversations.sql.import_storing import store_rows
from app.store.transactions import TenantTx
from tests.imports import DIGESTS, Desk, line, ndjson, patch, stream

pytestmark = pytest.mark.usefixtures("accounts")


async def test_the_same_lines_twice_change_nothing_the_second_time(desk: Desk) -> None:
    lines = [line("c-1"), line("c-2", contact={"email": "bo@example.test"}), line("c-3", last_customer_message=None)]
    assert await desk.outcomes(*lines) == (3, 0, 0, 0)
    before = await desk.view()
    assert await desk.outcomes(*lines) == (0, 0, 3, 0)
    assert await desk.view() == before
    assert await desk.texts() == ["My payment failed."]


async def test_a_field_left_out_keeps_its_value_and_null_clears_it(desk: Desk) -> None:
    await desk.imports(line())
    cleared: dict[str, Any] = dict.fromkeys(
        ("subject", "human_id", "team", "assignee", "tags", "custom_fields", "channel_account")
    )
    assert await desk.outcomes(patch()) == (0, 0, 1, 0)
    assert await desk.outcomes(patch(**cleared)) == (0, 1, 0, 0)
    after = (await desk.view()).conversation
    assert [getattr(after, name) for name in cleared] == [None, None, None, None, (), {}, None]
    assert (after.address, after.status, after.contact) == ("ann@example.test", "active", "u-1")


@pytest.mark.parametrize(
    "cleared",
    [{"status": None}, {"engagement": None}, {"channel": None}, {"created_at": None}, {"contact": {"opted_out": None}}],
)
async def test_null_is_refused_where_there_is_nothing_to_clear(desk: Desk, cleared: dict[str, Any]) -> None:
    await desk.imports(line(status="done", engagement="engaged"))
    before = await desk.view()
    assert await desk.outcomes(patch(**cleared), line("c-2", **cleared)) == (0, 0, 0, 2)
    assert await desk.view() == before


async def test_custom_fields_and_contacts_are_patched_field_by_field(desk: Desk) -> None:
    await desk.imports(line())
    await desk.imports(patch(custom_fields={"plan": None, "beta": True}, contact={"phone": None, "name": "Ann B. Lee"}))
    after = await desk.view()
    assert after.conversation.custom_fields == {"seats": 3, "beta": True}
    assert (after.contact.name, after.contact.phone, after.contact.email) == ("Ann B. Lee", None, "ann@example.test")


async def test_tags_and_custom_fields_are_found_as_they_are_now(desk: Desk) -> None:
    await desk.imports(
        line(custom_fields={"plan": "pro", "regions": ["eu", "us"], "notes": {"a": 1}, "blob": "x" * 5_000})
    )
    assert await desk.found({"tags": {"all": ["vip"]}, "custom_fields": {"plan": ["pro"], "regions": ["us"]}}) == [
        "c-1"
    ]
    await desk.imports(patch(tags=["calm"], custom_fields={"plan": "free"}))
    assert await desk.found({"tags": {"any": ["vip"]}}) == []
    assert await desk.found({"custom_fields": {"plan": ["pro"]}}) == []
    assert await desk.found({"tags": {"any": ["calm"]}, "custom_fields": {"plan": ["free"]}}) == ["c-1"]
    assert len(str((await desk.view()).conversation.custom_fields["blob"])) == 5_000


async def test_lines_of_one_conversation_apply_in_their_order(desk: Desk) -> None:
    lines = [line(team="one"), patch(team="two"), patch(team="two"), patch(status="done"), line("c-2")]
    assert await desk.outcomes(*lines) == (2, 2, 1, 0)
    after = (await desk.view()).conversation
    assert (after.team, after.status) == ("two", "done")


async def test_one_contact_of_several_conversations_is_stored_once_with_the_last_word(desk: Desk) -> None:
    contact = line()["contact"]
    renamed = contact | {"name": "Ann B. Lee"}
    assert await desk.outcomes(line("c-1"), line("c-2", contact=renamed), line("c-3", contact=renamed)) == (3, 0, 0, 0)
    assert (await desk.view("c-1")).contact.name == "Ann B. Lee"
    assert await desk.outcomes(patch("c-1", contact=contact), patch("c-2", contact=contact)) == (0, 1, 1, 0)


async def test_a_contact_without_an_id_is_known_by_its_address(desk: Desk) -> None:
    await desk.imports(
        line("c-1", contact=..., address="Ann@Example.Test"),
        line("c-2", contact={"email": "ann@example.test", "name": "Ann"}, address=...),
        line("c-3", channel="sms", channel_account="sms", contact=..., address="+1 (415) 555-0100"),
        line("c-4", channel="whatsapp", channel_account=None, contact=..., address="14155550100"),
        line("c-5", channel="chat", channel_account=None, contact=..., address="session-1"),
        line("c-6", channel_account=None, contact=..., address=...),
    )
    views = [await desk.view(f"c-{n}") for n in range(1, 7)]
    assert [view.contact.external_id for view in views] == [
        "email:ann@example.test",
        "email:ann@example.test",
        "phone:+14155550100",
        "phone:+14155550100",
        "chat:session-1",
        "conversation:c-6",
    ]
    assert [view.address for view in views] == [
        "Ann@example.test", "ann@example.test", "+14155550100", "+14155550100", "session-1", None,
    ]  # fmt: skip
    assert (views[0].contact.email, views[2].contact.phone) == ("ann@example.test", "+14155550100")


async def test_an_address_is_taken_from_the_contact_where_it_is_left_out(desk: Desk) -> None:
    await desk.imports(line("c-1", address=...), line("c-2", channel="sms", channel_account="sms", address=...))
    assert (await desk.view("c-1")).address == "ann@example.test"
    assert (await desk.view("c-2")).address == "+14155550100"


async def test_a_number_that_is_not_valid_stays_as_it_was_written(desk: Desk) -> None:
    await desk.imports(line(channel="sms", channel_account="sms", address="12 34", contact={"phone": "555"}))
    after = await desk.view()
    assert (after.conversation.address, after.contact.phone) == ("12 34", "555")


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("not json", "invalid_json"),
        ('{"external_id": "c-9", "custom_fields": {"n": NaN}}', "invalid_json"),
        ('{"external_id": "c-9", "custom_fields": {"n": 1e999}}', "invalid_json"),
        ("[" * 100_000, "too_many"),
        ("[" * 5_000, "invalid_json"),
        ("[]", "wrong_type"),
        (line("c-9", external_id=...), "wrong_type"),
        (line("c-9", external_id=""), "empty"),
        (line("c-9", colour="red"), "unknown_field"),
        (line("c-9", channel="pigeon"), "unknown_value"),
        (line("c-9", channel=...), "channel_required"),
        (line("c-9", channel=None), "unknown_value"),
        (line("c-9", channel_account="nowhere"), "unknown_channel_account"),
        (line("c-9", channel_account="sms"), "channel_mismatch"),
        (line("c-9", created_at="2026-05-01T09:00:00"), "invalid_time"),
        (line("c-9", tags="vip"), "wrong_type"),
        (line("c-9", tags=[""]), "empty"),
        (line("c-9", team="x" * 2_001), "too_long"),
        (line("c-9", contact={"opted_out": "no"}), "wrong_type"),
        (line("c-9", contact={"age": 7}), "unknown_field"),
        (line("c-9", custom_fields={"deep": json.loads("[" * 20 + "]" * 20)}), "too_deep"),
        (line("c-9", custom_fields={"n" * 251: 1}), "too_long"),
        (line("c-9", last_customer_message={"sent_at": "2026-05-01T09:00:00Z"}), "wrong_type"),
        (line("c-9", last_customer_message={"text": "x", "references": "y"}), "wrong_type"),
    ],
)
async def test_a_bad_line_is_reported_and_leaves_no_trace(desk: Desk, bad: dict[str, Any] | str, code: str) -> None:
    report = await desk.imports(line("c-1"), bad, line("c-2"))
    assert (report.created, report.failed) == (2, 1)
    assert [(error.line, error.code) for error in report.errors] == [(2, code)]
    assert await desk.found({}) == ["c-1", "c-2"]


async def test_errors_name_the_rule_and_never_what_was_sent(desk: Desk) -> None:
    secret = "ann-secret@example.test"
    report = await desk.imports(
        line(status=secret), line(created_at=secret), line(channel_account=secret), f'{{"external_id": "{secret}'
    )
    assert report.failed == 4
    assert secret not in str(report)


async def test_a_bad_line_spoils_no_later_line_of_the_same_conversation(desk: Desk) -> None:
    assert await desk.outcomes(line(), patch(team="x", channel_account="nowhere"), patch(team="y")) == (1, 1, 0, 1)
    assert (await desk.view()).conversation.team == "y"


async def test_what_postgresql_cannot_store_is_left_out(desk: Desk) -> None:
    raw = json.dumps(line(subject="Pay\x00ment \ud800", custom_fields={"a\x00": ["\x00b"]}))
    assert "\\u0000" in raw
    assert await desk.outcomes(raw) == (1, 0, 0, 0)
    after = (await desk.view()).conversation
    assert (after.subject, after.custom_fields) == ("Payment ", {"a": ["b"]})


async def test_of_very_many_errors_the_first_thousand_are_listed_and_all_counted(desk: Desk) -> None:
    report = await desk.imports(*["{"] * (LISTED + 5))
    assert (report.failed, len(report.errors), report.unlisted_errors) == (LISTED + 5, LISTED, 5)
    assert [error.line for error in report.errors] == list(range(1, LISTED + 1))


async def test_a_line_that_is_too_long_is_passed_over(desk: Desk) -> None:
    report = await desk.imports(line("c-1", subject="x" * 1_100_000), line("c-2"))
    assert (report.created, [error.code for error in report.errors]) == (1, ["too_large"])


async def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(desk: Desk) -> None:
    body = b"\xef\xbb\xbf" + ndjson(line("c-1"), line("c-2")).replace(b"\n", b"\r\n") + b"\r\n\r\n"
    report = await import_lines(desk.database, desk.tenant, stream(body, size=7), DIGESTS)
    assert (report.created, report.failed) == (2, 0)


async def test_two_imports_at_once_make_each_conversation_once(desk: Desk) -> None:
    lines = [line(f"c-{n}") for n in range(50)]
    reports = await asyncio.gather(desk.imports(*lines), desk.imports(*reversed(lines)))
    assert sum(report.created for report in reports) == 50
    assert sum(report.unchanged for report in reports) == 50
    assert await desk.texts("c-7") == ["My payment failed."]


@pytest.mark.proof
async def test_thirty_megabytes_are_imported_in_flat_memory(desk: Desk) -> None:
    filler = "x" * 2_000
    text = json.dumps(line("c-%d", last_customer_message=None, human_id=filler[:1_500], subject=filler))

    async def body() -> AsyncIterator[bytes]:
        for n in range(8_000):
            yield (text % n).encode() + b"\n"

    tracemalloc.start()
    try:
        report = await import_lines(desk.database, desk.tenant, body(), DIGESTS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert report.created == 8_000
    assert peak < 24 * 1024 * 1024


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tags": [f"tag-{n}" for n in range(201)]}, "too_many"),
        ({"tags": ["t" * 2_001]}, "too_long"),
        ({"custom_fields": {f"field-{n}": n for n in range(201)}}, "too_many"),
        ({"custom_fields": {"n" * 1_001: 1}}, "too_long"),
        ({"custom_fields": {"regions": list(range(1_001))}}, "too_many"),
        ({"custom_fields": {"nested": [[1] * 500, [1] * 501]}}, "too_many"),
        ({"custom_fields": {"blob": "x" * 100_001}}, "too_many"),
        ({"contact": {"custom_fields": {f"field-{n}": n for n in range(201)}}}, "too_many"),
        ({"contact": {"name": "n" * 10_001}}, "too_long"),
        ({"human_id": "h" * 2_001}, "too_long"),
    ],
)
async def test_a_line_that_holds_more_than_one_conversation_may_is_refused(
    desk: Desk, changes: dict[str, Any], code: str
) -> None:
    report = await desk.imports(line("c-1", **changes), line("c-2"))
    assert [(error.line, error.code) for error in report.errors] == [(1, code)]
    assert report.created == 1


async def test_custom_fields_do_not_grow_past_their_number_line_by_line(desk: Desk) -> None:
    batches = [{f"field-{part}-{n}": n for n in range(150)} for part in range(2)]
    report = await desk.imports(line(custom_fields=batches[0]), patch(custom_fields=batches[1]))
    assert [(error.line, error.code) for error in report.errors] == [(2, "too_many")]
    assert await desk.outcomes(patch(custom_fields=dict.fromkeys(batches[0]) | batches[1])) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("channel", "field"),
    [("email", "/contact/email or /address"), ("sms", "/contact/phone or /address"), ("facebook", "/address")],
)
async def test_a_line_without_an_address_is_imported_with_a_warning_that_names_the_field(
    desk: Desk, channel: str, field: str
) -> None:
    report = await desk.imports({"external_id": "c-1", "channel": channel, "contact": {"name": "Ann"}}, "", line("c-2"))
    assert (report.created, report.left_out, report.failed) == (2, 1, 0)
    assert [(each.line, each.code) for each in report.warnings] == [(1, "no_address")]
    assert field in report.warnings[0].detail


async def test_an_unknown_field_lists_those_that_there_are(desk: Desk) -> None:
    report = await desk.imports({"external_id": "c-1", "channel": "sms", "adress": "+15550100"})
    assert "/adress" in report.errors[0].detail
    assert "address, assignee, channel" in report.errors[0].detail


async def test_lines_far_apart_in_one_group_see_each_other(desk: Desk) -> None:
    others = [line(f"o-{n}", contact={"external_id": f"o-{n}"}, address=None) for n in range(PART_LINES)]
    news = {"text": "Hello?", "provider_message_id": "<2@mail.example.test>", "sent_at": "2026-05-02T10:00:00Z"}
    report = await desk.imports(
        line(tags=["a", "b"], custom_fields={"plan": "pro", "seats": 3}, last_customer_message=None),
        *others,
        patch(tags=["b", "c"], custom_fields={"seats": None}, contact={"name": "Ann B"}),
        patch(last_customer_message=news),
    )
    assert (report.created, report.updated) == (PART_LINES + 1, 2)
    view = await desk.view()
    assert (view.conversation.tags, view.conversation.custom_fields) == (("b", "c"), {"plan": "pro"})
    assert (view.contact.name, await desk.texts()) == ("Ann B", ["Hello?"])
    assert await desk.found({"tags": {"any": ["a"]}}) == []
    assert await desk.found({"tags": {"any": ["c"]}}) == ["c-1"]


async def test_an_address_that_hides_what_ends_a_text_moves_nobody_else_s(desk: Desk) -> None:
    hidden = line("c-1", address="Bob <mailto:a%00,b@example.test>", last_customer_message=None)
    others = [line(f"c-{n}", contact={"external_id": f"u-{n}"}, address=f"p{n}@example.test") for n in (2, 3, 4)]
    assert (await desk.imports(hidden, *others)).created == 4
    addresses = [(await desk.view(f"c-{n}")).conversation.address for n in (2, 3, 4)]
    assert addresses == [f"p{n}@example.test" for n in (2, 3, 4)]


async def test_a_message_keeps_its_sender_though_the_address_changes_in_the_same_part(desk: Desk) -> None:
    def wrote(text: str, address: str) -> dict[str, Any]:
        message = {"text": text, "provider_message_id": f"<{text}@mail.example.test>"}
        return line(contact={"external_id": "u-1", "email": address}, address=None, last_customer_message=message)

    await desk.imports(wrote("first", "ann@example.test"), wrote("second", "ann@example.com"))
    assert await desk.senders() == ["ann@example.test", "ann@example.com"]


async def test_a_part_that_cannot_be_stored_leaves_none_of_its_group(desk: Desk) -> None:
    lines = [line(f"c-{n}", contact={"external_id": f"c-{n}"}, address=None) for n in range(2 * PART_LINES)]
    stored = 0

    async def failing(tx: TenantTx, rows: Rows) -> None:
        nonlocal stored
        stored += 1
        await store_rows(tx, rows)
        if stored == 2:
            raise ConnectionError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.conversations.importing.store_rows", failing)
        with pytest.raises(ConnectionError):
            await desk.imports(*lines)
    assert await desk.outcomes(*lines) == (2 * PART_LINES, 0, 0, 0)
