"""Commits without an answer, of claims and of records, while workers and PostgreSQL live on."""

import pytest

from app.domain.delivery_lifecycle import DeliveryStatus
from tests.faults.commits import cutting
from tests.faults.conftest import Begin

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


@pytest.mark.parametrize("every", [7, pytest.param(11, marks=pytest.mark.matrix)])
async def test_whether_the_request_or_the_answer_is_lost_nothing_is_uncertain(begin: Begin, every: int) -> None:
    trial = await begin(email=200, sms=200)
    async with cutting(trial.settings.database_url, every=every) as cuts:
        worker = await trial.worker(database_url=cuts.url)
        history = await trial.over(seconds=200)
        assert await worker.terminate() == 0

    said = worker.log.read_text()
    assert cuts.lost_requests >= 4
    assert cuts.lost_answers >= 4
    assert all(event in said for event in ("claim_unanswered", "record_failed"))
    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
