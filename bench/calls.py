"""CPU time of one call to a provider, in microseconds, with nothing of the delivery around it: `python -m bench.calls`.

It prints several measurements of the same: on a busy machine the least of them is the nearest to the truth.
"""

import asyncio
import time
from typing import Final

import httpx
import uvloop

from app.channels.http import open_http
from app.channels.provider_calls import post
from app.channels.provider_responses import ProviderResponse
from bench.load import MESSAGE, SID
from bench.processes import provider

AT_ONCE: Final = 16
EACH: Final = 60
MEASUREMENTS: Final = 5


def main() -> None:
    with provider() as port:
        uvloop.run(_measure(f"http://127.0.0.1:{port}/2010-04-01/Accounts/{SID}/Messages.json"))


async def _measure(url: str) -> None:
    async with open_http(allow_private_urls=True, max_connections=AT_ONCE) as http:
        await _calls(http, url)  # the connections are there before anything is measured
        for _ in range(MEASUREMENTS):
            before = time.process_time()
            await _calls(http, url)
            print(round((time.process_time() - before) / (AT_ONCE * EACH) * 1e6))


async def _calls(http: httpx.AsyncClient, url: str) -> None:
    await asyncio.gather(*(_some(http, url) for _ in range(AT_ONCE)))


async def _some(http: httpx.AsyncClient, url: str) -> None:
    form = {"To": "+12025550123", "From": "+12025550100", "Body": MESSAGE, "StatusCallback": f"{url}?d=x.1"}
    for _ in range(EACH):
        answer = await post(http, url, form=form, headers={"Authorization": "Basic token"})
        assert isinstance(answer, ProviderResponse)
        assert answer.ok


if __name__ == "__main__":
    main()
