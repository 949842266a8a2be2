"""The Liquid that messages are written in: python-liquid, with only output, `if`, `unless`, `case` and filters.

Where it differs from Liquid, the reason is that nobody may get half a sentence. A blank value is nil, in conditions
too. `default` applies whenever a value is missing, also after other filters. A `when` shows its block once. A list is
shown with commas. And no template can grow without limit.
"""

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TextIO

from liquid import BoundTemplate, Environment, Mode, RenderContext, Token, TokenStream
from liquid.ast import BlockNode
from liquid.builtin.content import Literal
from liquid.builtin.expressions import FilteredExpression, KeywordArgument, Nil, Path, StringLiteral
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.expressions.logical import ContainsExpression
from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.case_tag import CaseNode, CaseTag, MultiExpressionBlockNode
from liquid.builtin.tags.if_tag import IfTag
from liquid.builtin.tags.unless_tag import UnlessTag
from liquid.exceptions import LiquidSyntaxError
from liquid.expression import Expression
from liquid.stringify import to_liquid_string
from liquid.undefined import UNDEFINED, Undefined

from app.domain.text import liquid_filters
from app.domain.text.render_budget import Budget

MAX_FILLED_BYTES = 200_000
_MAX_NESTING = 20
_VALUE_STEPS = 100
_OUTPUT_STEPS = 200
_SHOWN_STEPS = 5

TAGS = frozenset({"if", "elsif", "else", "endif", "unless", "endunless", "case", "when", "endcase"})

NOTHING = Undefined("nothing")
"""The value of a merge tag that has none: nil."""


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def plain(text: str) -> str:
    """Remove what no channel carries and no database stores: control characters but newline and tab, lone
    surrogates."""
    return text if text.isprintable() else _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def nil_for_blank(expression: Expression) -> Expression:
    """Blank values are nil, so a comparison with `''`, `blank` or `empty` is one with nil."""
    is_blank = isinstance(expression, Blank | Empty) or (
        isinstance(expression, StringLiteral) and not expression.value.strip()
    )
    return Nil(expression.token) if is_blank else expression


class Contains(ContainsExpression):
    """`contains`, at its price."""

    def evaluate(self, context: RenderContext) -> object:
        assert isinstance(context, RecipientContext)  # noqa: S101 - narrows for mypy: templates are only filled for recipients
        left, right = self.left.evaluate(context), self.right.evaluate(context)
        context.budget.spend(liquid_filters.search_steps(left, right))
        return super().evaluate(context)


class RecipientContext(RenderContext):
    """One recipient's values, and what rendering the message asked of them."""

    __slots__ = ("at", "budget", "lacking", "missed")

    def __init__(self, template: BoundTemplate, values: Mapping[str, Any], budget: Budget) -> None:
        super().__init__(template, globals=values)
        self.budget = budget
        self.lacking: dict[str, None] = {}
        """Merge tags that were to be shown and had no value, in order."""
        self.missed: list[str] = []
        """Merge tags without a value in the current output."""
        self.at: Token | None = None
        """The current output."""

    def get(self, path: Sequence[object], *, token: Token | None, default: object = UNDEFINED) -> object:  # noqa: ARG002 - python-liquid's signature
        # Not RenderContext.get: for it `custom_fields.size` is the number of fields, and `first` one of them.
        value: Any = self.globals
        try:
            for name in path:
                value = value[name]
        except (KeyError, TypeError):
            value = None
        self.budget.spend(_VALUE_STEPS + liquid_filters.extent(value))
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
    """`{{ … }}`: shows its value, or nothing at all if a part of it is missing."""

    __slots__ = ("filters", "left")

    def __init__(self, token: Token, expression: Expression) -> None:
        super().__init__(token, expression)
        assert isinstance(expression, FilteredExpression)  # noqa: S101 - narrows for mypy: ternaries are off
        self.left = expression.left
        self.filters: list[Filter] = expression.filters or []

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, RecipientContext)  # noqa: S101 - narrows for mypy: templates are only filled for recipients
        context.at, context.missed = self.token, []
        value = self._evaluate(context)
        if context.missed:
            context.lacking.update(dict.fromkeys(context.missed))
            return 0
        context.budget.spend(_OUTPUT_STEPS + _SHOWN_STEPS * liquid_filters.extent(value))
        return buffer.write(_shown(value, context))

    def _evaluate(self, recipient: RecipientContext) -> object:
        value = self.left.evaluate(recipient)
        for step in self.filters:
            if step.name == "default":
                value = _default(step, value, recipient)
                continue
            arguments, named = step.evaluate_args(recipient)
            if not recipient.missed:
                recipient.budget.spend(liquid_filters.steps(step.name, value, arguments))
                value = recipient.filter(step.name, token=step.token)(value, *arguments, **named)
        return value


def _default(step: Filter, value: object, recipient: RecipientContext) -> object:
    if isinstance(value, str) and value and not recipient.missed:
        return value
    lacking, recipient.missed = recipient.missed, []
    result = step.evaluate(NOTHING if lacking else value, recipient)
    # A default that is missing itself matters only if it is needed.
    recipient.missed = [*lacking, *recipient.missed] if result is NOTHING else []
    return result


def _shown(value: object, recipient: RecipientContext) -> str:
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
    """Refuse a second `else`: it is a mistake, and must not be dropped silently."""


class _Unless(UnlessTag):
    mode = Mode.STRICT


class _WhenNode(MultiExpressionBlockNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        # Liquid shows the block once for each equal value. Nested, that grows without limit.
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
        self.filters = {name: liquid_filters.bounded(name, self.filters[name]) for name in liquid_filters.NAMES}


TEXT: Environment = _Dialect()
HTML: Environment = _Dialect(autoescape=True)
