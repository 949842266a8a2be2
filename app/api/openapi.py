"""The description of the API, completed with what every operation has in common."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.api.examples import add_examples
from app.api.headers import describe_headers
from app.api.import_schema import ConversationLine
from app.api.problems import BodyTooLarge, InvalidJson, Problem, only_problems
from app.api.schemas import Listing

_SCHEMAS = "#/components/schemas/{model}"


def operation_id(route: APIRoute) -> str:
    """Return the route's own name: client generators name their functions after it."""
    return route.name


def complete_openapi(app: FastAPI) -> None:
    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way to extend the description


def _describe(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        servers=app.servers,
        tags=app.openapi_tags,
        routes=app.routes,
        separate_input_output_schemas=False,  # the two differ in their names alone, and those end up in clients
    )
    document = _with_named_pages(document)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template=_SCHEMAS)
    line = ConversationLine.model_json_schema(ref_template=_SCHEMAS)
    schemas.update({**problem.pop("$defs"), "Problem": problem, **line.pop("$defs"), "ConversationLine": line})
    for path in document["paths"].values():
        for operation in path.values():
            _drop_null(operation)
            if "requestBody" in operation:
                operation["responses"] |= {str(k): v for k, v in only_problems(InvalidJson, BodyTooLarge).items()}
    add_examples(document)
    describe_headers(document)
    return document


def _drop_null(operation: dict[str, Any]) -> None:
    """Drop null from optional parameters: a parameter may be left out, but a URL cannot express null."""
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        kinds = [kind for kind in schema.pop("anyOf", ()) if kind != {"type": "null"}]
        if len(kinds) == 1:
            schema.update(kinds[0])
        elif kinds:
            schema["anyOf"] = kinds


def _with_named_pages(document: dict[str, Any]) -> dict[str, Any]:
    """Name each page by its title: pydantic names a generic's schema after its parts (`Listing_DeliveryResponse_`)."""
    text = json.dumps(document)
    for name, schema in document["components"]["schemas"].items():
        if name.startswith(f"{Listing.__name__}_"):
            text = text.replace(f'{name}"', f'{schema["title"]}"')
    named: dict[str, Any] = json.loads(text)
    return named
