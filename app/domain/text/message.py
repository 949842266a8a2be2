"""From what an agent wrote to what one customer reads.

expand            `/shortcodes` become their snippets: the result is what is frozen and stored
compile_message   the stored text becomes a message to fill in, or the agent hears what is wrong with it
Message.render    one recipient's values are filled in, or we learn why they cannot be
"""

import html as entities
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import Any

from liquid import Environment

from app.domain.errors import Fault, InvalidTemplate, MessageEmpty, MessageTooLarge, UnknownMergeTag
from app.domain.text.html_weight import TooHeavy
from app.domain.text.liquid_dialect import HTML, TEXT, plain
from app.domain.text.liquid_template import MERGE_TAGS, Filled, MalformedTemplate, Template, parse, problem_at
from app.domain.text.render_budget import Budget
from app.domain.text.sanitising import HtmlTooLarge, sanitised

MAX_MESSAGE_BYTES = 100_000
_MOST_FAULTS = 20
_TEXT_POINTER = "/message/text"
_HTML_POINTER = "/message/html"


@dataclass(frozen=True, slots=True)
class Source:
    """A message as it is frozen and stored, with its snippets expanded."""

    text: str
    html: str | None
    unknown_snippets: tuple[str, ...]
    """Shortcodes without a snippet. They stay as they were written."""


def expand(text: str, html: str | None, snippets: Mapping[str, str]) -> Source:
    """Expand the snippets. A snippet's own shortcodes stay. Raise MessageEmpty or MessageTooLarge."""
    in_text = _Expansion(_IN_TEXT, snippets, str, _TEXT_POINTER)
    in_html = _Expansion(_IN_HTML, snippets, _as_html, _HTML_POINTER)
    text, html = in_text.of(plain(text)), in_html.of(plain(html or ""))
    if not text.strip():
        raise MessageEmpty(faults=[Fault(_TEXT_POINTER, MessageEmpty.code, "The text is empty.")])
    unknown = dict.fromkeys(chain(in_text.unknown, in_html.unknown))
    return Source(text, html if html.strip() else None, tuple(unknown))


_LIQUID = r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)"
# Every branch continues to the end if its close is missing: searching for it again and again would take for ever.
_HTML_MARKUP = (
    r"<!--.*?(?:-->|\Z)"
    r"|<(?i:script|style)\b.*?(?:</(?i:script|style)|\Z)"
    r"""|<[a-zA-Z/!?](?:"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^'">])*>?"""
)


def _shortcode(aside: str, before_word: str) -> re.Pattern[str]:
    """Find shortcodes, and what to skip (`aside`), in one pass.

    Only the first slash in a run without spaces can begin one, and only at the run's start or after an opening bracket
    or quote. So a later part of a URL or a path never does. What follows must not continue a path.
    """
    opening = r"""(\[{"'“‘«‹„‚「『（【〈《"""
    return re.compile(
        rf"{aside}"
        rf"|(?<![^\s{before_word}])(?P<lead>(?:[^\s/<{{]|\{{(?![{{%]))*)"
        rf"(?:(?<![^\s{before_word}{opening}])|(?<=&nbsp;))"
        r"/(?P<name>[A-Za-z0-9][A-Za-z0-9_-]*+)(?![\w/\\-]|[.?#=:@%~+]+[\w/])",
        re.DOTALL,
    )


_IN_TEXT = _shortcode(_LIQUID, "")
_IN_HTML = _shortcode(f"{_LIQUID}|{_HTML_MARKUP}", ">")


class _Expansion:
    """One pass over one part of a message."""

    def __init__(
        self, shortcode: re.Pattern[str], snippets: Mapping[str, str], quote: Callable[[str], str], pointer: str
    ) -> None:
        self.unknown: dict[str, None] = {}
        self._shortcode = shortcode
        self._snippets = snippets
        self._quote = quote
        self._pointer = pointer
        self._length = 0

    def of(self, text: str) -> str:
        self._grow(len(text))
        expanded = self._shortcode.sub(self._replacement, text)
        self._check(len(expanded.encode()))
        return expanded

    def _replacement(self, match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0]
        if name not in self._snippets:
            self.unknown[name] = None
            return match[0]
        replacement = match["lead"] + self._quote(plain(self._snippets[name]))
        self._grow(len(replacement) - len(match[0]))
        return replacement

    def _grow(self, characters: int) -> None:
        # Checked on the way: a short message of many shortcodes could need gigabytes.
        self._length += characters
        self._check(self._length)

    def _check(self, size: int) -> None:
        if size > MAX_MESSAGE_BYTES:
            raise MessageTooLarge(faults=[Fault(self._pointer, MessageTooLarge.code, "This is larger than 100 kB.")])


