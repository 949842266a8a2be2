"""Erasure and retention need whole mass replies."""

import pytest

from tests.api.conftest import anonymous, app, client, make_key
from tests.e2e.conftest import sandbox, worker
from tests.mass_replies.conftest import live, stage

__all__ = ["anonymous", "app", "client", "live", "make_key", "sandbox", "stage", "worker"]


@pytest.fixture(autouse=True)
def _quiet(quiet: None) -> None:
    """Nothing of what is logged is of interest."""
