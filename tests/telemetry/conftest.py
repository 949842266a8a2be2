"""A stage for what is sent, and an application to be asked."""

from tests.api.conftest import anonymous, app, client, make_key
from tests.delivery.conftest import other, stage

__all__ = ["anonymous", "app", "client", "make_key", "other", "stage"]
