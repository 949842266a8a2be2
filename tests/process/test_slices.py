"""Long work on the event loop lets others on between its slices."""

import asyncio
import socket

import uvloop

from app.process.slices import Slices


async def steps_before_an_answer() -> int:
    """Work until somebody has their answer, which comes after the first step. Return how many steps that takes."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    waiting, steps = asyncio.create_task(reader.read(1)), 0
    await asyncio.sleep(0)
    with theirs:
        slices = Slices(0)
        while not waiting.done():
            steps += 1
            if steps == 1:
                theirs.send(b"1")
            await slices.pause()
    writer.close()
    return steps


def test_whoever_got_an_answer_goes_before_the_next_slice() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(steps_before_an_answer()) == 1
