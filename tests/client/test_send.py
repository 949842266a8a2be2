"""`mass-reply send` and its companions, run as a script runs them."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from typer.testing import Result

from app.client.exit_codes import Exit
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.words import Channel
from tests.api.conftest import MakeKey
from tests.client.conftest import ANSWERED, Run
from tests.mass_replies.conftest import Live, Stage
from tests.scene import add_account, add_conversation, postmark
from tests.visitors import serving_http

TO_ALL = ("--filter", "tag=incident")


async def test_a_script_sends_after_seeing_the_count_and_every_recipient_gets_it_once(crowd: Live, run: Run) -> None:
    sent = await run("send", ANSWERED, *TO_ALL, "--mark-as-done", "--yes")

    assert sent.exit_code == Exit.DONE, sent.output
    assert "12 conversations are selected; exactly 10 get the reply." in sent.stdout
    assert "2: voice takes no text" in sent.stdout
    assert "For example, sms: Hi Name1, we are back." in sent.stdout
    assert "To pay for: 4 SMS segments." in sent.stdout
    assert "It is completed: 10 of 10 done." in sent.stdout
    assert "\x1b" not in sent.stdout
    assert len(crowd.accepted()) == 10
    crowd.assert_nobody_twice()


async def test_without_a_terminal_nothing_is_created_before_somebody_agreed(crowd: Live, run: Run) -> None:
    refused = await run("send", ANSWERED, *TO_ALL)

    assert refused.exit_code == Exit.USAGE
    assert "--yes" in refused.stderr
    assert (await crowd.client.get("/mass-replies")).json()["items"] == []


async def test_a_script_confirms_the_number_that_it_expects_and_no_other(crowd: Live, run: Run) -> None:
    other = await run("send", ANSWERED, *TO_ALL, "--expect", "11")
    assert other.exit_code == Exit.DECLINED
    assert "10 would get it, not 11 as --expect says. Nothing was sent." in other.stderr
    assert crowd.accepted() == []
    both = await run("send", ANSWERED, *TO_ALL, "--expect", "10", "--yes")
    assert both.exit_code == Exit.USAGE

    assert (await run("send", ANSWERED, *TO_ALL, "--expect", "10")).exit_code == Exit.DONE
    assert len(crowd.accepted()) == 10
    listed = await run("list")
    assert listed.exit_code == Exit.DONE, listed.output
    assert "is completed" in listed.stdout
    [cancelled] = json.loads((await run("list", "--status", "cancelled", "--json")).stdout)
    assert cancelled["recipient_count"] == 10


async def test_a_dry_run_shows_everything_and_keeps_nothing(crowd: Live, run: Run) -> None:
    shown = await run("send", ANSWERED, *TO_ALL, "--dry-run")
    assert shown.exit_code == Exit.DONE, shown.output
    assert "12 conversations are selected; exactly 10 would get the reply." in shown.stdout
    assert "2: voice takes no text" in shown.stdout
    assert (await run("send", ANSWERED, *TO_ALL, "--dry-run", "--expect", "9")).exit_code == Exit.DECLINED
    assert (await crowd.client.get("/mass-replies")).json()["items"] == []


async def test_what_a_second_person_and_a_finder_say_reaches_the_server(crowd: Live, run: Run) -> None:
    batch = await crowd.create()
    for command in (
        ("approve", batch["id"]),
        ("reject", batch["id"], "--reason", "Too early."),
        ("resolve", batch["id"], "--outcome", "not_sent", "--reason", "They say so.", str(uuid4())),
    ):
        refused = await run(*command)
        assert refused.exit_code == Exit.REFUSED, refused.output
        assert "(forbidden)" in refused.stderr or "(invalid_state)" in refused.stderr
    nobody = await run("resolve", batch["id"], "--outcome", "sent", "--reason", "They say so.")
    assert nobody.exit_code == Exit.USAGE


async def test_a_second_person_approves_one_and_rejects_another(stage: Stage, run: Run, make_key: MakeKey) -> None:
    await stage.client.put("/settings", json={"approval_above": 1})
    ann = await make_key(Role.AGENT, agent=Author("ann", "Ann", None))
    sue = await make_key(Role.SUPERVISOR, agent=Author("sue", "Sue", None))
    first, second = [
        json.loads((await run("send", ANSWERED, *TO_ALL, "--yes", "--json", MASS_REPLY_KEY=ann)).stdout)
        for _ in range(2)
    ]
    assert (first["status"], second["status"]) == ("awaiting_approval", "awaiting_approval")

    approved = await run("approve", first["id"], "--json", MASS_REPLY_KEY=sue)
    rejected = await run("reject", second["id"], "--reason", "Too early.", "--json", MASS_REPLY_KEY=sue)

    assert (approved.exit_code, rejected.exit_code) == (Exit.DONE, Exit.DONE), approved.output + rejected.output
    assert (await stage.get(first["id"]))["status"] == "sending"
    ruling = (await stage.get(second["id"]))["approval"]
    assert (ruling["ruling"], ruling["by"]["id"], ruling["reason"]) == ("rejected", "sue", "Too early.")


async def test_what_is_uncertain_is_resolved_by_the_ids_of_a_file(stage: Stage, run: Run, tmp_path: Path) -> None:
    id_ = await stage.batch_in(MassReplyStatus.SENDING)
    sent, *rest = await stage.lose_all(id_)
    (tmp_path / "ids.txt").write_text("\n".join(map(str, rest)))

    one = await run("resolve", id_, "--outcome", "sent", "--reason", "They answered.", str(sent), "--json")
    others = ("--ids-file", str(tmp_path / "ids.txt"), "--outcome", "not_sent", "--send-again")
    again = await run("resolve", id_, *others, "--reason", "They did not get it.", "--json")

    assert (one.exit_code, again.exit_code) == (Exit.DONE, Exit.DONE), one.output + again.output
    counts = (await stage.get(id_))["counts"]
    assert (counts["sent"], counts["queued"], counts["uncertain"]) == (1, len(rest), 0)


async def test_the_message_comes_from_standard_input_and_the_result_goes_out_as_json_alone(
    crowd: Live, run: Run
) -> None:
    sent = await run("send", "-", *TO_ALL, "--yes", "--json", stdin="We are back.\n")

    batch = json.loads(sent.stdout)
    assert (batch["status"], batch["message"]["text"]) == ("completed", "We are back.")
    assert "exactly 10 get the reply" in sent.stderr


async def test_a_sample_goes_first_and_resuming_sends_the_rest(crowd: Live, run: Run) -> None:
    sampled = await run("send", ANSWERED, *TO_ALL, "--sample", "3", "--yes", "--json")
    id_ = json.loads(sampled.stdout)["id"]

    assert sampled.exit_code == Exit.STANDS_STILL
    assert f"mass-reply resume {id_} --wait" in sampled.stderr
    assert len(crowd.accepted()) == 3
    resumed = await run("resume", id_, "--wait")
    assert resumed.exit_code == Exit.DONE, resumed.output
    assert len(crowd.accepted()) == 10
    crowd.assert_nobody_twice()


async def test_what_is_held_is_paused_or_cancelled_before_anything_was_sent(crowd: Live, run: Run) -> None:
    held = await run("send", ANSWERED, *TO_ALL, "--hold", "1h", "--yes", "--no-wait", "--json")
    id_ = json.loads(held.stdout)["id"]

    assert held.exit_code == Exit.DONE
    assert "It starts at" in held.stderr
    assert "is scheduled" in (await run("status", id_)).stdout
    too_early = await run("pause", id_)
    assert (too_early.exit_code, too_early.stdout) == (Exit.REFUSED, "")
    assert "(invalid_state)" in too_early.stderr
    cancelled = await run("cancel", id_)
    assert (cancelled.exit_code, "is cancelled" in cancelled.stdout) == (Exit.DONE, True)
    assert (await run("status", id_, "--wait")).exit_code == Exit.CANCELLED
    assert crowd.accepted() == []


async def test_the_same_key_again_looks_on_instead_of_sending_twice(crowd: Live, run: Run) -> None:
    once = ("send", ANSWERED, *TO_ALL, "--yes", "--idempotency-key", "nightly-7")

    assert [(await run(*once)).exit_code for _ in range(2)] == [Exit.DONE, Exit.DONE]
    assert len(crowd.accepted()) == 10
    assert (await run(*once, "--attach", __file__)).exit_code == Exit.USAGE


@pytest.mark.parametrize(
    ("recipient", "ends"), [("invalid@example.com", Exit.FAILED), ("error-before@example.com", Exit.UNCERTAIN)]
)
async def test_what_did_not_arrive_is_told_by_the_exit_status_and_listed(
    crowd: Live, run: Run, recipient: str, ends: Exit
) -> None:
    account = await _another_account(crowd)
    await add_conversation(crowd.runtime, crowd.tenant, Channel.EMAIL, recipient, account_id=account, human_id="SUP-99")

    sent = await run("send", ANSWERED, *TO_ALL, "--yes", "--json")
    batch, kind = json.loads(sent.stdout), ends.name.lower()
    assert (sent.exit_code, batch["counts"][kind]) == (ends, 1)
    assert f"mass-reply deliveries {batch['id']} --status {kind}" in sent.stderr

    listed = await run("deliveries", batch["id"], "--status", kind)
    assert "SUP-99" in listed.stdout
    assert "SUP-1 " not in listed.stdout
    assert (await run("status", batch["id"])).exit_code == Exit.DONE
    assert (await run("status", batch["id"], "--wait")).exit_code == ends


async def test_retrying_queues_what_failed_and_names_a_reason_that_nobody_has(stage: Stage, run: Run) -> None:
    id_ = await stage.batch_in(MassReplyStatus.COMPLETED)
    await stage.fail_all(id_)

    nothing = await run("retry", id_, "--reason", "too_late")
    assert (nothing.exit_code, "(nothing_to_retry)" in nothing.stderr) == (Exit.REFUSED, True)
    retried = await run("retry", id_, "--reason", "unreachable", "--json")
    assert (retried.exit_code, json.loads(retried.stdout)["counts"]["queued"]) == (Exit.DONE, 6)


async def test_one_lane_is_paused_and_resumed(stage: Stage, run: Run) -> None:
    id_ = await stage.batch_in(MassReplyStatus.SENDING)

    paused = await run("pause", id_, "--lane", "desk", "--json")
    assert {lane["channel_account"]: lane["state"] for lane in json.loads(paused.stdout)["lanes"]} == {
        "desk": "paused",
        "email": "sending",
    }
    assert "The lane of desk is paused: a person has paused it." in paused.stderr
    resumed = await run("resume", id_, "--lane", "desk", "--json")
    assert "paused" not in resumed.stdout


async def test_all_deliveries_come_as_csv_and_as_ndjson(crowd: Live, run: Run) -> None:
    batch = await crowd.create()

    rows = list(csv.DictReader(io.StringIO((await run("deliveries", batch["id"], "--csv")).stdout)))
    lines = (await run("deliveries", batch["id"], "--ndjson", "--channel", "voice")).stdout.splitlines()
    assert len(rows) == 12
    assert [json.loads(line)["reason"]["code"] for line in lines] == ["voice_not_supported"] * 2
    short = await run("deliveries", batch["id"], "--limit", "2")
    assert "There are more" in short.stdout


async def test_files_ids_and_exclusions_reach_the_server(crowd: Live, run: Run, tmp_path: Path) -> None:
    page = (await crowd.client.post("/conversations/search", json={"filter": {"channel": ["email"]}})).json()["items"]
    ids, html, attached = tmp_path / "ids.txt", tmp_path / "reply.html", tmp_path / "bill.txt"
    ids.write_text(f"{page[0]['id']}\n\n{page[1]['id']}\n")
    html.write_text("<p>We are back.</p>\n")
    attached.write_text("0.00")

    batch = await _sent(run, "--ids-file", str(ids), "--html-file", str(html), "--attach", str(attached))
    assert (batch["selected_count"], batch["message"]["html"]) == (2, "<p>We are back.</p>")
    assert len(batch["message"]["attachment_ids"]) == 1
    rest = await _sent(run, *TO_ALL, "--filter", "channel=email", "--exclude", page[0]["id"])
    assert rest["selected_count"] == 5
    again = await _sent(run, "--follow-up", batch["id"])
    assert again["recipient_count"] == 2


async def test_a_refusal_is_told_in_words_with_each_place_that_it_names(crowd: Live, run: Run, tmp_path: Path) -> None:
    filter_ = tmp_path / "filter.json"
    filter_.write_text('{"tags": {"any": []}, "color": ["red"]}')

    refused = await run("send", ANSWERED, "--filter-file", str(filter_), "--yes")
    assert (refused.exit_code, refused.stdout) == (Exit.REFUSED, "")
    assert "(invalid_request)" in refused.stderr
    assert "/selection/filter/tags/any: " in refused.stderr
    assert "/selection/filter/color: " in refused.stderr


async def test_where_everybody_is_skipped_nothing_is_left_to_be_confirmed(crowd: Live, run: Run) -> None:
    refused = await run("send", ANSWERED, *TO_ALL, "--filter", "channel=voice", "--yes")

    assert refused.exit_code == Exit.REFUSED
    assert "2: voice takes no text" in refused.stdout
    assert "(nothing_to_send)" in refused.stderr
    [batch] = (await crowd.client.get("/mass-replies")).json()["items"]
    assert batch["status"] == "cancelled"


async def test_a_wrong_key_is_refused_and_never_shown(run: Run) -> None:
    refused = await run("status", str(uuid4()), MASS_REPLY_KEY="mr_secret")

    assert refused.exit_code == Exit.REFUSED
    assert "(unauthenticated)" in refused.stderr
    assert "mr_secret" not in refused.output


@pytest.mark.parametrize("said", [{"ok": True}, {"id": "1", "items": [{"name": "x"}], "next_cursor": None}])
async def test_another_server_that_answers_in_json_is_told_from_ours(run: Run, said: dict[str, Any]) -> None:
    elsewhere = FastAPI()
    elsewhere.api_route("/{path:path}", methods=["GET", "POST"])(lambda: said)
    commands = ("status", "deliveries", "cancel", "pause", "resume", "retry")

    async with serving_http(elsewhere) as url:
        ends = [await run(command, str(uuid4()), MASS_REPLY_URL=url) for command in commands]
        ends.append(await run("send", ANSWERED, *TO_ALL, "--yes", "--attach", __file__, MASS_REPLY_URL=url))

    assert {end.exit_code for end in ends} == {Exit.UNREACHABLE}
    assert {end.stderr.partition(". ")[0] for end in ends} == {"The response is not from mass-reply"}


@pytest.mark.parametrize("missing", ["MASS_REPLY_URL", "MASS_REPLY_KEY"])
async def test_a_missing_address_or_key_is_named(run: Run, missing: str) -> None:
    refused = await run("status", str(uuid4()), **{missing: ""})

    assert refused.exit_code == Exit.USAGE
    assert missing in refused.stderr


async def _sent(run: Run, *arguments: str) -> dict[str, Any]:
    sent: Result = await run("send", "We are back.", *arguments, "--yes", "--json")
    assert sent.exit_code == Exit.DONE, sent.output
    return dict(json.loads(sent.stdout))


async def _another_account(crowd: Live) -> Any:
    return await add_account(crowd.runtime, crowd.tenant, postmark(crowd.sandbox.url))
