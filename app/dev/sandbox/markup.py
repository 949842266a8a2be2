"""HTML in which every value is escaped, and the frame of all pages."""

from html import escape
from importlib import resources
from string import Template

PAGE = Template(resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8"))


class Markup(str):
    """Text that is already HTML. Only this module's functions and literals in the pages make it."""

    __slots__ = ()


def fill(template: str, *values: object) -> Markup:
    """Put values into a template's `{}`, escaped unless they are markup."""
    return Markup(template.format(*(v if isinstance(v, Markup) else escape(str(v)) for v in values)))


def join(parts: "list[Markup]") -> Markup:
    return Markup("\n".join(parts))


def page(title: str, body: Markup) -> str:
    return PAGE.substitute(title=escape(title), body=body)