def _as_html(snippet: str) -> str:
    """Escape a snippet's text for HTML. Its Liquid stays."""
    pieces = re.split(f"({_LIQUID})", snippet, flags=re.DOTALL)
    pieces[::2] = [entities.escape(piece, quote=False).replace("\n", "<br>\n") for piece in pieces[::2]]
    return "".join(pieces)


class OnUnresolved(StrEnum):
    """What happens to a recipient for whom a merge tag has neither a value nor a default."""

    SKIP = "skip"
    BLANK = "blank"


@dataclass(slots=True)
class Rendered:
    text: str
    html: str | None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Nothing can be sent to this recipient, because a value is missing or wrong."""

    tags: tuple[str, ...]
    problem: str | None = None
    """What is wrong, if it is not that `tags` have no value."""

    @property
    def detail(self) -> str:
        """Return the problem in words for the person who has to act."""
        return self.problem or f"No value for {', '.join(self.tags)}."


@dataclass(frozen=True, slots=True)
class CompiledMessage:
    text: Template
    html: Template | None

    @property
    def tags(self) -> frozenset[str]:
        """All merge tags that the message names, shown or not."""
        return self.text.tags | (self.html.tags if self.html else frozenset())

    def render(
        self,
        values: Mapping[str, Any],
        on_unresolved: OnUnresolved,
        budget: Budget | None = None,
        *,
        with_html: bool = True,
    ) -> Rendered | Unresolved:
        """Render one recipient's message, without the HTML for a channel that carries none. Never raises.

        `values` is nested: `{"contact": {"name": …, "custom_fields": {…}}, …}`. A value that a filter or a comparison
        cannot take makes the message Unresolved even with `blank`: what it should have said is not known. So does a
        text that ends up empty, and a message that takes more work than its budget.
        """
        budget = budget or Budget()
        text = self.text.fill(values, budget)
        html = _filled_html(self.html, values, budget) if self.html and with_html else None
        tags = tuple(dict.fromkeys([*text.lacking, *(html.lacking if html else ())]))
        problem = _problem(text, html)
        if problem or (tags and on_unresolved is OnUnresolved.SKIP):
            return Unresolved(tags, problem)
        if not text.text.strip():
            return Unresolved(tags, "Nothing is left of the text for this recipient.")
        return Rendered(text.text, (html.text or None) if html else None)

    def refuse_excess(self) -> None:
        """Refuse a message that is too much work for any recipient. Raise InvalidTemplate, which names the place."""
        for values in (_SOMEBODY, {}):
            budget = Budget()
            filled = {_TEXT_POINTER: self.text.fill(values, budget)}
            if self.html:
                filled[_HTML_POINTER] = _filled_html(self.html, values, budget)
            for pointer, part in filled.items():
                if part.excessive:
                    detail = f"The message asks for too much: {part.problem}."
                    fault = Fault(pointer, InvalidTemplate.code, detail)
                    raise InvalidTemplate(detail, faults=[fault], limit="rendering")


class _Sample(dict[str, str]):
    """A value of ordinary length for every name."""

    def __missing__(self, name: str) -> str:
        return f"{name} of somebody"


_SOMEBODY: Mapping[str, Mapping[str, object]] = {
    "contact": {"name": "Ann Lee", "first_name": "Ann", "email": "ann@example.com", "custom_fields": _Sample()},
    "conversation": {"human_id": "4711", "subject": "About my order", "custom_fields": _Sample()},
    "agent": {"name": "Bo", "email": "bo@example.com"},
    "tenant": {"name": "Acme"},
}


@dataclass(frozen=True, slots=True)
class FrozenMessage:
    """A message as it was stored, compiled when it is first rendered: that may take long."""

    text: str = field(repr=False)
    html: str | None = field(repr=False)

    def render(
        self,
        values: Mapping[str, Any],
        on_unresolved: OnUnresolved,
        budget: Budget | None = None,
        *,
        with_html: bool = True,
    ) -> Rendered | Unresolved:
        """Render one recipient's message. Return Unresolved if an earlier release stored what this one refuses."""
        try:
            message = compile_message(self.text, self.html)
        except (InvalidTemplate, UnknownMergeTag) as error:
            return Unresolved((), error.detail)
        return message.render(values, on_unresolved, budget, with_html=with_html)


def _filled_html(template: Template, values: Mapping[str, Any], budget: Budget) -> Filled:
    """Return the HTML filled in and sanitised; an empty text if nothing is left of it."""
    filled = template.fill(values, budget)
    if filled.problem:
        return filled
    try:
        return replace(filled, text=sanitised(filled.text) or "")
    except TooHeavy as error:
        return replace(filled, text="", problem=problem_at(error.at, filled.text, error.why), excessive=True)
    except HtmlTooLarge:
        why = "the HTML grows too long when what is left open is closed"
        return replace(filled, text="", problem=problem_at(0, filled.text, why), excessive=True)


