"""Generated mails, read by our reader and by another parser: fast-mail-parser, which is mailparse in Rust and shares no
code with Python's email package. Where the two differ, `EXPLAINED` says why ours is right.
"""

import base64
import quopri
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import fast_mail_parser
import pytest

from app.mail.message import Mail, parse_mail

TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "utf-8": ("Grüße aus Köln", "日本語①", "Привет 👋", "plain"),
    "us-ascii": ("plain", "Is it? Yes."),
    "iso-8859-1": ("Grüße", "café"),
    "windows-1252": ("“quoted” – 5 €",),
    "iso-8859-2": ("Žluťoučký kůň",),
    "iso-8859-15": ("5 €",),
    "windows-1251": ("Привет, мир",),
    "koi8-r": ("Привет, мир",),
    "iso-8859-7": ("Καλημέρα",),
    "windows-1255": ("שלום",),
    "iso-8859-8-i": ("שלום",),
    "windows-1256": ("مرحبا",),
    "gb2312": ("您好",),
    "gb18030": ("您好㐀",),
    "big5": ("中文",),
    "euc-kr": ("한글",),
    "shift_jis": ("日本語①",),
    "x-sjis": ("日本語",),
    "euc-jp": ("日本語",),
    "iso-2022-jp": ("日本語", "テスト"),
    "windows-874": ("ไทย",),
    "iso-2022-kr": ("한글",),
    "hz-gb-2312": ("您好",),
    "utf-7": ("Grüße",),
    "cp850": ("Grüße",),
}
CODECS: Final = {
    "gb2312": "gb18030",
    "hz-gb-2312": "hz",
    "iso-8859-8-i": "iso8859-8",
    "shift_jis": "cp932",
    "windows-874": "cp874",
    "x-sjis": "cp932",
}
NAMES: Final = ("Ann Lee", "Lee, Ann", "Jörg Müller", "日本 太郎", "O'Neil", "")
LAYOUTS: Final = ("plain", "html", "alternative", "mixed", "related", "nested")


@dataclass(frozen=True)
class Made:
    """A mail, and what was meant by it."""

    raw: bytes
    charset: str
    encoding: str
    layout: str
    subject: str
    name: str
    text: str
    files: tuple[str, ...]
    damage: str = ""


def encoded(text: str, charset: str) -> bytes:
    return text.encode(CODECS.get(charset, charset))


def word(text: str, charset: str, pick: random.Random, room: int = 24) -> str:
    """Write encoded words, several where the text is long, on lines of their own."""
    pieces = [text[at : at + room] for at in range(0, len(text), room)]
    written = [_word(encoded(piece, charset), charset, pick.choice("bBqQ")) for piece in pieces]
    return pick.choice(["\r\n ", "\r\n\t", " "]).join(written)


def _word(content: bytes, charset: str, how: str) -> str:
    if how in "bB":
        return f"=?{charset}?{how}?{base64.b64encode(content).decode()}?="
    quoted = "".join(chr(b) if chr(b).isalnum() and b < 128 else "_" if b == 32 else f"={b:02X}" for b in content)
    return f"=?{charset}?{how}?{quoted}?="


def body(text: str, charset: str, encoding: str) -> bytes:
    content = encoded(text, charset)
    match encoding:
        case "base64":
            return base64.encodebytes(content).replace(b"\n", b"\r\n")
        case "quoted-printable":
            return quopri.encodestring(content).replace(b"\n", b"\r\n")
        case _:
            return content


def part(kind: str, text: str, charset: str, encoding: str, pick: random.Random) -> bytes:
    shown = f"<html><body><p>{text}</p></body></html>" if kind == "text/html" else text
    label = pick.choice([charset, f'"{charset}"', charset.upper()])
    head = f"Content-Type: {kind};{pick.choice([' ', chr(13) + chr(10) + chr(9)])}charset={label}\r\n"
    name = pick.choice([encoding, encoding.upper(), f'"{encoding}"', f"{encoding};"])
    return f"{head}Content-Transfer-Encoding: {name}\r\n\r\n".encode() + body(shown, charset, encoding)


