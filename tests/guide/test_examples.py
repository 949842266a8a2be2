"""Each of the examples does what it says, against the whole service."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Route

from app.dev.ports import free_port
from tests.dev.programs import Up
from tests.test_readme import ROOT

EXAMPLES = ROOT / "examples"
SECRET = "whsec_" + "c2VjcmV0" * 6
PATIENCE = 30.0
TEXT = "Hi {{ contact.first_name | default: 'there' }}."


@pytest.fixture
def api(made_up: Up) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {made_up.key}"}
    with httpx.Client(base_url=made_up.api, headers=headers, trust_env=False) as client:
        yield client


def imported(api: httpx.Client, tag: str, **fields: Any) -> None:
    contact = {"external_id": f"{tag}-u", "first_name": "Ann", "phone": "+12025550147"}
    line = {"external_id": f"{tag}-1", "tags": [tag], "contact": contact, **fields}
    ndjson = {"Content-Type": "application/x-ndjson"}
    assert api.post("/conversations/import", content=json.dumps(line), headers=ndjson).json()["failed"] == 0


@contextmanager
def serving(name: str, output: Path, **environment: str) -> Iterator[int]:
    """Run an example that is a server, and give its port. What it prints is in `output`."""
    port = free_port()
    with output.open("w") as told:
        program = subprocess.Popen(  # noqa: S603 - our own example
            [sys.executable, str(EXAMPLES / name), str(port)],
            stdout=told,
            stderr=told,
            env={**os.environ, **environment},
        )
    try:
        until(lambda: _listens(port), program.poll)
        yield port
    finally:
        program.terminate()
        program.wait()


def _listens(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
    except httpx.TransportError:
        return False
    return True


def until(holds: Callable[[], object], ended: Callable[[], object] = lambda: None) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert ended() is None, "the program has ended"
        assert time.monotonic() < end, "it has not come to pass"
        time.sleep(0.05)


def integrator(stack: Up, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own example
        command,
        env={**os.environ, "MASS_REPLY_URL": stack.api, "MASS_REPLY_KEY": stack.agent_key},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(EXAMPLES / "integrator.py"), *arguments)


def test_python_sends_through_a_channel_of_ones_own_and_a_receiver_hears_of_it(
    made_up: Up, api: httpx.Client, tmp_path: Path
) -> None:
    carried, heard = tmp_path / "carried", tmp_path / "heard"
    account = {"channel": "other", "provider": "webhook", "name": "Rooms", "credentials": {"secret": SECRET}}
    made = api.put("/channel-accounts/rooms", json={**account, "config": {"url": "http://127.0.0.1:1/"}})
    callback = made.json()["callback_url"]
    endpoint = api.put("/webhook-endpoints/example", json={"url": "http://127.0.0.1:1/", "enabled": False}).json()
    with (
        serving("helpdesk_channel.py", carried, CHANNEL_SECRET=SECRET, CALLBACK_URL=callback) as channel,
        serving("webhook_receiver.py", heard, WEBHOOK_SECRET=endpoint["secret"]) as receiver,
    ):
        api.put("/channel-accounts/rooms", json={**account, "config": {"url": f"http://127.0.0.1:{channel}/"}})
        api.put("/webhook-endpoints/example", json={"url": f"http://127.0.0.1:{receiver}/"})
        imported(api, "rooms", channel="other", channel_account="rooms", address="room-17")

        done = integrator(made_up, *python("rooms", TEXT, "1"))

        assert (done.returncode, done.stdout.split("\t")[0]) == (0, "rooms-1"), done.stderr
        assert "1 of 1 would get it" in done.stderr
        assert json.loads(carried.read_text()) == {"to": "room-17", "text": "Hi Ann."}
        until(lambda: "mass_reply.completed" in heard.read_text())
        timeline = "/conversations/rooms-1/timeline"
        until(lambda: api.get(timeline).json()["items"][0]["delivery_status"] == "delivered")
    api.delete("/webhook-endpoints/example")


def test_python_sends_nothing_to_another_number_than_was_meant(made_up: Up, api: httpx.Client) -> None:
    imported(api, "other-count", channel="sms", channel_account="support-sms")
    done = integrator(made_up, *python("other-count", TEXT, "2"))
    assert done.returncode == 4
    assert "nothing was sent" in done.stderr
    assert api.get("/mass-replies").json()["items"][0]["status"] == "cancelled"


def test_python_says_why_it_was_refused(made_up: Up) -> None:
    done = integrator(made_up, *python("nobody-has-this-tag", TEXT, "1"))
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "match" in done.stderr


@pytest.mark.skipif(shutil.which("node") is None, reason="There is no Node here: `apt-get install nodejs` brings one.")
def test_node_sends_as_python_does(made_up: Up, api: httpx.Client) -> None:
    imported(api, "node", channel="sms", channel_account="support-sms")
    example = ("node", str(EXAMPLES / "integrator.mjs"), "node", TEXT)
    assert integrator(made_up, *example, "2").returncode == 4
    done = integrator(made_up, *example, "1")
    assert (done.returncode, done.stdout.split("\t")[0]) == (0, "node-1"), done.stderr


@pytest.fixture
def agent_key(api: httpx.Client) -> str:
    key: str = api.post("/api-keys", json={"name": "page", "roles": ["agent"]}).json()["key"]
    return key


async def test_a_page_sends_what_its_reader_agrees_to_and_follows_it(
    made_up: Up, api: httpx.Client, agent_key: str, chromium: Browser
) -> None:
    imported(api, "page", channel="sms", channel_account="support-sms")

    async def from_file(route: Route) -> None:
        await route.fulfill(path=EXAMPLES / "page.html")

    page = await chromium.new_page()
    await page.route("**/page.html", from_file)  # of the service's own origin, which needs no CORS
    await page.goto(f"{made_up.api}/page.html#api={made_up.api}&key={agent_key}")
    await page.get_by_label("Everybody with the tag").fill("page")
    await page.get_by_label("gets").fill(TEXT)
    await page.get_by_role("button", name="See what will happen").click()
    await page.get_by_text("1 of 1 will get it.").wait_for()
    await page.get_by_role("button", name="Send it to 1").click()
    await page.get_by_text("page-1").wait_for()
    await page.get_by_text("completed:").wait_for()
    await page.close()
