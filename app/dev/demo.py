"""`mass-reply demo`: the main job once, from conversations to results, and whether it did what it had promised."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live

from app.dev.api_client import Calls, Json
from app.dev.inboxes import Inbox, inboxes, open_inboxes
from app.dev.promises import Promise, PromisedResult, Received, breaches
from app.dev.samples import (
    REPORT,
    SELECTION,
    SNIPPETS,
    TEXT,
    WHATSAPP_TEMPLATE,
    Ending,
    SampleConversation,
    samples,
    to_ndjson,
)
from app.dev.show import open_console, preflight_table, progress_table, results_table, sample_lines, unplain_table
from app.dev.stack import Shape, Stack, running_stack
from app.dev.subprocesses import StackFailed

FINISH_WITHIN = 60.0
QUIET = 15.0
"""Seconds without another report from a provider, after which no more is expected."""
POLL = 0.1


def draft(attachment: str) -> Json:
    return {
        "selection": SELECTION,
        "message": {"text": TEXT, "attachment_ids": [attachment]},
        "mark_as_done": True,
        "whatsapp_template": WHATSAPP_TEMPLATE,
    }


class PromiseBroken(Exception):
    """The mass reply did something else than its preflight had promised. The message says what."""


@dataclass(frozen=True, slots=True)
class Scene:
    stack: Stack
    admin: Calls
    agent: Calls
    sandbox: Calls
    console: Console


def demo(times: int = 1) -> None:
    """Run it, with crowds `times` as large, and stop everything. Raise PromiseBroken, StackFailed or CallFailed."""
    console, started = open_console(), time.monotonic()
    console.print("Starting PostgreSQL, Valkey, the API, two workers, and a sandbox in the providers' place …")
    with running_stack(Shape(workers=2)) as stack:
        console.print(
            f"Ready after {time.monotonic() - started:.1f} s: {stack.api_url}/docs, {stack.sandbox_url}/outbox"
        )
        with (
            Calls(stack.api_url, stack.access.admin_key) as admin,
            Calls(stack.api_url, stack.access.agent_key) as agent,
            Calls(stack.sandbox_url) as sandbox,
        ):
            _perform(Scene(stack, admin, agent, sandbox, console), samples(datetime.now(UTC), times))
    console.print(f"\nEverything is stopped again. The demo took {time.monotonic() - started:.0f} s.")


def _perform(scene: Scene, sample: Sequence[SampleConversation]) -> None:
    fill(scene, sample)
    wanted = draft(scene.agent.attach(*REPORT))
    previewed = Promise.read(scene.agent.post("/mass-replies/preview", wanted))
    created = scene.agent.post("/mass-replies", wanted)
    promise = Promise.read(created)
    _show_promise(scene, promise)
    scene.agent.post(f"/mass-replies/{created['id']}/confirm", {"recipient_count": promise.recipients})
    watch(scene, created["id"])
    endings = {each.external_id: each.ending for each in sample if each.ending}
    results = settled_results(scene, created["id"], endings)
    received = Received.read(scene.sandbox.get("/journal"))
    _show_results(scene, results, received)
    found = breaches(promise, results, received, endings)
    if previewed != promise:
        found.append("The preview promised something else than the mass reply that was created from it.")
    if found:
        raise PromiseBroken("\n  ".join(["This is not what was promised:", *found]))
    scene.console.print("\nThat is exactly what the preflight had promised.", style="bold green")


def fill(scene: Scene, sample: Sequence[SampleConversation]) -> None:
    """Create the channel accounts and snippets, and import the conversations. Raise PromiseBroken if a line is
    refused."""
    chosen = inboxes(scene.stack.sandbox_url, scene.stack.smtp_port)
    open_inboxes(scene.admin, scene.sandbox, chosen)
    for shortcode, text in SNIPPETS.items():
        scene.admin.put(f"/snippets/{shortcode}", {"text": text})
    report = scene.admin.upload("/conversations/import", to_ndjson(sample), "application/x-ndjson")
    if report["failed"]:
        raise PromiseBroken(f"{report['failed']} of the sample conversations were refused: {report['errors']}")
    accounts = ", ".join(inbox.key for inbox in chosen)
    scene.console.print(f"Imported {report['created']} conversations; accounts: {accounts}.\n")
    _play_customers(scene, sample, {inbox.key: inbox for inbox in chosen})


def _play_customers(scene: Scene, sample: Sequence[SampleConversation], by_key: Mapping[str, Inbox]) -> None:
    """Let those customers write that have a message. Raise PromiseBroken if one is refused."""
    for said in (each for each in sample if each.says):
        inbox = by_key[said.line["channel_account"]]
        writes = {"provider": inbox.provider, "identity": inbox.identity, "sender": said.line["address"]}
        if not scene.sandbox.post("/sandbox/inbound", {**writes, "text": said.says})["taken"]:
            raise PromiseBroken(f"The customer of {said.external_id} writes, and nobody takes it.")


def _show_promise(scene: Scene, promise: Promise) -> None:
    say = scene.console.print
    say(f"Message: {TEXT}", markup=False)
    say(f"Selection: {json.dumps(SELECTION)}\n", markup=False)
    say(preflight_table(promise))
    for line in (*sample_lines(promise), *(f"Warning: {warning}" for warning in promise.warnings)):
        say(line, markup=False)
    say(
        f"\n{promise.selected} conversations are selected; exactly {promise.recipients} get the reply "
        f"({promise.sms_segments} SMS segments to pay). Confirming {promise.recipients}.\n",
        style="bold",
    )


def watch(scene: Scene, id_: str) -> None:
    """Show the progress until the mass reply ends. Raise StackFailed."""
    give_up = time.monotonic() + FINISH_WITHIN
    with Live(console=scene.console, auto_refresh=False) as live:
        while time.monotonic() < give_up:
            scene.stack.check()
            batch = scene.agent.get(f"/mass-replies/{id_}")
            live.update(progress_table(batch), refresh=True)
            if batch["finished_at"] is not None:
                return
            time.sleep(POLL)
    raise StackFailed(f"The mass reply is not over after {FINISH_WITHIN:.0f} s; the logs are in {scene.stack.folder}.")


def settled_results(scene: Scene, id_: str, endings: Mapping[str, Ending]) -> Sequence[PromisedResult]:
    """Read the results until all are as expected, or nothing has changed for so long that no report will come."""
    seen, give_up = -1, 0.0
    while True:
        results = [PromisedResult.read(each) for each in _deliveries(scene, id_)]
        met = sum(each.external_id in endings and endings[each.external_id].is_met_by(each.ending) for each in results)
        if met != seen:
            seen, give_up = met, time.monotonic() + QUIET
        if met == len(results) or time.monotonic() > give_up:
            return results
        scene.stack.check()
        time.sleep(POLL)


def _deliveries(scene: Scene, id_: str) -> Sequence[Json]:
    return list(scene.agent.listing(f"/mass-replies/{id_}/deliveries"))


def _show_results(scene: Scene, results: Sequence[PromisedResult], received: Received) -> None:
    say = scene.console.print
    say()
    say(results_table(results))
    say(unplain_table(results))
    say(
        f"The sandbox counted for itself: {len(received.accepted)} messages accepted for "
        f"{len(set(received.accepted))} deliveries; {len(received.duplicates)} of them twice."
    )
