"""The page that shows the description of the API. It loads nothing from elsewhere, so it works without internet."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

from app.api.deps import RuntimeDep
from app.api.routing import CallerFirst

router = APIRouter(include_in_schema=False, route_class=CallerFirst)

PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>mass-reply: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START: Final = """\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  persistAuthorization: false,
  validatorUrl: null,
});
"""
FILES: Final[Mapping[str, str]] = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
A_DAY: Final = {"Cache-Control": "public, max-age=86400"}


def policy(public_url: str) -> str:
    """Return the policy: the page may load its own files, and call this API by either of its addresses."""
    parts = urlsplit(public_url)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' {parts.scheme}://{parts.netloc}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@router.get("/docs")
async def show_docs(runtime: RuntimeDep) -> HTMLResponse:
    """Show every operation, and let a reader try it."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": policy(runtime.settings.public_url)})


@router.get("/docs/start.js")
async def start_docs() -> Response:
    """Return the script that starts the page: an inline script would need a weaker policy."""
    return Response(START, media_type="text/javascript", headers=A_DAY)


@router.get("/docs/swagger-ui.css")
async def docs_style() -> FileResponse:
    """Return Swagger UI's style sheet."""
    return _file("swagger-ui.css")


@router.get("/docs/swagger-ui-bundle.js")
async def docs_script() -> FileResponse:
    """Return Swagger UI's script."""
    return _file("swagger-ui-bundle.js")


def _file(name: str) -> FileResponse:
    return FileResponse(_folder() / name, media_type=FILES[name], headers=A_DAY)


@cache
def _folder() -> Path:
    """Return the folder of Swagger UI's files, which the package fastapi-swagger brings."""
    return Path(str(files("fastapi_swagger"))) / "resources"
