"""A mass reply's deliveries as a file: CSV or NDJSON, streamed page by page.

Each page is read in a short transaction, in the order in which the deliveries were frozen. So memory stays flat, and a
slow reader holds no snapshot open. Every delivery is written once, as it is when its page is read.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Final
from uuid import UUID

from app.api.delivery_schemas import DeliveryResponse
from app.domain.words import MassReplyId, TenantId
from app.mass_replies.sql import results
from app.mass_replies.sql.results import DeliveryResult, ResultQuery
from app.store.database import Database

JSON: Final = "application/json"
CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
PAGE: Final = 1_000

_PLAIN = (
    "id",
    "mass_reply_id",
    "conversation_id",
    "external_id",
    "human_id",
    "contact_name",
    "channel",
    "channel_account",
    "provider",
    "status",
    "settles_after",
    "provider_message_id",
    "segments",
    "used_template",
    "flips",
    "attempts",
    "queued_at",
    "sent_at",
    "delivered_at",
    "updated_at",
)
COLUMNS = (*_PLAIN, "reason_code", "reason_detail", "retryable", "warnings", "dropped_attachments")

_FORMULA = "=+\\-@＝＋－＠﹦﹢﹣﹫−"
_UNSEEN = "\\s\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""Characters that a spreadsheet may strip from the beginning of a cell."""
_CELL_BEGINS = re.compile(rf"^(?=[\t\r\n]|[{_UNSEEN}\"]*[{_FORMULA}])")
_SEPARATED = re.compile(rf"([,;|；，\t\r\n\v\f\x85\u2028\u2029])(?=[{_UNSEEN}\"']*[{_FORMULA}])")
"""After a character that another program takes for the end of a cell."""


async def export(
    database: Database, tenant: TenantId, id_: MassReplyId, query: ResultQuery, media_type: str
) -> AsyncIterator[str]:
    """Yield the deliveries as text, a page at a time."""
    write: Callable[[Sequence[DeliveryResult]], str] = _csv if media_type == CSV else _ndjson
    if media_type == CSV:
        yield _rows([COLUMNS])
    async for page in _pages(database, tenant, id_, query):
        yield write(page)


async def _pages(
    database: Database, tenant: TenantId, id_: MassReplyId, query: ResultQuery
) -> AsyncIterator[Sequence[DeliveryResult]]:
    after: UUID | None = None
    while True:
        async with database.begin(tenant) as tx:
            page = await results.page(tx, id_, query, after=after, limit=PAGE)
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = page[-1].id


def _ndjson(page: Sequence[DeliveryResult]) -> str:
    return "".join(DeliveryResponse.of(result).model_dump_json() + "\n" for result in page)


def _csv(page: Sequence[DeliveryResult]) -> str:
    return _rows(_cells(DeliveryResponse.of(result)) for result in page)


def _cells(delivery: DeliveryResponse) -> list[str]:
    plain = delivery.model_dump(mode="json", include=set(_PLAIN))
    reason = delivery.reason
    composed = (
        reason and reason.code,
        reason and reason.detail,
        delivery.retryable,
        " ".join(delivery.warnings),
        "; ".join(dropped.filename for dropped in delivery.dropped_attachments),
    )
    return [_cell(value) for value in (*(plain[name] for name in _PLAIN), *composed)]


def _cell(value: object) -> str:
    """Return one cell. A customer's text must not run as a formula when a spreadsheet opens the file.

    The characters and the apostrophe are those of https://owasp.org/www-community/attacks/CSV_Injection.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _CELL_BEGINS.sub("'", _SEPARATED.sub(r"\1'", str(value)))


def _rows(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()