def attached(name: str) -> bytes:
    head = f'Content-Type: application/pdf; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
    return (head + "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n").encode()


def multipart(kind: str, pick: random.Random, *parts: bytes) -> bytes:
    mark = f"=_{pick.randrange(10**9)}"
    head = f'Content-Type: multipart/{kind};\r\n boundary="{mark}"\r\n\r\n'.encode()
    preamble = pick.choice([b"", b"This is a multi-part message in MIME format.\r\n"])
    return (
        head
        + preamble
        + b"".join(b"--%s\r\n%s\r\n" % (mark.encode(), one) for one in parts)
        + b"--%s--\r\n" % mark.encode()
    )


def make(seed: int) -> Made:
    pick = random.Random(seed)  # noqa: S311 - the same mails every time
    charset = pick.choice(list(TEXTS))
    text, subject = pick.choice(TEXTS[charset]), " ".join(pick.choices(TEXTS[charset], k=pick.choice([1, 1, 4])))
    layout, encoding = pick.choice(LAYOUTS), pick.choice(["8bit", "7bit", "base64", "quoted-printable", "binary"])
    plain, html = (part(kind, text, charset, encoding, pick) for kind in ("text/plain", "text/html"))
    files = ("bill.pdf",) if layout in ("mixed", "nested") else ()
    both = multipart("alternative", pick, plain, html)
    content = {
        "plain": plain,
        "html": html,
        "alternative": both,
        "mixed": multipart("mixed", pick, plain, attached("bill.pdf")),
        "related": multipart("related", pick, html),
        "nested": multipart("mixed", pick, both, attached("bill.pdf")),
    }[layout]
    name = pick.choice(NAMES)
    written = word(name, "utf-8", pick) if not name.isascii() else f'"{name}"' if "," in name else name
    fold = pick.choice([" ", "\r\n ", "\r\n\t", "  "])
    heads = [
        f"From:{fold}{written} <ann@example.test>",
        "To: support@example.com",
        f"Subject:{fold}{word(subject, charset, pick)}",
        f"Message-ID:{fold}<{seed}@example.test>",
        "Date: Fri, 27 Nov 2026 10:00:00 +0000",
        "MIME-Version: 1.0",
        f"X-Long: {'word ' * 30}\r\n\t{'more ' * 30}",
    ]
    pick.shuffle(heads)
    return Made("\r\n".join(heads).encode() + b"\r\n" + content, charset, encoding, layout, subject, name, text, files)


DAMAGES: Final[Mapping[str, Callable[[Made], bytes]]] = {
    "lines end with LF": lambda made: made.raw.replace(b"\r\n", b"\n"),
    "the end is missing": lambda made: re.sub(rb"--=_\d+--\r\n\Z", b"", made.raw),
    "no MIME-Version": lambda made: made.raw.replace(b"MIME-Version: 1.0\r\n", b""),
    "no Date": lambda made: re.sub(rb"Date: [^\r]*\r\n", b"", made.raw),
    "a line that is no field": lambda made: re.sub(
        rb"\r\n(?=[A-Z])", b"\r\nscanned by a filter\r\n", made.raw, count=1
    ),
    "a field twice": lambda made: made.raw.replace(b"X-Long: ", b"X-Long: 1\r\nX-Long: ", 1),
    "blanks before a colon": lambda made: made.raw.replace(b"To: ", b"To  : ", 1),
    "an mbox's own line": lambda made: b">From ann@example.test Fri Nov 27 10:00:00 2026\r\n" + made.raw,
    "a subject that is not encoded": lambda made: _with_subject(made, encoded(made.subject, made.charset)),
    "an encoded word without its end": lambda made: made.raw.replace(b"X-Long: ", b"X-Long: =?utf-8?Q?x ", 1),
    "an unknown charset beside": lambda made: made.raw.replace(b"X-Long: ", b"X-Long: =?x-unknown?Q?=FF?= ", 1),
}
"""What happens to mails on their way, and what programs do that know half of the rules."""


