"""The most memory that a worker and the API have used, and that one batch of 100,000 takes."""

from typing import Final

from bench import user
from bench.figures import Figure, Goal
from bench.load import account, conversations
from bench.processes import peak_megabytes, provider
from bench.run import Run
from bench.stack import Service

DELIVERIES: Final = 100_000
PARTS: Final = 10
"""Requests in which they are imported."""
MOST: Final = 200


async def measure(run: Run) -> list[Figure]:
    """Send one batch of e-mails, which are sent fastest."""
    count = run.fewer(DELIVERIES)
    lines = list(conversations("email", count, seed=run.seed))
    async with run.stack.service() as service:
        with provider() as port:
            await user.save_account(service.client, "email", account("email", port))
            for part in range(PARTS):
                await user.import_conversations(service.client, lines[part::PARTS])
            await user.send(service, "email")
        return [most(service, f"one batch of {count:,} e-mails, after their import")]


def most(service: Service, about: str) -> Figure:
    """Return the most that any worker, and the API, have used since they started."""
    worker = max(peak_megabytes(worker.process.pid) for worker in service.workers)
    api = peak_megabytes(service.api.process.pid)
    goals = (Goal("worker, MB", worker, at_most=MOST), Goal("API, MB", api, at_most=MOST))
    return Figure(f"memory of a worker, at most, {about}", worker, "MB", {"API": api}, goals)
