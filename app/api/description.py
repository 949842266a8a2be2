"""What the description of the API says of the whole, and of each kind of object."""

from collections.abc import Mapping
from typing import Final

DESCRIPTION: Final = """\
A **mass reply** sends one message as a real reply on every selected conversation, each on its own channel.

1. `POST /conversations/search` finds conversations by a filter.
2. `POST /mass-replies/preview` says what a message would do to them. Nothing is stored.
3. `POST /mass-replies` freezes both, and answers the exact `recipient_count`.
4. `POST /mass-replies/{id}/confirm` sends, if it gives that number back.
5. `GET /mass-replies/{id}` and `…/events` tell how it goes, `…/deliveries` what became of each conversation.

Send `Authorization: Bearer <API key or JWT>`. Lists take `limit` and `cursor`, and answer `items` and `next_cursor`.

Every error is a problem document (RFC 9457); each operation lists those that it may answer. Besides, any address may
answer 404 `not_found` where there is none such, 405 `method_not_allowed` with `Allow` for another method, 413
`body_too_large`, 415 `encoding_not_taken` for a compressed body, and 500 `internal_error` for a failure of the
service's own, of which the log says more under the `X-Request-Id`.
"""

_TAGS: Final[Mapping[str, str]] = {
    "me": "Who the caller is, and what they may do.",
    "conversations": "What can be replied to: imported, searched, read.",
    "contacts": "Customers, and how to erase one.",
    "blocked addresses": "Who is not written to any more, and why.",
    "mass replies": "Preview, create, confirm, steer and follow; the result of each conversation.",
    "channel accounts": "Your senders at providers.",
    "settings": "What a tenant allows itself.",
    "webhook endpoints": "Your servers that hear of what happens.",
    "automation rules": "What is done to conversations when something happens to them.",
    "snippets": "Texts that `/shortcode` expands to.",
    "attachments": "Files that a message carries.",
    "api keys": "Credentials for programs and agents.",
    "audit log": "Who did what.",
    "callbacks": "Where providers report to. Their signature is the credential.",
    "web chat": "What a visitor's page calls, with the token of its session.",
    "health": "For whoever watches the processes.",
}
TAGS: Final = tuple({"name": name, "description": description} for name, description in _TAGS.items())
