"""Sanitise filled-in HTML: keep what mail programs show and cannot harm anybody."""

import html as entities
import re
from functools import lru_cache
from typing import Final

import nh3

from app.domain.text.html_weight import check_weight
from app.domain.text.liquid_dialect import plain

MAX_RESULT_CHARACTERS: Final = 1_000_000
"""More than five times what is filled in. What a parser makes larger than this is not sent."""

_BOX = {"align", "valign", "bgcolor", "width", "height", "dir", "lang", "title", "style"}
_SANITISER = nh3.Cleaner(
    tags=set(
        """
        a abbr b blockquote br caption center cite code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i
        img ins kbd li mark ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul
        var wbr
        """.split()  # noqa: SIM905 - a list of words
    ),
    clean_content_tags={"iframe", "math", "noscript", "object", "script", "style", "svg", "textarea", "title"},
    attributes={
        "*": _BOX,
        "a": {"href"},
        "font": {"color", "face", "size"},
        "img": {"src", "alt", "border"},
        "li": {"value"},
        "ol": {"start", "type"},
        "table": {"border", "cellpadding", "cellspacing"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
    },
    # Appearance only: nothing that moves elements, or fetches any.
    filter_style_properties=set(
        """
        background-color border border-bottom border-collapse border-color border-left border-radius border-right
        border-spacing border-style border-top border-width color font-family font-size font-style font-weight height
        line-height list-style-type margin margin-bottom margin-left margin-right margin-top max-width padding
        padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent text-transform
        vertical-align width
        """.split()  # noqa: SIM905 - a list of words
    ),
    url_schemes={"http", "https", "mailto"},
    # A mail has no page that a relative link could start from.
    url_relative="deny",
    link_rel="noopener noreferrer",
)

_STYLED_TAG: Final = re.compile(r"""<[a-z][a-z0-9]*+(?: [a-z]++="[^"]*+")*>""")
_STYLE: Final = re.compile(r"""(?<= style=")[^"]*+""")
_DECLARATION: Final = re.compile(
    r"""\s*([a-z-]++\s*:(?:(?:rgba?|hsla?|calc)\([^;"'()\\]*+\)|[^;"'()\\]|"[^"\\]*+"|'[^'\\]*+')+)(?:;|\Z)""",
    re.IGNORECASE,
)
"""A value may call `rgb` or `calc`. Any other function may fetch something, and `\\75rl(` is `url(` as well."""


class HtmlTooLarge(Exception):
    """The parser has made the HTML far larger than it was."""


@lru_cache(maxsize=32)
def sanitised(html: str) -> str | None:
    """Sanitise filled-in HTML, values included: nothing is inserted after this. Return None if nothing is left.

    What was sanitised recently is cached: often all recipients get the same. Raise TooHeavy or HtmlTooLarge.
    """
    check_weight(html)
    clean = _SANITISER.clean(html)
    if len(clean) > MAX_RESULT_CHARACTERS:
        raise HtmlTooLarge
    # `plain` once more, because the parser has turned `&#1;` and the like into characters.
    return plain(_STYLED_TAG.sub(_without_fetching, clean)).strip() or None


def _without_fetching(tag: re.Match[str]) -> str:
    if "(" not in tag[0] and "\\" not in tag[0]:
        return tag[0]
    return _STYLE.sub(_harmless_style, tag[0])


def _harmless_style(style: re.Match[str]) -> str:
    written, kept, at = entities.unescape(style[0]), list[str](), 0
    while at < len(written):
        declaration = _DECLARATION.match(written, at)
        if declaration:
            kept.append(declaration[1])
        end = written.find(";", at)
        at = declaration.end() if declaration else len(written) if end < 0 else end + 1
    return entities.escape(";".join(kept))
