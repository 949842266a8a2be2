"""An example for every request and response body, composed from its fields, so that none contradicts its own schema.

A field's own `examples` win; then EXAMPLES, by the field's name; then the first member of an enum, a default, and a
sample of the format.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import JsonValue

Schema = Mapping[str, Any]

ID: Final = "01a1f4d2-7c00-7000-8000-000000000001"
MOMENT: Final = "2026-05-01T10:00:00Z"
NO_EXAMPLE: Final = "string"
"""A text without an example; a test finds it."""

EXAMPLES: Final[Mapping[str, JsonValue]] = {
    "Filter": {"tags": {"all": ["payment-issue-2026-05"]}, "status": ["active"]},
    "address": "ann@example.test",
    "assignee": "agent-7",
    "author_name": "Kim",
    "callback_url": f"https://replies.example.test/callbacks/{ID}",
    "cancel": f"/mass-replies/{ID}/cancel",
    "channel_account": "email",
    "code": "invalid_recipient",
    "confirm": f"/mass-replies/{ID}/confirm",
    "contact_name": "Ann Lee",
    "content_type": "application/pdf",
    "cursor": None,
    "deliveries": f"/mass-replies/{ID}/deliveries",
    "detail": "Twilio 21211: the number is not valid.",
    "disabled_reason": None,
    "email": "ann@example.test",
    "events": f"/mass-replies/{ID}/events",
    "external_id": "c-1",
    "filename": "refund.pdf",
    "first_name": "Ann",
    "html": None,
    "human_id": "SUP-1",
    "id": "agent-7",
    "key": "email",
    "last_failure": None,
    "message_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "name": "Ann Lee",
    "next_cursor": None,
    "object_id": ID,
    "pause_reason": None,
    "phone": "+15550100",
    "provider": "twilio",
    "provider_message_id": "<abc@mail.example.test>",
    "reason": "Approved by the incident manager.",
    "references": ["<xyz@mail.example.test>"],
    "selection": f"/mass-replies/{ID}/selection",
    "self": f"/mass-replies/{ID}",
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "shortcode": "refund",
    "subject": "Payment failed",
    "tag": "told-2026-05",
    "tags": ["payment-issue-2026-05"],
    "team": "billing",
    "text": "Hi Ann, our payments provider is back up.",
    "webhook_secret": "whsec_…",
    "url": "https://hooks.example.test/mass-replies",
}
"""By model, or by the name that a field has in any model."""

_BY_FORMAT: Final[Mapping[str, JsonValue]] = {"uuid": ID, "date-time": MOMENT}
_BY_TYPE: Final[Mapping[str, JsonValue]] = {"boolean": False, "null": None, "string": NO_EXAMPLE}


def add_examples(document: dict[str, Any]) -> None:
    """Add an example to each JSON body and each successful JSON response, unless it has one."""
    maker = _Maker(document["components"]["schemas"])
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        _add(maker, operation.get("requestBody", {}), whole=False)
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                _add(maker, response, whole=True)


def _add(maker: "_Maker", described: Schema, *, whole: bool) -> None:
    media: dict[str, Any] | None = described.get("content", {}).get("application/json")
    if media is not None and not media.keys() & {"example", "examples"}:
        media["example"] = maker.of(media["schema"], whole=whole)


class _Maker:
    """Composes examples. `within` are the models around a schema, the nearest last."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def of(self, schema: Schema, *within: str, whole: bool) -> JsonValue:
        """Return an example: with every field if `whole`, else those that are required or have an example."""
        if "examples" in schema:
            return _first(schema["examples"])
        if "$ref" in schema:
            model = schema["$ref"].rpartition("/")[2]
            if model in EXAMPLES or model in within:
                return EXAMPLES.get(model, {})
            return self.of(self._schemas[model], *within, model, whole=whole)
        kinds = schema.get("anyOf") or schema.get("oneOf")
        if kinds:
            return self.of(kinds[0], *within, whole=whole)
        if "properties" in schema:
            return self._object(schema, *within, whole=whole)
        return self._plain(schema, *within, whole=whole)

    def _object(self, schema: Schema, *within: str, whole: bool) -> JsonValue:
        required = schema.get("required", ())
        return {
            name: self._field(field, name, *within, whole=whole)
            for name, field in schema["properties"].items()
            if whole or name in required or "examples" in field
        }

    def _field(self, schema: Schema, name: str, *within: str, whole: bool) -> JsonValue:
        found = self.of(schema, *within, whole=whole)
        if found == [NO_EXAMPLE]:
            return _listed(EXAMPLES.get(name, NO_EXAMPLE))
        return EXAMPLES.get(name, found) if found == NO_EXAMPLE else found

    def _plain(self, schema: Schema, *within: str, whole: bool) -> JsonValue:
        for word in ("const", "default"):
            if word in schema:
                return _json(schema[word])
        if "enum" in schema:
            return _first(schema["enum"])
        if "format" in schema:
            return _BY_FORMAT.get(schema["format"], NO_EXAMPLE)
        return self._of_type(schema, *within, whole=whole)

    def _of_type(self, schema: Schema, *within: str, whole: bool) -> JsonValue:
        match schema.get("type"):
            case "array":
                return [self.of(schema["items"], *within, whole=whole)]
            case "integer" | "number":
                return _json(schema.get("minimum", 0))
            case str() as kind if kind in _BY_TYPE:
                return _BY_TYPE[kind]
            case _:
                return {}


def _listed(value: JsonValue) -> JsonValue:
    return value if isinstance(value, list) else [value]


def _first(values: Any) -> JsonValue:
    return _json(values[0])


def _json(value: Any) -> JsonValue:
    """Narrow the type: everything in an OpenAPI document is JSON."""
    found: JsonValue = value
    return found
