"""Mass replies for the sweeper, and what it makes of them."""

from tests.delivery.stage import Batch, Stage

PAST = "now() - interval '1 second'"


async def set_up(stage: Stage, batch: Batch, changes: str) -> None:
    await stage.runs(f"UPDATE mass_replies SET {changes} WHERE id = :id", id=batch.id)


async def tick(stage: Stage) -> None:
    assert await stage.sweeper().tick()


async def outcome(stage: Stage, batch: Batch) -> tuple[str, dict[str, int], bool]:
    mass_reply = await stage.mass_reply(batch)
    return mass_reply.status, await stage.counts(batch), mass_reply.finished_at is not None
