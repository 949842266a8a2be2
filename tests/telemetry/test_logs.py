"""What the libraries that this program uses may put into its logs."""

import json
import subprocess
import sys
from uuid import UUID

import pytest

CALL = """
import logging

import httpx

from app.telemetry.logs import configure_logging

configure_logging("DEBUG")
logging.getLogger("witness").info("this is heard")
with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
    client.post("https://hooks.example.test/in?token=t0psecret")
"""


EVERYTHING = """
import logging
import warnings

import structlog

from app.telemetry.logs import about, configure_logging
from uuid import UUID

configure_logging("INFO")
with about(tenant=UUID(int=7)):
    structlog.get_logger().info("two\\nlines", text="a\\nb")
    logging.getLogger("a library").warning("three\\nmore\\nlines")
    warnings.warn("this is old\\nand long")
    try:
        raise ValueError("ann@example.com\\nwrote this")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("a library").exception("failed too")
"""


def test_whoever_speaks_each_line_is_one_json_object_with_the_ids_that_are_bound() -> None:
    lines = [json.loads(line) for line in run(EVERYTHING).splitlines()]
    assert [line["level"] for line in lines] == ["info", "warning", "warning", "error", "error"]
    assert {line["tenant"] for line in lines} == {str(UUID(int=7))}
    assert all({"event", "timestamp"} <= line.keys() for line in lines)
    assert [line.get("error") for line in lines[3:]] == ["builtins.ValueError"] * 2
    assert "ann@" not in str(lines)


NOBODY_LISTENS = """
import asyncio
import gc

import uvloop

from app.telemetry.logs import configure_logging

configure_logging("INFO")

def call_back(address):
    raise ValueError(address)

async def main():
    asyncio.get_running_loop().call_soon(call_back, "ann@example.com")
    lost = asyncio.create_task(fails())
    await asyncio.sleep(0.01)
    del lost
    gc.collect()

async def fails():
    raise ValueError("bob@example.com wrote this")

with asyncio.Runner(loop_factory=LOOP) as runner:
    runner.run(main())
"""


@pytest.mark.parametrize(
    ("loop", "callback"),
    [("asyncio.new_event_loop", "Exception in callback call_back"), ("uvloop.new_event_loop", "Exception in callback")],
)
def test_an_error_that_only_the_event_loop_hears_of_is_logged_without_its_words(loop: str, callback: str) -> None:
    lines = [json.loads(line) for line in run(NOBODY_LISTENS.replace("LOOP", loop)).splitlines()]
    assert [line["event"] for line in lines] == [callback, "Task exception was never retrieved"]
    assert [line["error"] for line in lines] == ["builtins.ValueError"] * 2
    assert all(line["frames"] for line in lines)
    assert "@example.com" not in str(lines)


def run(text: str) -> str:
    """What a program says. In a process of its own: logging belongs to the whole process."""
    program = [sys.executable, "-c", text]
    return subprocess.run(program, capture_output=True, text=True, check=True, timeout=30).stderr  # noqa: S603 - our own text


def test_an_address_that_is_called_is_never_logged() -> None:
    said = run(CALL)
    assert "this is heard" in said
    assert "t0psecret" not in said
