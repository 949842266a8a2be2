"""`python -m app.dev.check_locks`: each lock names all that is asked for in pyproject.toml, with hashes, and no more.

A lock that lacks something would still install, for nothing is resolved then, and fail when it is used. What a package
needs is read from what is installed here, so only the environment of requirements/dev.txt can tell.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Lock:
    """Which parts of pyproject.toml a lock is for."""

    name: str
    has_project: bool = True
    extras: Sequence[str] = ()
    groups: Sequence[str] = ()


LOCKS = (
    Lock("runtime", extras=("telemetry",)),
    Lock("embedded", extras=("telemetry", "embedded"), groups=("build",)),
    Lock("dev", extras=("telemetry", "embedded"), groups=("dev",)),
    Lock("build", has_project=False, groups=("build",)),
)


@dataclass(frozen=True, slots=True)
class Pin:
    requirement: Requirement
    hashes: Sequence[str]

    @classmethod
    def read(cls, entry: str) -> Self:
        return cls(Requirement(entry.partition("--hash")[0]), HASH.findall(entry))

    @property
    def version(self) -> str:
        return str(self.requirement.specifier).removeprefix("==")

    def holds(self, environment: Mapping[str, str]) -> bool:
        return self.requirement.marker is None or self.requirement.marker.evaluate(dict(environment))


Pins = Mapping[str, Pin]


@dataclass(slots=True)
class Check:
    """A lock held against what is asked for, for one kind of machine."""

    pins: Pins
    environment: Mapping[str, str]
    faults: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def follow(self, wanted: Iterable[Requirement], by: str, extra: str = "") -> None:
        for requirement in wanted:
            if requirement.marker is None or requirement.marker.evaluate({**self.environment, "extra": extra}):
                self._take(requirement, by)

    def _take(self, requirement: Requirement, by: str) -> None:
        name = canonicalize_name(requirement.name)
        pin = self.pins.get(name)
        if pin is None or not pin.holds(self.environment):
            self.faults.add(f"{name} is missing, which {by} needs")
        elif pin.version not in requirement.specifier:
            self.faults.add(f"{name} {pin.version} is not the {requirement.specifier} that {by} needs")
        self.needed.add(name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in self._seen:
                self._seen.add((name, extra))
                self.follow(_needs(name), name, extra)


def check(lock: Lock, project: Mapping[str, Any], pins: Pins) -> Sequence[str]:
    """Yield the faults of a lock."""
    faults, needed = {f"{name} has no hash" for name, pin in pins.items() if not pin.hashes}, set()
    kinds = environments()
    for environment in kinds:
        checked = Check(pins, environment)
        checked.follow(asked_for(lock, project), "pyproject.toml")
        faults |= checked.faults
        needed |= checked.needed
    surplus = {name for name, pin in pins.items() if pin.holds(kinds[0]) and name not in needed}
    return sorted(faults | {f"{name} is there, and nothing needs it" for name in surplus})


def environments() -> Sequence[Mapping[str, str]]:
    """This machine, and the others that the README names: a Mac, and the oldest Python."""
    here = {name: str(value) for name, value in default_environment().items()}
    mac = {**here, "sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"}
    oldest = {"python_version": "3.11", "python_full_version": "3.11.0"}
    return [here, mac, {**here, **oldest}, {**mac, **oldest}]


def asked_for(lock: Lock, project: Mapping[str, Any]) -> Sequence[Requirement]:
    own = project["project"]
    lists = [own["dependencies"]] if lock.has_project else []
    lists += [own["optional-dependencies"][extra] for extra in lock.extras]
    lists += [_group(project, name) for name in lock.groups]
    return [Requirement(each) for several in lists for each in several]


def _group(project: Mapping[str, Any], name: str) -> Iterator[str]:
    for each in project["dependency-groups"][name]:
        if isinstance(each, dict):
            yield from _group(project, each["include-group"])
        else:
            yield each


def _needs(name: str) -> Sequence[Requirement]:
    """Of what is installed; what only other machines need is not here to be asked."""
    try:
        return [Requirement(each) for each in metadata.requires(name) or ()]
    except metadata.PackageNotFoundError:
        return ()


def read_pins(text: str) -> Pins:
    entries = text.replace("\\\n", " ").splitlines()
    pins = [Pin.read(entry) for entry in entries if entry.strip() and not entry.startswith("#")]
    return {canonicalize_name(pin.requirement.name): pin for pin in pins}


def differences(locks: Mapping[str, Pins]) -> Sequence[str]:
    """Name what one lock has as another release than the tests run with."""
    tested = locks["dev"]
    return [
        f"{lock}: {name} is {pin.version}, and in dev {tested[name].version}"
        for lock, pins in locks.items()
        for name, pin in pins.items()
        if name in tested and tested[name].version != pin.version
    ]


def find_faults(root: Path = ROOT) -> Sequence[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    files = {lock.name: root / "requirements" / f"{lock.name}.txt" for lock in LOCKS}
    pins = {name: read_pins(file.read_text(encoding="utf-8")) for name, file in files.items()}
    found = [f"{lock.name}: {fault}" for lock in LOCKS for fault in check(lock, project, pins[lock.name])]
    return [*found, *differences(pins)]


def main() -> None:
    if faults := find_faults():
        sys.exit("\n".join(["The locks in requirements/ are not in order; `make lock` writes them anew.", *faults]))


if __name__ == "__main__":
    main()
