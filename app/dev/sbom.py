"""`python -m app.dev.sbom`: what the wheel needs, or what an environment holds, as a CycloneDX bill of materials.

Of a lock file with hashes (`requirements/runtime.txt`) it says what belongs to the wheel; of a folder `site-packages`,
such as the image's, what is installed there. https://cyclonedx.org/docs/1.6/json/
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any

OWN = "mass-reply"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Component:
    name: str
    version: str
    hashes: tuple[str, ...] = ()
    """SHA-256 of each file that an index offers for this version."""

    @property
    def purl(self) -> str:
        """https://github.com/package-url/purl-spec"""
        return f"pkg:pypi/{re.sub(r'[-_.]+', '-', self.name).lower()}@{self.version}"


def locked(text: str) -> Iterator[Component]:
    """Read a lock file: a pinned requirement, and its hashes on the lines after it."""
    for entry in re.split(r"\n(?=\S)", text):
        if found := _PINNED.match(entry):
            yield Component(found[1], found[2], tuple(_HASH.findall(entry)))


def installed(folder: Path) -> Iterator[Component]:
    for distribution in distributions(path=[str(folder)]):
        yield Component(distribution.metadata["Name"], distribution.version)


def bill(components: Iterable[Component]) -> dict[str, Any]:
    parts = sorted({part for part in components if part.name != OWN}, key=lambda part: part.purl)
    own = Component(OWN, version(OWN))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _described(own, "application")},
        "components": [_described(part, "library") for part in parts],
        "dependencies": [{"ref": own.purl, "dependsOn": [part.purl for part in parts]}],
    }


def _described(part: Component, kind: str) -> dict[str, Any]:
    hashes = [{"alg": "SHA-256", "content": content} for content in part.hashes]
    named = {"type": kind, "bom-ref": part.purl, "name": part.name, "version": part.version, "purl": part.purl}
    return named | ({"hashes": hashes} if hashes else {})


def main(place: str) -> None:
    path = Path(place)
    components = installed(path) if path.is_dir() else locked(path.read_text(encoding="utf-8"))
    json.dump(bill(components), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "requirements/runtime.txt")
