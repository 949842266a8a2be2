"""`python -m app.dev.sandbox --port 8025`: serve until SIGTERM or SIGINT."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from app.dev.sandbox.options import SandboxOptions, Timing
from app.dev.sandbox.server import run_sandbox
from app.dev.servers import EmbeddedServersMissing


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m app.dev.sandbox", description="A local stand-in for the providers."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--smtp-port", type=int, default=8026, help="where it is a mail server (8026)")
    parser.add_argument("--journal", type=Path, metavar="PATH", help="append what is received to this JSON-lines file")
    parser.add_argument("--no-receipts", action="store_true", help="accept, and never report back")
    parser.add_argument("--receipt-delay", type=float, default=300, metavar="MS", help="before the first receipt (300)")
    parser.add_argument("--receipts-at-once", type=int, default=1, metavar="N", help="in one call, where they may (1)")
    parser.add_argument("--latency", type=float, default=0, metavar="MS", help="before every answer (0)")
    parser.add_argument("--throttle-calls", type=int, default=2, metavar="K", help="429s per throttled recipient (2)")
    return parser.parse_args(arguments)


def settings_of(options: argparse.Namespace) -> SandboxOptions:
    timing = Timing(latency=options.latency / 1000, receipt_delay=options.receipt_delay / 1000)
    return SandboxOptions(
        receipts=not options.no_receipts,
        throttle_calls=options.throttle_calls,
        receipts_at_once=options.receipts_at_once,
        journal_path=options.journal,
        timing=timing,
    )


async def serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        # Windows has no signal handlers in its event loop; there Ctrl-C raises KeyboardInterrupt.
        with suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with run_sandbox(
        settings_of(options), host=options.host, port=options.port, smtp_port=options.smtp_port
    ) as sandbox:
        sys.stdout.write(f"Provider sandbox: {sandbox.url}\nMail server: {options.host}:{sandbox.smtp_port}\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        run(parse())
    except (EmbeddedServersMissing, OSError) as error:  # a port that is taken is named by the error
        sys.exit(str(error))


def run(options: argparse.Namespace) -> None:
    with suppress(KeyboardInterrupt):
        if sys.platform == "win32":
            asyncio.run(serve(options))
        else:
            import uvloop

            uvloop.run(serve(options))


if __name__ == "__main__":
    main()
