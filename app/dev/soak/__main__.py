"""`python -m app.dev.soak`: a long run under faults, one verdict and a table. Exit with 1 if anything was wrong."""

import asyncio
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.dev.soak.broken import VARIANTS
from app.dev.soak.report import Outcome, Plan, page
from app.dev.soak.run import soak
from app.dev.workdir import own_place

Seed = Annotated[int, typer.Option(help="Draws the recipients and the faults.")]
Recipients = Annotated[int, typer.Option(help="Conversations in the mass reply that is sent under faults.")]
Faults = Annotated[int, typer.Option(help="How often something befalls the service meanwhile.")]
Restarts = Annotated[int, typer.Option(help="Restarts of workers during a mass reply without any other fault.")]
Broken = Annotated[str, typer.Option(help=f"Leave a rule out: {', '.join(VARIANTS)}.")]
Page = Annotated[Path | None, typer.Option("--page", help="Write the verdict into this file, as Markdown.")]
Keep = Annotated[Path | None, typer.Option(help="Copy the evidence into this folder.")]


def main(
    seed: Seed = 1,
    recipients: Recipients = 50_000,
    faults: Faults = 220,
    restarts: Restarts = 20,
    broken: Broken = "",
    write: Page = None,
    keep: Keep = None,
) -> None:
    """Send a mass reply over every channel while processes die, networks fail and people interfere."""
    plan = Plan(seed, recipients, faults, restarts, broken)
    with own_place(Path("var")) as folder:
        outcome: Outcome = asyncio.run(soak(plan, folder))
        if keep is not None:
            shutil.copytree(outcome.folder, keep, dirs_exist_ok=True)
    text = page(outcome, datetime.now(UTC))
    print(text)  # noqa: T201 - the verdict is for a person
    if write is not None:
        write.write_text(text)
    sys.exit(not outcome.good)


if __name__ == "__main__":
    typer.run(main)
