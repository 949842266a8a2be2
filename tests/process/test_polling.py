"""The task that keeps open pages informed outlives what goes wrong."""

import asyncio

from app.process.polling import Poller


async def test_a_question_that_fails_is_asked_again() -> None:
    asked = asyncio.Semaphore(0)

    async def ask() -> None:
        asked.release()
        raise ValueError("Something that nobody thought of.")

    ticking = Poller("test", ask, lambda: True, 0.001)
    ticking.start()
    async with asyncio.timeout(5):
        await asked.acquire()
        await asked.acquire()
    await ticking.close()
