"""The texts of the API's description: of the whole, and of each kind of object."""

from collections.abc import Mapping
from typing import Final

DESCRIPTION: Final = """\
A **mass reply** sends one message as a real reply on every selected conversation, each on its own channel.

1. `POST /conversations/search` finds conversations by a filter.
2. `POST /mass-replies/preview` shows what a message would do to them. Nothing is stored.
3. `POST /mass-replies` freezes both, and returns the exact `recipient_count`.
4. `POST /mass-replies/{id}/confirm` sends it, if the request repeats that number.
5. `GET /mass-replies/{id}` and `…/events` show the progress, `…/deliveries` the result of each conversation.

Send `Authorization: Bearer <API key or JWT>`. Lists take `limit` and `cursor`, and return `items` and `next_cursor`.

Every error is a problem document (RFC 9457), and each operation lists its own. Any address may also return 404
`not_found`, 405 `method_not_allowed` with an `Allow` header, 413 `body_too_large`, 415 `encoding_not_taken` for a
compressed body, and 500 `internal_error` for a fault of the service: look for the `X-Request-Id` in its log.
"""

_TAGS: Final[Mapping[str, str]] = {
    "me": "Who the caller is, and what they may do.",
    "conversations": "Import, search and read conversations.",
    "contacts": "Erase a customer's data.",
    "blocked addresses": "Addresses that get no more messages, and why.",
    "mass replies": "Preview, create, confirm, control and follow; the result of each conversation.",
    "channel accounts": "Your senders at providers.",
    "settings": "A tenant's own limits.",
    "webhook endpoints": "Your servers that events are posted to.",
    "automation rules": "Actions on conversations when something happens to them.",
    "snippets": "Texts that `/shortcode` expands to.",
    "attachments": "Files that a message carries.",
    "api keys": "Credentials for programs and agents.",
    "audit log": "Who did what.",
    "callbacks": "Where providers report. Their signature is the credential.",
    "web chat": "For a visitor's page, with the token of its session.",
    "health": "For monitoring.",
}
TAGS: Final = tuple({"name": name, "description": description} for name, description in _TAGS.items())
