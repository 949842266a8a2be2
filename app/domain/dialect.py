"""The Liquid that messages are written in: python-liquid, with only output, `if`, `unless`, `case` and filters.

Where it differs from Liquid, it is so that nobody gets half a sentence. A blank value is nil, in conditions too.
`default` steps in whenever a value is lacking, also behind other filters. A `when` shows its block once. A list is
shown with commas. And nothing written can grow without end.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ClassVar, TextIO

from liquid import BoundTemplate, Environment, Mode, RenderContext, Token, TokenStream
from liquid.ast import BlockNode
from liquid.builtin.content import Literal
from liquid.builtin.expressions import FilteredExpression, KeywordArgument, Nil, Path, StringLiteral
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.case_tag import CaseNode, CaseTag, MultiExpressionBlockNode
from liquid.builtin.tags.if_tag import IfTag
from liquid.builtin.tags.unless_tag import UnlessTag
from liquid.exceptions import FilterError, LiquidSyntaxError
from liquid.expression import Expression
from liquid.stringify import to_liquid_string
from liquid.undefined import UNDEFINED, Undefined

MAX_FILLED_BYTES = 200_000
_MAX_VALUE_LENGTH = 100_000
_MAX_NESTING = 20

TAGS = frozenset({"if", "elsif", "else", "endif", "unless", "endunless", "case", "when", "endcase"})

_FILTERS = tuple(
    """\
    abs append at_least at_most base64_decode base64_encode base64_url_safe_decode base64_url_safe_encode capitalize
    ceil compact concat date default divided_by downcase escape escape_once first floor join last lstrip minus modulo
    newline_to_br plus prepend remove remove_first remove_last replace replace_first replace_last reverse round rstrip
    size slice sort sort_natural split squish strip strip_html strip_newlines sum times truncate truncatewords uniq
    upcase url_decode url_encode
    """.split()  # noqa: SIM905 - a list of words
)
"""Liquid's own, without those that pick from lists of objects, which no merge tag gives, and without `safe`."""

NOTHING = Undefined("nothing")
"""What a merge tag without a value stands for: nil."""


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def plain(text: str) -> str:
    """Take out what no channel carries and no database stores: control characters but newline and tab, half pairs."""
    return text if text.isprintable() else _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def nil_for_blank(expression: Expression) -> Expression:
    """Blank values are nil, so to ask for `''`, `blank` or `empty` is to ask for nil."""
    is_blank = isinstance(expression, Blank | Empty) or (
        isinstance(expression, StringLiteral) and not expression.value.strip()
    )
    return Nil(expression.token) if is_blank else expression


class Recipient(RenderContext):
    """One recipient's values, and what the message turned out to want of them."""

    __slots__ = ("at", "lacking", "missed")

    def __init__(self, template: BoundTemplate, values: Mapping[str, Any]) -> None:
        super().__init__(template, globals=values)
        self.lacking: dict[str, None] = {}
        """Merge tags that were to be shown and could not be, in order."""
        self.missed: list[str] = []
        """Merge tags without a value in the output under way."""
        self.at: Token | None = None
        """The output under way."""

    def get(self, path: Sequence[object], *, token: Token | None, default: object = UNDEFINED) -> object:  # noqa: ARG002 - python-liquid's signature
        # Not RenderContext.get: to it `custom_fields.size` is the number of fields, and `first` one of them.
        value: Any = self.globals
        try:
            for name in path:
                value = value[name]
        except (KeyError, TypeError):
            value = None
        value = _usable(value)
        if value is NOTHING:
            self.missed.append(str(Path(token or TokenStream.eof, [str(name) for name in path])))
        return value


def _usable(value: object) -> object:
    match value:
        case str():
            text = plain(value)
            return NOTHING if not text or text.isspace() else text
        case bool() | int() | float():
            return value
        case list():
            return [item for item in map(_usable, value) if isinstance(item, str | int | float)] or NOTHING
        case _:
            return NOTHING


class _OutputNode(OutputNode):
    """`{{ … }}`: shows its value, or nothing at all where a part of it is lacking."""

    __slots__ = ("filters", "left")

    def __init__(self, token: Token, expression: Expression) -> None:
        super().__init__(token, expression)
        assert isinstance(expression, FilteredExpression)  # noqa: S101 - narrows for mypy: ternaries are off
        self.left = expression.left
        self.filters: list[Filter] = expression.filters or []

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, Recipient)  # noqa: S101 - narrows for mypy: templates are only filled for recipients
        context.at, context.missed = self.token, []
        value = self._evaluate(context)
        if context.missed:
            context.lacking.update(dict.fromkeys(context.missed))
            return 0
        return buffer.write(_shown(value, context))

    def _evaluate(self, recipient: Recipient) -> object:
        value = self.left.evaluate(recipient)
        for step in self.filters:
            if step.name == "default":
                value = _default(step, value, recipient)
                continue
            arguments, named = step.evaluate_args(recipient)
            if not recipient.missed:
                value = recipient.filter(step.name, token=step.token)(value, *arguments, **named)
        return value


