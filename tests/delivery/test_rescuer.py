"""The rescuer: claims whose worker is gone."""

from tests.delivery.stage import Stage
from tests.delivery.sweeping import tick


class TestLostClaims:
    async def test_become_uncertain_when_their_lease_is_over_and_not_before(self, stage: Stage) -> None:
        batch = await stage.batch(3)
        await stage.claim(batch)
        await tick(stage)
        assert await stage.counts(batch) == {"sending": 3}
        await stage.let_lease_run_out(batch)
        await tick(stage)
        row, [attempt] = await stage.row(batch.first), await stage.attempts(batch.first)
        assert (row.status, row.reason_code, attempt.outcome) == ("uncertain", "worker_lost", "worker_lost")
        assert await stage.counts(batch) == {"uncertain": 3}

    async def test_are_never_queued_again(self, stage: Stage) -> None:
        batch = await stage.batch()
        await stage.claim(batch)
        await stage.let_lease_run_out(batch)
        await tick(stage)
        await stage.let_settle(batch)
        await tick(stage)
        assert await stage.claim(batch) == []

    async def test_of_a_row_that_cannot_be_settled_keep_no_other_back(self, stage: Stage, other: Stage) -> None:
        batch, others = await stage.batch(3), await other.batch(2)
        for one, where in ((stage, batch), (other, others)):
            await one.claim(where)
            await one.let_lease_run_out(where)
        poison = "UPDATE deliveries SET reason_code = :code WHERE id = :id"
        await stage.runs(poison, id=batch.deliveries[1], code="a word of a later version")
        await tick(stage)
        assert await stage.counts(batch) == {"uncertain": 2, "sending": 1}
        assert await other.counts(others) == {"uncertain": 2}
        await stage.runs(poison, id=batch.deliveries[1], code=None)