def _problem(text: Filled, html: Filled | None) -> str | None:
    if text.problem:
        return f"In the text, {text.problem}."
    return f"In the HTML, {html.problem}." if html and html.problem else None


def compile_message(text: str, html: str | None) -> CompiledMessage:
    """Compile a stored message, or return it from the cache.

    Raise InvalidTemplate or UnknownMergeTag. Each fault names its place.
    """
    return _compile(text, html)


@lru_cache(maxsize=256)
def _compile(text: str, html: str | None) -> CompiledMessage:
    return CompiledMessage(
        _parse(text, TEXT, _TEXT_POINTER),
        None if html is None else _parse(html, HTML, _HTML_POINTER),
    )


def _hidden(written: str, between: str) -> re.Pattern[str]:
    """Find merge tags whose braces an editor has encoded, as many do in links, widened, as East Asian keyboards do, or
    parted."""
    opening, closing = (
        rf"(?:{brace}|%(?:25)*7{digit}{written.format(number=number, digit=digit, names=names)})"
        for brace, digit, number, names in (
            ("[{｛﹛]", "[bB]", 123, "lbrace|lcub"),
            ("[}｝﹜]", "[dD]", 125, "rbrace|rcub"),
        )
    )
    percent = r"(?:%|%(?:25)+)"
    name = r"[^<>{}｛｝﹛﹜\n]{1,200}?"
    return re.compile(
        rf"(?!\{{\{{){opening}{{2}}{name}{closing}{{2}}"
        rf"|{opening}{{2}}{name}(?!\}}\}}){closing}{{2}}"
        rf"|(?!\{{%){opening}{percent}-?\s*(?:if|unless|case|when|els|end)"
        rf"|{opening}(?:{between})+{opening}[^{{}}｛｝﹛﹜\n]{{1,200}}?{closing}(?:{between})*{closing}"
        rf"|{opening}(?:{between}|{_GAP}){{1,9}}{opening}{_GAP}{{0,9}}(?:{_ROOTS})\."
    )


_ROOTS = "|".join(sorted({tag.partition(".")[0] for tag in MERGE_TAGS}))
_GAP = r"(?:[ \t\u00a0\\]|&nbsp;|&#160;)"
"""Nobody parts other braces and names a merge tag in them. A backslash is Markdown's."""


_INVISIBLE = "[\u00ad\u034f\u200b-\u200f\u2060\ufeff]"
_HIDDEN_IN_TEXT = _hidden("", _INVISIBLE)
_HIDDEN_IN_HTML = _hidden(
    "|&(?:amp;)*#0*{number};?|&(?:amp;)*#[xX]0*7{digit};?|&(?:amp;)*(?:{names});",
    rf"{_INVISIBLE}|<[^<>]{{1,200}}>|&(?:ZeroWidthSpace|shy|zwnj|zwj|lrm|rlm|NoBreak|#0*(?:173|820[3-7]|8288|65279)"
    r"|#[xX]0*(?:[aA][dD]|200[b-fB-F]|2060|[fF][eE][fF][fF]));",
)


def check_snippet(text: str) -> None:
    """Refuse a snippet that no message could use: its fault would be reported to everybody who uses it, in their
    message.

    Raise InvalidTemplate or UnknownMergeTag. Each fault names its place in the snippet.
    """
    _parse(text, TEXT, "/text", "snippet")


def _parse(source: str, dialect: Environment, pointer: str, what: str = "message") -> Template:
    hidden = (_HIDDEN_IN_HTML if dialect is HTML else _HIDDEN_IN_TEXT).search(source)
    if hidden:
        why = "a merge tag whose braces are encoded or apart would reach customers as it is; write it as {{ … }}"
        detail = f"The {what} is not valid Liquid: {problem_at(hidden.start(), source, why)}."
        raise InvalidTemplate(detail, faults=[Fault(pointer, InvalidTemplate.code, detail)])
    try:
        template = parse(source, dialect)
    except MalformedTemplate as error:
        detail = f"The {what} is not valid Liquid: {error.problem}."
        raise InvalidTemplate(detail, faults=[Fault(pointer, InvalidTemplate.code, detail)]) from None
    if template.unknown:
        problems = template.unknown[:_MOST_FAULTS]
        faults = [Fault(pointer, UnknownMergeTag.code, f"{problem}.") for problem in problems]
        detail = f"{'; '.join(map(str, problems))}. There are: {', '.join(MERGE_TAGS)}."
        raise UnknownMergeTag(f"The {what} uses a merge tag that does not exist: {detail}", faults=faults)
    return template
