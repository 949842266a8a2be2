"""What is installed: complete locks, on any machine's pip, and one line where there is no network."""

import os
import runpy
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from app.dev.check_locks import LOCKS, ROOT, Pin, check, differences, find_faults, read_pins

INSTALL = ROOT / "requirements" / "install.py"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = LOCKS[0]
A_HASH = " --hash=sha256:" + "0" * 64

Change = Callable[[Mapping[str, Pin]], Mapping[str, Pin]]


def lock_text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def without(name: str) -> Change:
    return lambda pins: {each: pin for each, pin in pins.items() if each != name}


def with_pin(entry: str) -> Change:
    pin = Pin.read(entry)
    return lambda pins: {**pins, pin.requirement.name: pin}


def test_every_lock_is_complete_and_has_no_more_than_it_needs() -> None:
    assert find_faults() == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (without("starlette"), "starlette is missing, which fastapi needs"),
        (without("fastapi"), "fastapi is missing, which pyproject.toml needs"),
        (without("greenlet"), "greenlet is missing, which sqlalchemy needs"),  # wanted with an extra
        (without("async-timeout"), "async-timeout is missing, which redis needs"),  # by Python 3.11.0 alone
        (with_pin("typer==0.1.0" + A_HASH), "typer 0.1.0 is not the >=0.27 that pyproject.toml needs"),
        (with_pin("pytest==9.2.0" + A_HASH), "pytest is there, and nothing needs it"),
        (with_pin("idna==3.10"), "idna has no hash"),
    ],
)
def test_what_is_wrong_with_a_lock_is_named(change: Change, fault: str) -> None:
    assert fault in check(RUNTIME, PROJECT, change(read_pins(lock_text("runtime"))))


def test_a_release_that_the_tests_do_not_run_with_is_named() -> None:
    pins = read_pins(lock_text("dev"))
    other = with_pin("typer==0.1.0" + A_HASH)(read_pins(lock_text("runtime")))
    assert differences({"dev": pins, "runtime": other}) == [
        f"runtime: typer is 0.1.0, and in dev {pins['typer'].version}"
    ]


def environment_with_pip(folder: Path) -> Path:
    """Made without the seconds that a pip of its own would take: it borrows ours."""
    venv.create(folder, symlinks=True)
    library = sysconfig.get_path("purelib", vars={"base": str(folder)})
    Path(library, "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return folder


@pytest.mark.parametrize(("spent", "to_ask"), [(1.0, 8.0), (4.0, 5.0), (14.0, 28.0)])
def test_a_busy_machine_is_not_taken_for_one_without_a_network(spent: float, to_ask: float) -> None:
    assert runpy.run_path(str(INSTALL))["seconds_to_ask"](spent) == to_ask


def test_without_a_network_one_line_says_so(tmp_path: Path) -> None:
    environment = environment_with_pip(tmp_path / "with space")
    of_ours = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_NO_CACHE_DIR": "1"}
    terminal = {"PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(INSTALL), str(environment), "embedded"],
        env={**of_ours, **nowhere, **terminal, "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "The package index does not answer. Is there a network, and does pip know its proxy and certificate?\n"
    )
    assert not list(environment.glob("installed-*"))


def test_a_folder_that_cannot_be_written_to_is_named_in_one_line(tmp_path: Path) -> None:
    """Such as a checkout that root has installed in, when somebody else runs `make` there."""
    program = tmp_path / "requirements" / "install.py"
    program.parent.mkdir()
    program.write_bytes(INSTALL.read_bytes())
    (tmp_path / "var").write_text("")
    command = [sys.executable, str(program), ".venv", "embedded"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path / 'var'}: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("variable", "value", "left"),
    [
        ("PYTHONDONTWRITEBYTECODE", "1", ""),  # some images switch byte code off
        ("LC_ALL", "C", ""),  # a folder with an umlaut in its name
        ("LC_ALL", "C.UTF-8", "C.UTF-8"),
    ],
)
def test_what_make_starts_is_not_slowed_or_stopped_by_its_environment(variable: str, value: str, left: str) -> None:
    asked = f"asked:\n\t@echo [$${variable}]\n"
    done = subprocess.run(
        ["make", "--no-print-directory", "-f", "Makefile", "-f", "-", "asked"],  # noqa: S607 - whichever make there is
        cwd=ROOT,
        env={**os.environ, variable: value},
        input=asked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"[{left}]\n"
