"""What tests of message text start from, and how they render."""

from collections.abc import Mapping
from typing import Any

from app.domain.text.message import OnUnresolved, Rendered, Unresolved, compile_message

VALUES: dict[str, Any] = {
    "contact": {"name": "Ann Lee", "first_name": "Ann", "email": "ann@example.test", "custom_fields": {"plan": "pro"}},
    "conversation": {"human_id": "SUP-1", "subject": "Payment failed", "custom_fields": {"order": 7}},
    "agent": {"name": "Bo", "email": "bo@example.test"},
    "tenant": {"name": "Acme"},
}


def render(
    text: str, values: Mapping[str, Any] = VALUES, on_unresolved: OnUnresolved = OnUnresolved.SKIP
) -> Rendered | Unresolved:
    return compile_message(text, None).render(values, on_unresolved)


def rendered(text: str, values: Mapping[str, Any] = VALUES, on_unresolved: OnUnresolved = OnUnresolved.SKIP) -> str:
    result = render(text, values, on_unresolved)
    assert isinstance(result, Rendered), result
    return result.text


def rendered_html(html: str, name: str = "Ann") -> str | None:
    result = compile_message("Hello", html).render(contact(name=name), OnUnresolved.SKIP)
    assert isinstance(result, Rendered), result
    return result.html


def contact(**fields: object) -> dict[str, Any]:
    return {"contact": fields}


def field(value: object) -> dict[str, Any]:
    return contact(custom_fields={"x": value})
