"""One `mass-reply up` for everything that the documents and the examples do."""

from collections.abc import Iterator

import pytest

from tests.dev.programs import Up, own_folder, running_in, up


@pytest.fixture(scope="session")
def made_up() -> Iterator[Up]:
    """It stays up until Ctrl-C, and then stops in good order and leaves nothing behind."""
    with own_folder() as folder:
        with up(folder) as running:
            yield running
            assert "Everything is stopped." in running.interrupt()
            assert running.program.returncode == 0
        assert running_in(folder) == []
