"""Write docs/channels/codes.md: for every code of every provider whose fault it is, what happens, and who may retry.

    python -m app.dev.codes > docs/channels/codes.md

The tables beside the adapters are all that is read.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final

from app.channels.meta.errors import ERRORS as META
from app.channels.meta_graph import MIXED, ErrorTable, GraphError
from app.channels.postmark import errors, webhooks
from app.channels.provider_responses import QUOTA_WAIT, CodeMeaning, Meaning, ReportedFailure, fault_of
from app.channels.sendgrid import adapter
from app.channels.sendgrid import webhooks as sendgrid_webhooks
from app.channels.smtp import replies
from app.channels.smtp.reply_texts import PHRASES
from app.channels.twilio import errors as twilio_errors
from app.channels.whatsapp_cloud.errors import ERRORS as WHATSAPP
from app.domain.delivery_lifecycle import RETRYABLE
from app.domain.words import ReasonCode

HEAD: Final = """# What every provider's code means here

Written by `python -m app.dev.codes` from the tables beside the adapters; do not edit.

**Whose** fault it is decides. If a code is about one recipient, their country or the message, only that delivery
fails. If it is about the account, its permission, quota or pace, the account waits or is paused, and its messages go
back to the queue. In a report on a message that was accepted before, the delivery has already failed. If the account
was at fault, it may be sent again, and the account waits or is paused too, unless somebody has saved or resumed it
since.

**Retried** "automatically" means that the message goes back to the queue; "by a person", that `retry` sends it again.

