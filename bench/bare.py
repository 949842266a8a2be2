"""The bare loop: the same client, the same request, nothing else: `python -m bench.bare PORT COUNT CONCURRENCY`."""

import asyncio
import sys
import time

import httpx
import uvloop

from app.channels.http import open_http
from bench.load import MESSAGE, SID


async def main(port: int, count: int, concurrency: int) -> None:
    url = f"http://127.0.0.1:{port}/2010-04-01/Accounts/{SID}/Messages.json"
    form = {"To": "+12025550123", "From": "+12025550100", "Body": MESSAGE, "StatusCallback": f"{url}?d=x.1"}
    async with open_http(allow_private_urls=True, max_connections=concurrency) as http:
        remaining = iter(range(count))
        started = time.perf_counter()
        await asyncio.gather(*(_post(http, url, form, remaining) for _ in range(concurrency)))
        print(count / (time.perf_counter() - started))


async def _post(http: httpx.AsyncClient, url: str, form: dict[str, str], remaining: object) -> None:
    for _ in remaining:  # type: ignore[attr-defined]
        response = await http.post(url, data=form, auth=(SID, "token"))
        assert response.json()["sid"]


if __name__ == "__main__":
    uvloop.run(main(*map(int, sys.argv[1:4])))
