"""What the libraries that this program uses may put into its logs."""

import subprocess
import sys

CALL = """
import logging

import httpx

from app.logs import configure_logging

configure_logging("DEBUG")
logging.getLogger("witness").info("this is heard")
with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
    client.post("https://hooks.example.test/in?token=t0psecret")
"""


def test_an_address_that_is_called_is_never_logged() -> None:
    # In a process of its own: logging belongs to the whole process.
    program = [sys.executable, "-c", CALL]
    ended = subprocess.run(program, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - our own text
    assert "this is heard" in ended.stderr
    assert "t0psecret" not in ended.stderr
