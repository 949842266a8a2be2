"""A stage for what is sent, and an application to be asked, whose counters no other test moves."""

import pytest

from app.settings import Settings
from tests.api.conftest import anonymous, app, client, make_key
from tests.delivery.conftest import other, stage

__all__ = ["anonymous", "app", "client", "make_key", "other", "stage"]


@pytest.fixture
def settings(usual_settings: Settings) -> Settings:
    return usual_settings.model_copy()
