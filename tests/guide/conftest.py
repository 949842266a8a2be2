"""One `mass-reply up` for everything that the documents and the examples do."""

from collections.abc import Iterator

import pytest

from tests.dev.programs import Up, own_folder, up


@pytest.fixture(scope="session")
def made_up() -> Iterator[Up]:
    with own_folder() as folder, up(folder) as running:
        yield running
