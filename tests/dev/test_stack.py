"""A newcomer's machine: the stack starts from nothing, and leaves nothing behind, however it ends."""

import re
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.dev.ports import free_port, own_port
from app.dev.servers import EmbeddedServersMissing, closed_to_others
from app.dev.stack import Shape, running_stack
from app.dev.subprocesses import StackFailed
from app.dev.workdir import PLACES, PLAIN, own_place, plain_folder
from app.settings import SettingsInvalid
from tests.dev.programs import own_folder, running_in, start, still_running_in, up

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def folder() -> Iterator[Path]:
    with own_folder() as folder:
        yield folder


@pytest.mark.faults
def test_the_demo_does_what_it_promised_and_leaves_nothing_behind(folder: Path) -> None:
    program = start(folder, "demo")  # on every channel
    said, _ = program.communicate(timeout=100)
    assert program.returncode == 0, said
    assert "149 conversations are selected; exactly 131 get the reply" in said
    [row] = re.findall(r"│ all +│ (.*) │", said)
    selected, sent, delivered, read, failed, uncertain, skipped = map(int, row.split("│"))
    assert (selected, sent + delivered + read, failed, uncertain, skipped) == (149, 115, 14, 2, 18)
    assert "107 messages accepted for 107 deliveries; 0 of them twice" in said
    assert "exactly what the preflight had promised" in said
    assert running_in(folder) == []
    assert not (folder / "var" / "stack-1").exists()


@pytest.mark.faults
def test_what_a_killed_stack_leaves_behind_is_stopped_and_removed_by_the_next(folder: Path) -> None:
    with up(folder) as running:
        running.program.kill()
        running.program.wait()
    assert running_in(folder) != []

    with own_place(folder / "var") as place:
        assert place.name == "stack-1"
        assert list(place.iterdir()) == []
    # The API, the worker and the sandbox saw their starter end, and are stopping by themselves.
    assert still_running_in(folder, after=20) == []


def test_stacks_beside_each_other_take_places_of_their_own(tmp_path: Path) -> None:
    with own_place(tmp_path) as first, own_place(tmp_path) as second:
        assert (first.name, second.name) == ("stack-1", "stack-2")
    with own_place(tmp_path) as again:
        assert again.name == "stack-1"


def test_when_every_place_is_taken_it_says_so(tmp_path: Path) -> None:
    with ExitStack() as stack:
        for _ in range(PLACES):
            stack.enter_context(own_place(tmp_path))
        with pytest.raises(StackFailed, match="Stop one of them"):
            stack.enter_context(own_place(tmp_path))


@pytest.mark.parametrize("name", ["with space", "it's (2)", "50%41+x", "Fächer"])
def test_a_path_that_the_servers_would_read_as_another_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = plain_folder(tmp_path / name)
    assert PLAIN.fullmatch(str(folder))
    assert folder.is_dir()
    assert folder == plain_folder(tmp_path / name) != plain_folder(tmp_path / f"{name} ")
    assert plain_folder(tmp_path / "plain") == tmp_path / "plain"


def test_another_users_folder_is_never_taken_for_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = plain_folder(tmp_path / "with space")
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StackFailed, match="somebody else's"):
        plain_folder(tmp_path / "with space")


def test_a_failure_keeps_the_logs_that_its_message_names(tmp_path: Path) -> None:
    with pytest.raises(StackFailed), own_place(tmp_path):
        _fail_in(tmp_path / "stack-1")
    assert (tmp_path / "stack-1" / "api.log").read_text() == "why"


def _fail_in(place: Path) -> None:
    (place / "api.log").write_text("why")
    raise StackFailed("see api.log")


def test_a_port_that_is_taken_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert free_port(number) != number


def test_a_port_that_another_stack_waits_for_is_not_given_twice() -> None:
    wanted = free_port()
    with own_port(wanted) as first, own_port(wanted) as second:
        assert first == wanted != second
    with own_port(wanted) as again:
        assert again == wanted


def test_naming_only_one_of_the_real_databases_addresses_says_which_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASS_REPLY_DATABASE_URL", "postgresql://runtime@127.0.0.1/mass_reply")
    monkeypatch.delenv("MASS_REPLY_OWNER_URL", raising=False)
    with pytest.raises(SettingsInvalid, match="MASS_REPLY_OWNER_URL"), running_stack(Shape(), var=tmp_path):
        pass


def test_without_the_mail_server_it_names_the_extra_and_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "aiosmtpd.smtp", None)
    with pytest.raises(EmbeddedServersMissing, match="extra `embedded`"), running_stack(Shape(), var=tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_others_than_its_owner_may_not_read_is_named(tmp_path: Path) -> None:
    """What a strict umask leaves: as root, PostgreSQL runs as another user."""
    library = tmp_path / "lib" / "library.so"
    library.parent.mkdir(mode=0o755)
    library.touch()
    library.chmod(0o600)
    closed_above = next((each for each in reversed(library.parents) if not each.stat().st_mode & stat.S_IXOTH), None)
    assert closed_to_others(library.parent) == (closed_above or library)
