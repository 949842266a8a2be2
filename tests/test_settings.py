"""Times that the delivery protocol can work with, and those that it cannot."""

from datetime import timedelta

import pytest

from app.settings import SettingsInvalid, load_settings
from tests.conftest import SECRET_KEY

NEEDED = {"database_url": "postgresql://nobody@/nothing", "secret_key": SECRET_KEY}


def test_nothing_may_be_declared_unsent_within_a_minute_of_its_claim() -> None:
    assert load_settings(**NEEDED).settles_after == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("name", "value"), [("lease", "PT4S"), ("settle_slack", "-PT1S"), ("pump_budget", "PT0S"), ("pump_budget", "PT11S")]
)
def test_a_time_that_the_protocol_cannot_work_with_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=f"MASS_REPLY_{name.upper()}"):
        load_settings(**NEEDED | {name: value})
