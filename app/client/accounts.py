"""`mass-reply accounts`: the channel accounts of a tenant, and whether they work."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from rich.table import Table
from rich.text import Text

from app.client.exit_codes import reading
from app.client.service import Json, Service
from app.client.tables import plain


class AccountAction(StrEnum):
    TEST = "test"


CREDENTIALS: Final = {
    "ok": "",
    "refused": "The provider refuses the account. ",
    "unknown": "Whether the credentials work is not known. ",
}
"""What goes before the server's own sentence."""
CALLBACKS: Final = {
    "verified": "The provider calls back, and its calls are verified.",
    "not_verified": "Calls come back that cannot be verified: look at the account's secrets and keys.",
    "none_yet": "Nobody has called back yet.",
}


def accounts_table(accounts: Iterable[Json]) -> Table:
    columns = ("key", "channel", "provider", "name", "state", "pause_reason")
    table = Table(*(name.replace("_", " ") for name in columns))
    with reading():
        for account in accounts:
            table.add_row(*(Text(plain(account[name] or "")) for name in columns))
    return table


def test_account(service: Service, key: str) -> Json:
    """Check an account's credentials with its provider. Nothing is sent."""
    return service.post(f"/channel-accounts/{key}/test", {})


def test_lines(answer: Json) -> list[str]:
    with reading():
        last = answer["last_callback_at"]
        return [
            f"{CREDENTIALS[answer['credentials']]}{answer['detail']}",
            CALLBACKS[answer["callbacks"]] + (f" The last call came at {last}." if last else ""),
        ]
