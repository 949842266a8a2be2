"""The dialog as a module for any helpdesk's page, and the console that shows it. Both only call the public API.

The files are built from `web/` by `make web`. They are in the repository, so that an installation needs no Node.
"""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from app.api.conditional import IfNoneMatch, entity_tag, is_known
from app.api.deps import RuntimeDep
from app.api.routing import CallerFirst
from app.domain.errors import NotFound

FOLDER: Final = Path(__file__).resolve().parents[2] / "web_assets"

SCRIPT: Final = "text/javascript; charset=utf-8"
OF_THE_DIALOG: Final = {
    "mass-reply-dialog.js": SCRIPT,
    "custom-elements.json": "application/json",
    "THIRD_PARTY_LICENSES.txt": "text/plain; charset=utf-8",
}
OF_THE_CONSOLE: Final = {"mass-reply-console.js": SCRIPT}

OF_THE_FRAME: Final = {"mass-reply-embed.js": SCRIPT}

PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>mass-reply</title>
<link rel="icon" href="data:,">
{scripts}
<mass-reply-{name}{attributes}></mass-reply-{name}>
"""
_SCRIPT_TAG: Final = '<script type="module" src="assets/mass-reply-{name}.js"></script>'


def _policy(parents: Sequence[str]) -> str:
    """Return the policy: what our page may load and do, and which pages may frame it."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "frame-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors " + (" ".join(parents) or "'none'"),
            "require-trusted-types-for 'script'",
            "trusted-types lit-html mass-reply dompurify",
        )
    )


dialog = APIRouter(include_in_schema=False, route_class=CallerFirst)
console = APIRouter(include_in_schema=False, route_class=CallerFirst)
frame = APIRouter(include_in_schema=False, route_class=CallerFirst)


@dialog.get("/assets/{name}")
async def get_asset(name: str, if_none_match: IfNoneMatch = None) -> Response:
    """Return a built file. Its address never changes, so a browser revalidates it each time."""
    return _asset(name, OF_THE_DIALOG, if_none_match)


@console.get("/assets/mass-reply-console.js")
async def get_console_script(if_none_match: IfNoneMatch = None) -> Response:
    return _asset("mass-reply-console.js", OF_THE_CONSOLE, if_none_match)


@console.get("/console")
async def get_console() -> Response:
    """Return the console's only page. The part of a URL after `#`, with its filters, stays in the browser."""
    return _page("console", ())


@console.get("/")
async def get_root() -> Response:
    return RedirectResponse("console")


@frame.get("/assets/mass-reply-embed.js")
async def get_frame_script(if_none_match: IfNoneMatch = None) -> Response:
    return _asset("mass-reply-embed.js", OF_THE_FRAME, if_none_match)


@frame.get("/embed")
async def get_frame(runtime: RuntimeDep) -> Response:
    """Return the dialog as a page, for an iframe on one of the pages that may frame it."""
    return _page("embed", runtime.settings.embed_origins)


def _page(name: str, parents: Sequence[str]) -> Response:
    """Return the page of an element. Each of them uses the dialog, whose module is loaded first."""
    scripts = "\n".join(_SCRIPT_TAG.format(name=one) for one in ("dialog", name))
    attributes = f' parents="{escape(" ".join(parents))}"' if parents else ""
    headers = {"Content-Security-Policy": _policy(parents), "Cache-Control": "no-cache"}
    return Response(
        PAGE.format(name=name, scripts=scripts, attributes=attributes), headers=headers, media_type="text/html"
    )


def _asset(name: str, known: dict[str, str], if_none_match: str | None) -> Response:
    """Return a built file, or 304 if the browser has it. Raise NotFound."""
    if name not in known:
        raise NotFound
    content, tag = _read(name)
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Cross-Origin-Resource-Policy": "cross-origin"}
    if is_known(tag, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=known[name])


@lru_cache
def _read(name: str) -> tuple[str, str]:
    """Return a file and its tag."""
    content = (FOLDER / name).read_text(encoding="utf-8")
    return content, entity_tag(content)
