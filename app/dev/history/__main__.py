"""`python -m app.dev.history var/run`: the verdict on a run whose evidence lies in a folder.

With `--api` it asks the API, the database and the sandbox first, and stores what they say in that folder.
"""

import json
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.dev.api_client import Calls
from app.dev.history import folder as run
from app.dev.history.verdict import judge, lines
from app.dev.stack import Address, address_of

Url = Annotated[str, typer.Option(help="Address of the API; its answers are collected first.")]
Key = Annotated[str, typer.Option(envvar="MASS_REPLY_API_KEY", help="An API key that may read mass replies.")]
DatabaseUrl = Annotated[
    str,
    typer.Option(
        envvar="MASS_REPLY_DATABASE_URL",
        help="Address of the database; left out, that of a stack started in this folder.",
    ),
]
Tenant = Annotated[str, typer.Option(help="Id of the tenant; left out, the one of a stack started in this folder.")]
Sandbox = Annotated[str, typer.Option(help="Address of the sandbox, when its journal is not in the folder.")]
Only = Annotated[list[str] | None, typer.Option("--mass-reply", help="Id of a mass reply; without it, all of them.")]
Settles = Annotated[
    float | None,
    typer.Option(help="Seconds from a claim until a person may say that it was not sent; left out, those on record."),
]


def main(
    folder: Path,
    api: Url = "",
    key: Key = "",
    database_url: DatabaseUrl = "",
    tenant: Tenant = "",
    sandbox: Sandbox = "",
    mass_reply: Only = None,
    settles_after: Settles = None,
) -> None:
    """Say what was lost, duplicated, unexpected or false in a run. Exit with 1 if anything was."""
    if api:
        at = _address(api, database_url, tenant)
        with Calls(api, key) as calls:
            run.collect(folder, calls, at.database_url, UUID(at.tenant), mass_reply or ())
    if sandbox:
        with Calls(sandbox) as calls, (folder / run.JOURNAL).open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in calls.get("/journal")["entries"])
    evidence = run.read(folder, settles_after=settles_after)
    verdict = judge(evidence)
    for line in lines(evidence, verdict):
        print(line)  # noqa: T201 - the verdict is for a person
    sys.exit(not verdict.good)


def _address(api: str, database_url: str, tenant: str) -> Address:
    """Return the given addresses. Take those left out from the stack that runs here."""
    found = None if database_url and tenant else address_of(api)
    if found is None and not (database_url and tenant):
        raise typer.BadParameter(f"No stack of this folder has its API at {api}. Give --database-url and --tenant.")
    known = found or Address(api, database_url, tenant)
    return Address(api, database_url or known.database_url, tenant or known.tenant)


if __name__ == "__main__":
    typer.run(main)