def _default(step: Filter, value: object, recipient: Recipient) -> object:
    lacking, recipient.missed = recipient.missed, []
    result = step.evaluate(NOTHING if lacking else value, recipient)
    # A default that is lacking itself matters only where it is called upon.
    recipient.missed = [*lacking, *recipient.missed] if result is NOTHING else []
    return result


def _shown(value: object, recipient: Recipient) -> str:
    if isinstance(value, list):
        value = ", ".join(to_liquid_string(item, autoescape=False) for item in value)
    return to_liquid_string(value, recipient.autoescape)


class _Output(Output):
    node_class = _OutputNode

    def parse(self, stream: TokenStream) -> OutputNode:
        node = super().parse(stream)
        assert isinstance(node, _OutputNode)  # noqa: S101 - narrows for mypy
        for step in node.filters:
            _check_arguments(step, self.env)
        return node


def _check_arguments(step: Filter, environment: Environment) -> None:
    function = environment.filters.get(step.name)
    if function is None:
        raise LiquidSyntaxError(f"there is no filter '{step.name}'", token=step.token)
    named = {argument.name: None for argument in step.args if isinstance(argument, KeywordArgument)}
    given = [None for argument in step.args if not isinstance(argument, KeywordArgument)]
    added = {"environment": None} if getattr(function, "with_environment", False) else {}
    try:
        inspect.signature(function).bind(None, *given, **named, **added)
    except TypeError as error:
        raise LiquidSyntaxError(f"filter '{step.name}': {error}", token=step.token) from error


class _If(IfTag):
    mode = Mode.STRICT
    """A second `else` is a mistake, not to be dropped in silence."""


class _Unless(UnlessTag):
    mode = Mode.STRICT


class _WhenNode(MultiExpressionBlockNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        # Liquid shows the block once for each equal value, which nested grows beyond all bounds.
        return self.block.render(context, buffer) if any(self.expression.evaluate(context)) else -1


class _CaseNode(CaseNode):
    def __init__(
        self, token: Token, expression: Expression, blocks: list[MultiExpressionBlockNode | BlockNode]
    ) -> None:
        super().__init__(token, expression, [_shown_once(block) for block in blocks])


def _shown_once(block: MultiExpressionBlockNode | BlockNode) -> MultiExpressionBlockNode | BlockNode:
    return block if isinstance(block, BlockNode) else _WhenNode(block.token, block.block, block.expression)


class _Case(CaseTag):
    node_class = _CaseNode

    def _parse_when_expression(self, stream: TokenStream) -> list[Expression]:
        values = super()._parse_when_expression(stream)
        # python-liquid drops what follows the last value that it understands.
        stream.expect_eos()
        return [nil_for_blank(value) for value in values]


class _Dialect(Environment):
    block_nesting_limit: ClassVar[int] = _MAX_NESTING
    output_stream_limit: ClassVar[int | None] = MAX_FILLED_BYTES

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.tags = {tag.name: tag(self) for tag in (Literal, Illegal, _Output, _If, _Unless, _Case)}
        self.filters = {name: _bounded(self.filters[name], _GROWTH.get(name)) for name in _FILTERS}


def _replaced_length(value: object, old: object = "", new: object = "") -> int:
    return len(str(value)) + str(value).count(str(old)) * len(str(new))


def _joined_length(items: object, separator: object = " ") -> int:
    return len(items) * len(str(separator)) if isinstance(items, list) else 0


_GROWTH: Mapping[str, Callable[..., int]] = {"replace": _replaced_length, "join": _joined_length}
"""The filters that can multiply their input, and how large they would make it."""


def _bounded(function: Callable[..., Any], growth: Callable[..., int] | None) -> Callable[..., Any]:
    @wraps(function)
    def bounded(value: object, *arguments: object, **named: object) -> object:
        if growth is not None and growth(value, *arguments) > _MAX_VALUE_LENGTH:
            raise FilterError("the value grows too long", token=None)
        result = function(value, *arguments, **named)
        if isinstance(result, str | list) and len(result) > _MAX_VALUE_LENGTH:
            raise FilterError("the value grows too long", token=None)
        return result

    return bounded


TEXT: Environment = _Dialect()
HTML: Environment = _Dialect(autoescape=True)
