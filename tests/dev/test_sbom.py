"""The bill of materials names every package of the lock, and what is installed."""

import re
from pathlib import Path

from app.dev.sbom import bill, installed, locked

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")


def test_every_package_of_the_lock_is_in_the_bill_with_its_hashes() -> None:
    made = bill(locked(LOCK))
    pinned = re.findall(r"^[a-z0-9].*?==", LOCK, re.MULTILINE | re.IGNORECASE)
    assert len(made["components"]) == len(pinned) > 30
    assert all(component["hashes"] for component in made["components"])
    assert "pkg:pypi/fastapi@" in " ".join(made["dependencies"][0]["dependsOn"])


def test_an_environment_is_told_as_it_is_installed(tmp_path: Path) -> None:
    about = tmp_path / "Some_Thing-1.2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: Some_Thing\nVersion: 1.2\n")
    [component] = bill(installed(tmp_path))["components"]
    assert component["purl"] == "pkg:pypi/some-thing@1.2"