A code in no table never pauses an account: the delivery fails as `provider_rejected`, and a person may retry it. If
many recipients meet it, the share of failures stops the lane. Without a code, HTTP 401, 402 and 407 pause the
account, and HTTP 429 makes it wait. A success or HTTP 5xx that cannot be read is `uncertain`.
"""

_RECIPIENT: Final = frozenset(
    {
        ReasonCode.INVALID_RECIPIENT,
        ReasonCode.BLOCKED,
        ReasonCode.BOUNCED,
        ReasonCode.COMPLAINED,
        ReasonCode.OPTED_OUT,
        ReasonCode.UNREACHABLE,
        ReasonCode.WINDOW_CLOSED,
    }
)
_MESSAGE: Final = frozenset({ReasonCode.CONTENT_REJECTED, ReasonCode.MESSAGE_TOO_LONG, ReasonCode.TEMPLATE_REJECTED})
_COLUMNS: Final = ("code", "whose", "what happens", "retried", "meaning")

Cells = tuple[str, str, str, str, str]


def page() -> str:
    graph = [*_graph(WHATSAPP, "WhatsApp"), *_graph(META, "Messenger and Instagram")]
    return "\n".join([HEAD, *_twilio(), *graph, *_postmark(), *_sendgrid(), *_smtp()])


def _twilio() -> Iterator[str]:
    source = f"Each code has its page: `{twilio_errors.ERROR_PAGE}/<code>`."
    yield _section("Twilio, in the answer to a send", source, _meanings(twilio_errors.REFUSALS))
    yield _section("Twilio, in a status callback", source, _late(twilio_errors.FAILURES, twilio_errors.REFUSALS))


def _graph(table: ErrorTable, title: str) -> Iterator[str]:
    named = {
        f"{code[0]}/{code[1]}" if isinstance(code, tuple) else str(code): meaning
        for code, meaning in table.meanings.items()
    }
    rows = [*_meanings(named)]
    rows.append((f"{_range(MIXED)} with a subcode in no table", *_row(_unlisted(table))))
    rows.append(
        (f"{_range(MIXED)} without a subcode", "the account", "account paused", "automatically", "a permission")
    )
    unclear = ", ".join(sorted(map(str, table.unclear), key=lambda code: (len(code), code)))
    rows.append((unclear, "nobody knows", "uncertain", "no", "does not say whether the message went out"))
    yield _section(title, f"Source: <{table.source}>", rows)


def _unlisted(table: ErrorTable) -> Meaning:
    meaning = table.meaning(GraphError(10, 999_999_999))
    assert meaning is not None  # noqa: S101 - a family always has a meaning
    return meaning


def _postmark() -> Iterator[str]:
    source = "Source: <https://postmarkapp.com/developer/api/overview#error-codes>"
    yield _section("Postmark, `ErrorCode`", source, _meanings(errors.ERRORS))
    yield _section("Postmark 300, by the part that its message names", source, _meanings(errors.REQUEST_PARTS))
    bounces = "Source: <https://postmarkapp.com/developer/api/bounce-api#bounce-types>"
    rows = [*_failures(webhooks.BOUNCES)]
    rows.append(("Unsubscribe", "the recipient", "opted out; the delivery stays", "no", "asks for no more mail"))
    yield _section("Postmark, type of a bounce", bounces, rows)


def _sendgrid() -> Iterator[str]:
    source = "Source: <https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/responses>"
    yield _section("SendGrid, HTTP status", source, _meanings(adapter.STATUSES))
    yield _section("SendGrid 400, by `errors[].field`", source, _meanings(adapter.FIELDS))
    events = "Source: <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event>"
    yield _section("SendGrid, `bounce_classification` of a block", events, _failures(sendgrid_webhooks.BLOCKS))
    yield _section("SendGrid, reason of a drop", events, _failures(sendgrid_webhooks.DROPS))


def _smtp() -> Iterator[str]:
    rfc = "Sources: [RFC 5321](https://www.rfc-editor.org/rfc/rfc5321#section-4.2), "
    rfc += "[RFC 4954](https://www.rfc-editor.org/rfc/rfc4954#section-6), "
    rfc += "[IANA](https://www.iana.org/assignments/smtp-enhanced-status-codes), Exchange for three digits."
    yield _section("SMTP, at any step", rfc, _meanings(replies.ALWAYS))
    at_message = {f"5.{code}": meaning for code, meaning in replies.ENHANCED.items()}
    yield _section("SMTP, enhanced code at the recipient or the message", rfc, _meanings(at_message))
    for_now = {f"4.{code}": meaning for code, meaning in replies.PACE.items()}
    yield _section(
        "SMTP, enhanced code of a refusal for now; any other lets the message wait alone", rfc, _meanings(for_now)
    )
    plain = {
        f"{code} {step.value}": meaning for step, codes in replies.REFUSED.items() for code, meaning in codes.items()
    }
    plain |= {f"5yz {step.value}, any other": meaning for step, meaning in replies.OTHERWISE.items()}
    yield _section("SMTP, without such a code", rfc, _meanings(plain))
    said = (
        "From the sender on, the words of well-known servers come before their codes. In a refusal for now, what would "
        "pause the account lets it wait 10 minutes. Sources: `app/channels/smtp/reply_texts.py`."
    )
    words = [(f"{phrase.server}: “{phrase.example}”", *_row(phrase.meaning)) for phrase in PHRASES]
    yield _section("SMTP, words of the server about the account", said, words)


def _meanings(table: Mapping[str, Meaning] | Mapping[int, Meaning]) -> Iterator[Cells]:
    for code, meaning in table.items():
        yield (str(code), *_row(meaning))


def _row(meaning: Meaning) -> tuple[str, str, str, str]:
    match meaning.verdict:
        case CodeMeaning.ACCOUNT:
            return "the account", "account paused", "automatically", meaning.words
        case CodeMeaning.QUOTA:
            return "the account's quota", f"account waits {_span(QUOTA_WAIT)}", "automatically", meaning.words
        case CodeMeaning.THROTTLED:
            return "the account's pace", f"account waits {_span(meaning.retry_after)}", "automatically", meaning.words
        case CodeMeaning.BUSY:
            return "the recipient's pace", "this message waits", "automatically", meaning.words
        case code:
            ends = "; the address is not written to again" if meaning.ends_address else ""
            return (
                _whose(code, meaning.temporary),
                f"failed, `{code}`{ends}",
                _retried(code, meaning.temporary),
                meaning.words,
            )


def _failures(table: Mapping[str, ReportedFailure] | Mapping[int, ReportedFailure]) -> Iterator[Cells]:
    for code, failure in table.items():
        account = failure.temporary and failure.code is ReasonCode.PROVIDER_REJECTED
        whose = "the account" if account else _whose(failure.code, failure.temporary)
        retried = _retried(failure.code, failure.temporary)
        yield str(code), whose, f"failed, `{failure.code}`", retried, failure.words


def _late(failures: Mapping[int, ReportedFailure], refusals: Mapping[int, Meaning]) -> Iterator[Cells]:
    """What a failure says of the account, too."""
    for code, (name, whose, happens, retried, words) in zip(failures, _failures(failures), strict=True):
        rests = code in refusals and fault_of(refusals[code], "") is not None
        yield name, whose, f"{happens}; {_row(refusals[code])[1]}" if rests else happens, retried, words


def _whose(code: ReasonCode, temporary: bool) -> str:
    if code in _MESSAGE:
        return "the message"
    if code in _RECIPIENT:
        return "the sender's domain" if temporary else "the recipient"
    return "not certain; this delivery alone" if temporary else "this delivery"


def _retried(code: ReasonCode, temporary: bool) -> str:
    return "by a person" if temporary or code in RETRYABLE else "no"


def _span(wait: timedelta) -> str:
    seconds = int(wait.total_seconds())
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"


def _range(codes: Iterable[int]) -> str:
    family = [code for code in sorted(codes) if code >= 200]
    return f"10, {family[0]} to {family[-1]}"


def _section(title: str, source: str, rows: Iterable[Cells]) -> str:
    lines = [f"## {title}", source, "", _line(_COLUMNS), _line("---" for _ in _COLUMNS), *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(page())
