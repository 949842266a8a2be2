"""A deadline that passes when a test says so, and not by how slow the machine is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from app.channels import http as channel_http

FAR: Final = 9.0
"""Seconds: less than a call may take without a deadline, and far more than it takes to come to its moment."""


@asynccontextmanager
async def deadline_passing_at(moment: asyncio.Event) -> AsyncIterator[None]:
    """Give the block's calls a deadline, and let the clocks stand just after it once the moment has come.

    No later timer runs then: a call that does not keep this deadline hangs.
    """
    loop = asyncio.get_running_loop()
    by_loop, by_elapsed = loop.time() + FAR, channel_http.elapsed() + FAR
    just_after = 0.001
    with pytest.MonkeyPatch.context() as patched, channel_http.deadline(by_loop):

        async def leap() -> None:
            await moment.wait()
            patched.setattr(loop, "time", lambda: by_loop + just_after)
            patched.setattr(channel_http, "elapsed", lambda: by_elapsed + just_after)

        leaping = asyncio.create_task(leap())
        try:
            yield
        finally:
            leaping.cancel()
