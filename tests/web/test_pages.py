"""What is served to browsers: built from `web/`, small, and safe."""

import gzip
import hashlib
import re
from pathlib import Path

import httpx

from app.api.routes.pages import FOLDER
from app.main import create_app
from app.settings import Settings
from tests.conftest import started

SOURCES = Path(__file__).resolve().parents[2] / "web"


def test_the_built_files_are_of_these_sources() -> None:
    """Without Node here; `.ci/run` builds them again and compares. Else: `make web`, and commit what it wrote."""
    plain = ("build.mjs", "manifest.config.mjs", "package-lock.json", "package.json", "providers.mjs", "tsconfig.json")
    found = [*(SOURCES / "src").rglob("*.ts"), *(SOURCES / name for name in plain)]
    digest = hashlib.sha256()
    for path in sorted(str(one.relative_to(SOURCES)) for one in found):
        if path not in ("src/api/schema.ts", "src/api/providers.ts"):
            digest.update(path.encode() + b"\0" + (SOURCES / path).read_bytes() + b"\0")
    assert (FOLDER / "sources.sha256").read_text().strip() == digest.hexdigest()


def test_the_dialog_is_one_small_module_that_loads_nothing_from_elsewhere() -> None:
    built = (FOLDER / "mass-reply-dialog.js").read_bytes()
    assert len(gzip.compress(built)) < 60_000
    assert b'from"' not in built
    assert b"import(" not in built


def test_the_console_is_small_too_and_has_nothing_of_the_dialog_a_second_time() -> None:
    built = (FOLDER / "mass-reply-console.js").read_bytes()
    assert set(re.findall(rb'from"([^"]*)"', built)) == {b"./mass-reply-dialog.js"}
    assert b"import(" not in built
    dialog = (FOLDER / "mass-reply-dialog.js").read_bytes()
    assert len(gzip.compress(built)) + len(gzip.compress(dialog)) < 80_000


def test_no_lock_of_the_pages_names_a_registry() -> None:
    assert "resolved" not in (SOURCES / "package-lock.json").read_text()


async def test_any_page_may_load_the_dialog_and_asks_whether_it_is_still_the_same(anonymous: httpx.AsyncClient) -> None:
    first = await anonymous.get("/assets/mass-reply-dialog.js", headers={"Origin": "https://desk.example.com"})
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["access-control-allow-origin"] == "*"
    again = await anonymous.get("/assets/mass-reply-dialog.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await anonymous.get("/assets/sources.sha256")).status_code == 404


async def test_the_console_is_where_a_browser_is_led_and_allows_no_script_but_its_own(
    anonymous: httpx.AsyncClient,
) -> None:
    led = await anonymous.get("/")
    assert (led.status_code, led.headers["location"]) == (307, "console")
    page = await anonymous.get("console")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page.text


async def test_the_console_can_be_turned_off_and_the_dialog_stays(usual_settings: Settings) -> None:
    settings = usual_settings.model_copy(update={"console": False})
    async with started(create_app(settings)) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example.test") as client:
            gone = [(await client.get(path)).status_code for path in ("/", "/console", "/assets/mass-reply-console.js")]
            assert gone == [404, 404, 404]
            assert (await client.get("/assets/mass-reply-dialog.js")).status_code == 200


async def test_the_page_for_frames_is_there_for_those_who_are_named_and_else_not_at_all(
    usual_settings: Settings, anonymous: httpx.AsyncClient
) -> None:
    assert [(await anonymous.get(path)).status_code for path in ("/embed", "/assets/mass-reply-embed.js")] == [404, 404]
    settings = usual_settings.model_copy(update={"embed_origins": ("https://a.example.com", "https://b.example.com")})
    async with started(create_app(settings)) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example.test") as client:
            page = await client.get("/embed")
            assert (await client.get("/assets/mass-reply-embed.js")).status_code == 200
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors https://a.example.com https://b.example.com;" in policy
    assert "unsafe" not in policy
