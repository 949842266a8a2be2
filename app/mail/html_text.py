"""HTML mail as plain text.

Every pattern here runs in linear time over any input. Customers' HTML is sometimes hostile: with Python 3.11.7,
`html.parser` (and what is built on it) takes half a minute over 250 kB of `<a<a<a`, and 40 kB of nested lists grow to
25 MB of indentation in a Markdown converter.
"""

import html
import re

_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|title|template)\b.*?(?:</\1\s*>|\Z)|<[!?][^<>]*+>", re.IGNORECASE | re.DOTALL
)
_LINK = re.compile(r"<a\b([^<>]*+)>(.*?)(?:</a\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_HREF = re.compile(r"\bhref\s*=\s*[\"']?(https?://[^\s\"']+)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*+)[^<>]*+>")
_HUGE_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}+;?")
"""Beyond Unicode, and from 4,301 digits on beyond `int()` too."""

_LINE_END, _LINE, _PARAGRAPH = "\x01", "\x02", "\x03"
"""Marks in place of tags: `<br>` always ends a line. A line or a paragraph begins only if none has begun."""

_MARKS = {
    "br": _LINE_END,
    **dict.fromkeys(("address", "article", "dd", "div", "dt", "footer", "header", "li", "section", "tr"), _LINE),
    **dict.fromkeys(
        ("blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"), _PARAGRAPH
    ),
    **dict.fromkeys(("td", "th"), " "),
}
_BREAK = re.compile("[ \x01-\x03]*[\x01-\x03][ \x01-\x03]*")
_OWN_MARK = re.compile("[\x00-\x08]")


_META_CHARSET = re.compile(rb"<meta\b[^<>]*?\bcharset\s*=\s*[\"']?\s*([^\s\"'/>;]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"\s*<\?xml\b[^<>]*?\bencoding\s*=\s*[\"']([^\"']+)", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_LOOKED_AT = 8_192
"""Bytes in which a page declares its charset. Browsers look at 1,024; the styles that Word puts first are longer."""


def declared_charset(page: bytes) -> str | None:
    """Return the charset that a page declares
    (https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding)."""
    beginning = _COMMENT.sub(b"", page[:_LOOKED_AT])
    found = _META_CHARSET.search(beginning) or _XML_ENCODING.match(beginning)
    if found is None:
        return None
    label = found[1].decode("ascii", "replace").lower()
    return "utf-8" if label.startswith("utf-16") else label  # It could be read as bytes, so it is not UTF-16.


def html_to_text(source: str) -> str:
    """Return what the reader of an HTML mail sees, with the addresses of its links."""
    visible = _LINK.sub(_with_address, _HIDDEN.sub("", _OWN_MARK.sub("", source)))
    marked = html.unescape(_HUGE_NUMBER.sub("\ufffd", _TAG.sub(_mark, visible)))
    return _BREAK.sub(_line_breaks, re.sub(r"\s+", " ", marked)).strip()


def _with_address(link: re.Match[str]) -> str:
    found = _HREF.search(link[1])
    if found is None or found[1].rstrip("/") in link[2]:
        return link[2]
    return f"{link[2]} &lt;{found[1]}&gt;"


def _mark(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name == "li" and not tag[1]:
        return _LINE + "- "
    return "" if name == "br" and tag[1] else _MARKS.get(name, "")


def _line_breaks(run: re.Match[str]) -> str:
    breaks = 0
    for mark in run[0]:
        if mark == _LINE_END:
            breaks += 1
        elif mark == _LINE:
            breaks = max(breaks, 1)
        elif mark == _PARAGRAPH:
            breaks = max(breaks, 2)
    return "\n" * min(breaks, 2)
