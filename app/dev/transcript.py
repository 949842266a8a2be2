"""What a program leaves on its terminal, and a picture of it."""

import re
from io import StringIO

from rich.console import Console
from rich.text import Text

_TOKEN = re.compile(r"\x1b\[(?P<private>\??)(?P<number>[0-9;]*)(?P<kind>[A-Za-z])|(?P<text>\n|\r|[^\x1b\n\r]+)")
_BEGUN = re.compile(r"\x1b(\[\??[0-9;]*)?\Z")
"""A sequence whose end has not come yet."""

TEMPLATE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, Menlo, Consolas, monospace; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""With the reader's own fonts: a picture in a README must not call a third party."""


class Transcript:
    """The lines of a terminal. It knows the cursor movements that rich uses for live displays, and drops all others."""

    def __init__(self) -> None:
        self.lines = [""]
        self._row = 0
        self._begun = ""

    def feed(self, output: str) -> None:
        written = self._begun + output
        begun = _BEGUN.search(written)
        self._begun = begun[0] if begun else ""
        for token in _TOKEN.finditer(written.removesuffix(self._begun)):
            if token["text"] is None:
                self._obey(token["private"] + token["kind"], token["number"], token[0])
            elif token["text"] == "\n":
                self._next_line()
            elif token["text"] != "\r":
                self.lines[self._row] += token["text"]

    def _next_line(self) -> None:
        self._row += 1
        if self._row == len(self.lines):
            self.lines.append("")

    def _obey(self, kind: str, number: str, written: str) -> None:
        """ECMA-48: CUU (cursor up), EL (erase in line), SGR (colours, kept for rich to read)."""
        if kind == "A":
            self._row -= int(number or 1)
        elif kind == "K":
            self.lines[self._row] = ""
        elif kind == "m":
            self.lines[self._row] += written

    def to_svg(self, title: str, width: int) -> str:
        console = Console(record=True, width=width, file=StringIO(), force_terminal=True, color_system="truecolor")
        for line in "\n".join(self.lines).rstrip().split("\n"):
            console.print(Text.from_ansi(line), soft_wrap=True)
        return console.export_svg(title=title, code_format=TEMPLATE, unique_id="terminal")
