"""Parse and fill in the templates that messages are written as.

A template is text in our Liquid (`liquid_dialect`) over the merge tags below. Values are inserted as they are, and
never parsed as a template.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liquid import BoundTemplate, Environment, RenderContext, Token
from liquid.ast import Node
from liquid.builtin.expressions import Path
from liquid.builtin.expressions.logical import ContainsExpression, EqExpression, NeExpression
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import LiquidError, LiquidSyntaxError, OutputStreamLimitError
from liquid.expression import Expression

from app.domain.text.liquid_dialect import MAX_FILLED_BYTES, TAGS, Contains, RecipientContext, nil_for_blank, plain
from app.domain.text.liquid_filters import MAX_VALUE_LENGTH, GrowsTooLong
from app.domain.text.render_budget import Budget, TooMuchWork

MERGE_TAGS = (
    "contact.name",
    "contact.first_name",
    "contact.email",
    "contact.custom_fields.*",
    "conversation.human_id",
    "conversation.subject",
    "conversation.custom_fields.*",
    "agent.name",
    "agent.email",
    "tenant.name",
)
"""All names that a template may use. `*` is the name of one custom field."""

_KNOWN = frozenset(tuple(tag.split(".")) for tag in MERGE_TAGS)
_MAX_MARKUP_CHARACTERS = 1_000
_MAX_MARKUPS = 1_000
_MAX_OPERATORS = 2_000
_GAP = re.compile(r"\s{80}")


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """An error at one place. `line` and `column` count from 1."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class MalformedTemplate(Exception):
    """The text is not valid in our Liquid."""

    def __init__(self, problem: TemplateProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(slots=True)
class Filled:
    text: str
    lacking: tuple[str, ...]
    """Merge tags that had to be shown and have neither value nor default. They are left blank."""
    problem: TemplateProblem | None = None
    """Why there is no text: a value that a filter or a comparison cannot take, or far too much of it."""
    excessive: bool = False
    """Whether the problem is that it would become too large."""


@dataclass(frozen=True, slots=True)
class Template:
    bound: BoundTemplate
    source: str
    tags: frozenset[str]
    unknown: tuple[TemplateProblem, ...]
    """Names in the template that do not exist, each where it is first. With any, the template cannot be filled in."""

    def fill(self, values: Mapping[str, Any], budget: Budget) -> Filled:
        """Insert one recipient's values: `{"contact": {"name": …, "custom_fields": {…}}, …}`. Never raises."""
        recipient = RecipientContext(self.bound, values, budget)
        buffer = recipient.get_buffer()
        try:
            # Not `render_with_context`: without loops and partial templates, a scope of its own takes time and no more.
            for node in self.bound.nodes:
                node.render(recipient, buffer)
        except Exception as error:  # noqa: BLE001 - filters raise whatever Python raises for odd values, and one recipient must not end a batch
            excessive = isinstance(error, TooMuchWork | GrowsTooLong | OutputStreamLimitError)
            return Filled("", tuple(recipient.lacking), self._misfit(error, recipient.at), excessive)
        return Filled(plain(buffer.getvalue()), tuple(recipient.lacking))

    def _misfit(self, error: Exception, at: Token | None) -> TemplateProblem:
        if isinstance(error, OutputStreamLimitError):
            return _problem(at, self.source, f"the message grows beyond {MAX_FILLED_BYTES // 1000} kB")
        if isinstance(error, TooMuchWork):
            return _problem(at, self.source, "the message takes too much work from here on; shorten it or its filters")
        token = getattr(error, "token", None) or at
        if isinstance(error, GrowsTooLong):
            return _problem(token, self.source, f"a value grows beyond {MAX_VALUE_LENGTH // 1000},000 characters")
        return _problem(token, self.source, "a value does not fit what the message does with it")


def parse(source: str, dialect: Environment) -> Template:
    """Parse a template. Raise MalformedTemplate at the first error."""
    source = plain(source)
    try:
        _check_markup(source)
        bound = dialect.from_string(source)
        expressions = list(_expressions(bound.nodes, RenderContext(bound)))
        _settle(expressions)
    except LiquidError as error:
        # Not `from error`: python-liquid quotes the message, which must not get into a log.
        raise MalformedTemplate(_problem(error.token, source, str(error.message))) from None
    paths = [expression for expression in expressions if isinstance(expression, Path)]
    unknown: dict[str, TemplateProblem] = {}
    for path in paths:
        if not _known(path):
            unknown.setdefault(str(path), _problem(path.token, source, f"{path} is not a merge tag"))
    return Template(bound, source, frozenset(map(str, paths)), tuple(unknown.values()))


def _problem(token: Token | None, source: str, message: str) -> TemplateProblem:
    # A token without a place is the end of the text.
    return problem_at(
        token.start_index if token is not None and token.start_index >= 0 else len(source), source, message
    )


def problem_at(index: int, source: str, message: str) -> TemplateProblem:
    return TemplateProblem(source.count("\n", 0, index) + 1, index - source.rfind("\n", 0, index), message)


# Check markup before python-liquid sees it. Its lexer handles `raw`, `doc` and `comment` itself, and takes quadratic
# time for blank or unclosed markup: minutes, at 100 kB.
_MARKUP = re.compile(
    r"\{\{(?P<output>.*?)\}\}"
    r"|\{%(?P<tag>-?+\s*+(?P<word>\w++|\S?).*?)%\}"
    r"|\{[{%]",
    re.DOTALL,
)

_OPERATOR = re.compile(r"[|:,<>=\[]+|\b(?:and|or|contains)\b")
"""The characters that make an expression longer. Those within quotes count too."""


def _check_markup(source: str) -> None:
    operators = 0
    for place, markup in enumerate(_MARKUP.finditer(source)):
        operators += len(_OPERATOR.findall(markup[0]))
        message = _markup_fault(markup)
        if place >= _MAX_MARKUPS:
            message = f"there are more than {_MAX_MARKUPS} tags and outputs"
        elif operators > _MAX_OPERATORS:
            message = f"there are more than {_MAX_OPERATORS} filters, arguments and comparisons in all"
        if message is not None:
            raise LiquidSyntaxError(message, token=Token("markup", markup[0][:2], markup.start(), source))


def _markup_fault(markup: re.Match[str]) -> str | None:
    opening, closing = markup[0][:2], markup[0][-2:]
    body: str | None = markup["output"] if markup["tag"] is None else markup["tag"]
    if body is None:
        return f"'{opening}' is never closed"
    if "{{" in body or "{%" in body:
        return f"'{opening}' is not closed before the next one opens"
    if len(body) > _MAX_MARKUP_CHARACTERS:
        return f"there are more than {_MAX_MARKUP_CHARACTERS} characters between '{opening}' and '{closing}'"
    if _GAP.search(body):
        return f"there is too much empty space between '{opening}' and '{closing}'"
    if not body.strip("-").strip():
        return f"there is nothing between '{opening}' and '{closing}'"
    if markup["tag"] is not None and markup["word"] not in TAGS:
        return f"there is no tag '{markup['word']}'"
    return None


def _expressions(nodes: Iterable[Node], context: RenderContext) -> Iterator[Expression]:
    for node in nodes:
        for expression in node.expressions():
            yield from _with_parts(expression)
        yield from _expressions(node.children(context), context)


def _with_parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    for part in expression.children():
        yield from _with_parts(part)


def _settle(expressions: Iterable[Expression]) -> None:
    for expression in expressions:
        for part in ("left", "right", "expression"):
            if isinstance(found := getattr(expression, part, None), ContainsExpression):
                setattr(expression, part, Contains(found.token, found.left, found.right))
        match expression:
            case RangeLiteral():
                # Without loops a range has no use, and one that is shown fills the memory.
                raise LiquidSyntaxError("a range has no place in a message", token=expression.token)
            case EqExpression() | NeExpression():
                expression.left = nil_for_blank(expression.left)
                expression.right = nil_for_blank(expression.right)


def _known(path: Path) -> bool:
    match path.location():
        case (root, "custom_fields", str()):
            return (root, "custom_fields", "*") in _KNOWN
        case names:
            return names in _KNOWN