def _with_subject(made: Made, written: bytes) -> bytes:
    if made.charset in _NO_BROWSER_S:  # ASCII to whoever does not know.
        return made.raw
    found = re.search(rb"^Subject:(?:[^\r]*\r\n[ \t])*[^\r]*", made.raw, re.MULTILINE)
    assert found is not None
    return made.raw[: found.start()] + b"Subject: " + written + made.raw[found.end() :]


def damaged(seed: int) -> Made:
    made, names = make(seed), sorted(DAMAGES)
    damage = names[seed % len(names)]
    return replace(made, raw=DAMAGES[damage](made), damage=damage)


def squeezed(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def differences(made: Made, ours: Mail) -> dict[str, tuple[str, str]]:
    """Return what the two read, by field, where it is not the same."""
    theirs = fast_mail_parser.parse_email(made.raw)
    shown = theirs.text_plain[0] if theirs.text_plain else theirs.text_html[0] if theirs.text_html else ""
    read = {
        "subject": (squeezed(ours.subject or ""), squeezed(theirs.subject)),
        "text": (squeezed(ours.text), squeezed(shown)),
        "files": (" ".join(ours.attachment_names), " ".join(each.filename for each in theirs.attachments)),
    }
    return {field: pair for field, pair in read.items() if pair[0] != pair[1]}


Explanation = tuple[str, Callable[[Made, str], bool]]

_NO_BROWSER_S: Final = frozenset({"cp850", "hz-gb-2312", "iso-2022-kr", "utf-7"})
_ODD_ENCODING: Final = re.compile(rb'Content-Transfer-Encoding: (?:"|[^\r]*;)')

EXPLAINED: Final[tuple[Explanation, ...]] = (
    (
        "Theirs knows the charsets of browsers alone, which have dropped these for their own safety. Mail is written "
        "in them, and text cannot run.",
        lambda made, field: made.charset in _NO_BROWSER_S and field in ("subject", "text"),
    ),
    (
        "RFC 2045 section 6.1 allows neither quotes nor a semicolon there. Programs write both, and theirs leaves the "
        "text encoded.",
        lambda made, field: field == "text" and _ODD_ENCODING.search(made.raw) is not None,
    ),
    (
        "Theirs takes all below such a line for the text, headers included.",
        lambda made, _: made.damage == "a line that is no field",
    ),
    (
        "RFC 5322 has ASCII in headers. What is not is most likely in the charset of the text; theirs takes Latin-1.",
        lambda made, field: made.damage == "a subject that is not encoded" and field == "subject",
    ),
)


def unexplained(made: Made, seed: int) -> list[str]:
    ours = parse_mail(made.raw)
    wrong = [
        f"ours {field}: {read!r}, meant {meant!r}"
        for field, read, meant in [
            ("subject", squeezed(ours.subject or ""), squeezed(made.subject)),
            ("text", ours.text, made.text),
            ("files", ours.attachment_names, made.files),
            ("name", ours.sender_name or "", made.name),
            ("sender", ours.sender, "ann@example.test"),
            ("message_id", ours.message_id, f"<{seed}@example.test>"),
        ]
        if read != meant
    ]
    told = differences(made, ours)
    differ = [
        f"{field}: ours {pair[0]!r}, theirs {pair[1]!r}"
        for field, pair in told.items()
        if not any(applies(made, field) for _, applies in EXPLAINED)
    ]
    return [
        f"{seed} {made.damage} ({made.charset}, {made.encoding}, {made.layout}) {each}" for each in (*wrong, *differ)
    ]


def test_both_readers_read_the_same_in_100_mails():
    assert [each for seed in range(100) for each in unexplained(make(seed), seed)] == []


def test_both_readers_read_the_same_in_110_damaged_mails():
    assert [each for seed in range(110) for each in unexplained(damaged(seed), seed)] == []


@pytest.mark.proof
def test_both_readers_read_the_same_in_2_000_mails():
    assert [each for seed in range(2_000) for each in unexplained(make(seed), seed)] == []


@pytest.mark.proof
def test_both_readers_read_the_same_in_2_000_damaged_mails():
    assert [each for seed in range(2_000) for each in unexplained(damaged(seed), seed)] == []
