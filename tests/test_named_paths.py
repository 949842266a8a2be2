"""Whoever follows a path that a page or a comment names finds something there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.channels.registry import ADAPTERS
from tests.table import table

ROOT = Path(__file__).resolve().parents[1]
ROOMS = r"(?:app|tests|docs|bench|deploy|examples|migrations|requirements|docker|\.ci)"
PATH = re.compile(rf"(?<![\w./-]){ROOMS}/[\w./*-]*[\w/*](?![\w<])")
MODULE = re.compile(r"(?<![\w./*>-])[\w/]*\w\.py\b")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")

PLACES = (
    *("*.md", "docs/**/*.md", "deploy/**/*", "examples/**/*", ".ci/*"),
    *("Makefile", "Dockerfile", "docker-compose.yml", "pyproject.toml", ".env.example"),
    *("app/**/*.py", "bench/**/*.py", "migrations/**/*.py", "tests/**/*.py"),
)
MADE = {"deploy/prometheus/alerts.yml.new", ".ci/.venv", "tests/nowhere.py"}
"""What commands write, and what a test makes up."""
SERVED = ("docs/swagger-ui", "docs/start.js")
"""Addresses of the running service."""


def files(*patterns: str) -> Iterator[Path]:
    for pattern in patterns:
        found = (path for path in ROOT.glob(pattern) if path.is_file())
        yield from (path for path in found if not {".venv", "__pycache__"} & set(path.parts))


def exists(path: str) -> bool:
    return path in MADE or path.startswith(SERVED) or any(ROOT.glob(path.rstrip("/")))


def test_a_path_that_is_named_exists() -> None:
    named = {(file, path) for file in files(*PLACES) for path in PATH.findall(file.read_text(errors="replace"))}
    assert len(named) > 100
    assert {(str(file.relative_to(ROOT)), path) for file, path in named if not exists(path)} == set()


def test_a_file_that_a_page_names_without_its_folder_exists() -> None:
    known = [f"/{path.relative_to(ROOT)}" for path in files("**/*.py")]
    named = {(page.name, name) for page in files("*.md", "docs/**/*.md") for name in MODULE.findall(page.read_text())}
    assert {(page, name) for page, name in named if not any(path.endswith(f"/{name}") for path in known)} == set()


@table
@pytest.mark.parametrize("page", [str(page.relative_to(ROOT)) for page in files("*.md", "docs/**/*.md", "*/README.md")])
def test_a_link_leads_somewhere(page: str) -> None:
    links = LINK.findall((ROOT / page).read_text())
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_every_provider_has_its_page() -> None:
    guide = (ROOT / "docs" / "guide" / "channels.md").read_text()
    for name in ADAPTERS:
        assert (ROOT / "docs" / "channels" / f"{name}.md").exists(), name
        assert f"`{name}`" in guide


def test_the_walk_of_a_delivery_names_what_is_there() -> None:
    walk = re.findall(r"`(?:\w+\.)?(\w+)` in `([\w/]+\.py)`", (ROOT / "docs" / "architecture.md").read_text())
    assert len(walk) > 10
    for name, file in walk:
        assert re.search(rf"(?:def|class) {name}\b", (ROOT / "app" / "delivery" / file).read_text()), (name, file)
