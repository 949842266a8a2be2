"""The compose file and the image, as far as they can be looked at without Docker."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = json.loads((ROOT / "tests" / "data" / "compose" / "compose-spec.json").read_text(encoding="utf-8"))
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "channels").glob("*.md")),
    *sorted((ROOT / "docs" / "guide").glob("*.md")),
]
VARIABLE = re.compile(r"\b(?:MASS_REPLY|AWS|OTEL|FORWARDED|SSL)_[A-Z_]*[A-Z]\b")
BY_DIGEST = re.compile(r"[a-z/]+:[\w.-]+@sha256:[0-9a-f]{64}")
ELSEWHERE = {
    "MASS_REPLY_OWNER_URL",  # of `migrate` alone
    "MASS_REPLY_URL",  # of the client, which runs wherever its user is
    "MASS_REPLY_KEY",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(TEXT)
    return found


def test_the_compose_file_is_valid(compose: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(compose)


def test_one_service_builds_the_image_and_nobody_looks_for_it_elsewhere(compose: dict[str, Any]) -> None:
    ours = {name: each for name, each in compose["services"].items() if each["image"].startswith("mass-reply")}
    assert ours.keys() == {"migrate", "api", "worker"}
    assert [name for name, each in ours.items() if "build" in each] == ["migrate"]
    assert {each["pull_policy"] for each in ours.values()} == {"never"}
    for other in ("api", "worker"):
        assert ours[other]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_images_tag_is_the_released_version(compose: dict[str, Any]) -> None:
    assert compose["services"]["api"]["image"] == f"mass-reply:{VERSION}"


def test_images_of_others_are_named_by_digest(compose: dict[str, Any]) -> None:
    others = [each["image"] for each in compose["services"].values() if not each["image"].startswith("mass-reply")]
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert all(BY_DIGEST.fullmatch(image) for image in (*others, *bases)), (others, bases)
    assert len(set(bases)) == 1


@pytest.mark.parametrize("service", ["api", "worker"])
def test_every_variable_of_the_documents_reaches_the_containers(compose: dict[str, Any], service: str) -> None:
    named = {name for document in DOCUMENTS for name in VARIABLE.findall(document.read_text(encoding="utf-8"))}
    assert len(named) > 40
    assert named - ELSEWHERE - compose["services"][service]["environment"].keys() == set()
    assert "MASS_REPLY_OWNER_URL" in compose["services"]["migrate"]["environment"]


def test_every_variable_of_the_example_is_used(compose: dict[str, Any]) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    handed_on = {name for name, value in compose["x-environment"].items() if value is None}
    assert names - handed_on - set(re.findall(r"\$\{([A-Z_]+)", TEXT)) == set()


def test_the_image_is_made_of_what_the_build_is_given() -> None:
    given = re.findall(r"^!(\S+?)/?$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    copied = [
        source.rstrip("/")
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for source in line.split()
    ]
    assert set(copied) == set(given)
