"""`python3 requirements/install.py VENV LOCK`: an environment with all that a lock names, and this checkout in it.

A lock is complete, so nothing is resolved, built or chosen here: neither a newer release nor an older pip changes what
is installed. Run it again as often as you like; what is there already stays. Two at once take turns.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WITHIN = {"embedded": ("embedded", "dev"), "dev": ("dev",)}
"""The locks that name all that a lock names."""
WHEELS = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
SAID_WITHIN = 9.0
"""Seconds after the start in which a missing network is said; making the environment takes some of them."""
LEAST = 4.0
"""Seconds in which a package index answers, if it does, on a machine that is not busy."""
OVERRIDDEN = {"PIP_CONSTRAINT": os.devnull, "PIP_USER": "0", "PIP_REQUIRE_HASHES": "0"}
"""Options of this machine that would make an install another one. How to reach the package index is the machine's."""


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit("Python 3.11 or newer is needed. PYTHON=python3.12 make … names the one to use.")
    # A terminal in an older encoding than UTF-8 has no sign for each of ours.
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    venv, lock = os.path.abspath(sys.argv[1]), sys.argv[2]
    with turn():
        started = time.monotonic()
        if not any(is_installed(venv, each) for each in WITHIN[lock]):
            print(f"Installing what requirements/{lock}.txt names into {sys.argv[1]} …", flush=True)
            make_environment(venv)
            check_the_index(venv, lock, seconds_to_ask(time.monotonic() - started))
            install(venv, lock)


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other install is under way here, and keep others waiting."""
    var = os.path.join(ROOT, "var")
    os.makedirs(var, exist_ok=True)
    with open(os.path.join(var, "install.lock"), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Something else is being installed here. Waiting for it …", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_installed(venv: str, lock: str) -> bool:
    try:
        return read(stamp(venv, lock)) == digest(venv, lock)
    except OSError:
        return False


def stamp(venv: str, lock: str) -> str:
    return os.path.join(venv, f"installed-{lock}")


def digest(venv: str, lock: str) -> str:
    """What an install depends on: the lock, our own metadata, where it lies, and its Python."""
    parts = (read(lock_file(lock)), read(os.path.join(ROOT, "pyproject.toml")), read(os.path.join(venv, "pyvenv.cfg")))
    return hashlib.sha256("\0".join((*parts, ROOT, venv)).encode()).hexdigest()


def lock_file(lock: str) -> str:
    return os.path.join(ROOT, "requirements", f"{lock}.txt")


def read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def make_environment(venv: str) -> None:
    """Make it, unless one is there that works. What was moved here or lost its Python is made anew."""
    if is_usable(venv):
        return
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit("Python's own pip is missing (ensurepip). On Debian and Ubuntu: apt-get install python3-venv")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", venv]):
        sys.exit(f"Python could not make an environment in {venv}.")


def is_usable(venv: str) -> bool:
    command = [python(venv), "-c", f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"]
    try:
        made = read(os.path.join(venv, "pyvenv.cfg"))
        works = subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False
    return works and ("\ncommand = " not in made or made.rstrip().endswith(venv))


def python(venv: str) -> str:
    return os.path.join(venv, "bin", "python")


def install(venv: str, lock: str) -> None:
    fetched = pip(venv, "install", *WHEELS, "-r", lock_file(lock))
    if fetched or pip(venv, "install", "--no-index", "--no-deps", "--no-build-isolation", "-e", ROOT):
        sys.exit(f"What requirements/{lock}.txt names could not be installed; pip says why above.")
    # Several processes start at once, and each would compile the service.
    subprocess.call([python(venv), "-m", "compileall", "-qq", "-j", "0", os.path.join(ROOT, "app")])
    with open(stamp(venv, lock), "w", encoding="utf-8") as file:
        file.write(digest(venv, lock))


def seconds_to_ask(spent: float) -> float:
    """A machine that was slow to make the environment is as slow to ask: a busy one is not one without a network."""
    left = SAID_WITHIN - spent
    return left if left > LEAST else 2 * spent


def check_the_index(venv: str, lock: str, within: float) -> None:
    """Fetch one small wheel first: left alone, pip tries for minutes where there is no network."""
    with tempfile.TemporaryDirectory() as folder:
        asked = os.path.join(folder, "asked.txt")
        with open(asked, "w", encoding="utf-8") as file:
            file.write(pin("packaging", lock))
        how = ("--timeout", "3", "--retries", "1", "--dest", folder, "-r", asked)
        try:
            failed = pip(venv, "download", *WHEELS, *how, stderr=subprocess.DEVNULL, timeout=within)
        except subprocess.TimeoutExpired:
            failed = 1
    if failed:
        sys.exit("The package index does not answer. Is there a network, and does pip know its proxy and certificate?")


def pin(name: str, lock: str) -> str:
    """A release with its hashes, as the lock has it."""
    found = re.search(rf"^{name}==(.*\\\n)*.*", read(lock_file(lock)), re.MULTILINE)
    if found is None:
        sys.exit(f"{lock_file(lock)} lacks {name}; `make lock` writes it anew.")
    return found.group()


def pip(venv: str, command: str, *arguments: str, **how: Any) -> int:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    call = [python(venv), "-m", "pip", command, *quiet, *arguments]
    return subprocess.call(call, env={**os.environ, **OVERRIDDEN}, **how)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        advice = "Is this folder somebody else's, or full? `make` needs one that you may write to."
        sys.exit(f"{error.filename or ROOT}: {error.strerror or error}. {advice}")
