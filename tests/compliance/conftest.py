"""Erasure and retention need whole mass replies."""

import pytest

from tests.api.conftest import anonymous, app, client, make_key
from tests.compliance.person import import_, person
from tests.e2e.conftest import sandbox, worker
from tests.mass_replies.conftest import Stage, live, stage

__all__ = ["anonymous", "app", "client", "live", "make_key", "sandbox", "stage", "worker"]


@pytest.fixture(autouse=True)
def _quiet(quiet: None) -> None:
    """Nothing of what is logged is of interest."""


@pytest.fixture
async def desk(stage: Stage) -> Stage:
    await import_(stage.client, person())
    return stage
