"""Approved templates: what a medium still takes after its reply window, with the placeholders filled in.

The mass reply's own template comes first, then the account's fallback. Their parameters are Liquid like the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.errors import Fault, InvalidRequest, InvalidTemplate, UnknownMergeTag
from app.domain.outbound import FilledTemplate
from app.domain.text.message import CompiledMessage, FrozenMessage, OnUnresolved, Rendered, Unresolved, compile_message
from app.domain.text.render_budget import Budget


@dataclass(frozen=True, slots=True)
class ApprovedTemplate:
    """A template of the provider's, not filled in yet."""

    name: str
    language: str
    parameters: tuple[CompiledMessage | FrozenMessage, ...] = field(repr=False)

    def fill(self, values: Mapping[str, Any], on_unresolved: OnUnresolved) -> FilledTemplate | Unresolved:
        filled, budget = list[str](), Budget()
        for parameter in self.parameters:
            rendered = parameter.render(values, on_unresolved, budget)
            if not isinstance(rendered, Rendered):
                return rendered
            filled.append(rendered.text)
        return FilledTemplate(self.name, self.language, tuple(filled))


def read_template(data: Mapping[str, Any] | None) -> ApprovedTemplate | None:
    """Read a template as a request or an account's config names it. Raise InvalidTemplate or UnknownMergeTag."""
    if data is None:
        return None
    parameters = tuple(_parameter(index, text) for index, text in enumerate(data.get("body_parameters") or ()))
    return ApprovedTemplate(data["name"], data["language"], parameters)


def frozen_template(data: Mapping[str, Any] | None) -> ApprovedTemplate | None:
    """Return a mass reply's stored template. It was checked before it was stored."""
    if data is None:
        return None
    parameters = tuple(FrozenMessage(text, None) for text in data.get("body_parameters") or ())
    return ApprovedTemplate(data["name"], data["language"], parameters)


def _parameter(index: int, text: str) -> CompiledMessage:
    try:
        message = compile_message(text, None)
        message.refuse_excess()
        return message
    except (InvalidTemplate, UnknownMergeTag) as error:
        pointer = f"/whatsapp_template/body_parameters/{index}"
        faults = [Fault(pointer, fault.code, fault.detail) for fault in error.faults]
        raise type(error)(error.detail, faults=faults) from None


def fallback_of(config: Mapping[str, Any]) -> ApprovedTemplate | None:
    """Return the account's own template, or None if it names none, or one that cannot be read."""
    try:
        return read_template(config.get("fallback_template"))
    except InvalidRequest:
        return None


def as_text(template: FilledTemplate) -> str:
    """Return a template as timelines show it: its wording is at the provider, only the values are ours."""
    values = ", ".join(template.body_parameters)
    return f"[Template {template.name}, {template.language}]" + (f" {values}" if values else "")
