"""The 56 real e-mails of `tests/data/mail`, and made-up ones for what they do not show."""

from pathlib import Path
from time import process_time

from app.mail.message import Mail, parse_mail

REAL = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parents[1] / "data" / "mail").glob("*.eml"))}


def real(name: str) -> Mail:
    return parse_mail(REAL[name])


def mail(*headers: str | bytes, body: str | bytes = "") -> Mail:
    """A mail from ann@example.com with these headers more."""
    return parse_mail(raw_mail("From: ann@example.com", *headers, body=body))


def raw_mail(*headers: str | bytes, body: str | bytes = "") -> bytes:
    return b"\r\n".join(as_bytes(line) for line in (*headers, "", body))


def as_bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def seconds(work) -> float:
    """Processor time: what other processes do at the same time does not count."""
    before = process_time()
    work()
    return process_time() - before
