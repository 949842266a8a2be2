"""Where a process's CPU time goes: samples of its main thread, and its statements, on standard error at its end."""

import atexit
import signal
import sys
from collections import Counter
from types import FrameType
from typing import Any, Final

import sqlalchemy as sa

from app.store.transactions import Transaction

INTERVAL: Final = 0.002
SHOWN: Final = 90

_own: Counter[str] = Counter()
_within: Counter[str] = Counter()
_statements: Counter[str] = Counter()


def start() -> None:
    sa.event.listen(sa.Engine, "before_cursor_execute", _count)
    _count_rows()
    signal.signal(signal.SIGPROF, _sample)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    atexit.register(_tell)


def _sample(_signal: int, frame: FrameType | None) -> None:
    if frame is not None:
        _own[_name(frame)] += 1
    seen = set()
    while frame is not None:
        seen.add(_name(frame))
        frame = frame.f_back
    _within.update(seen)


def _name(frame: FrameType) -> str:
    path = frame.f_code.co_filename.split("site-packages/")[-1]
    return f"{'/'.join(path.split('/')[-3:])}:{frame.f_code.co_qualname}"


def _count(_connection: Any, _cursor: Any, statement: str, *_: object) -> None:
    _statements[" ".join(statement.split())[:110]] += 1


def _count_rows() -> None:
    """Count the statements that asyncpg runs by itself, too."""
    rows, rows_of_each = Transaction.rows, Transaction.rows_of_each

    async def counted(tx: Transaction, statement: sa.TextClause, /, **values: object) -> list[Any]:
        _count(None, None, statement.text)
        return await rows(tx, statement, **values)

    async def counted_once(tx: Transaction, statement: sa.TextClause, values: Any) -> list[Any]:
        _count(None, None, statement.text)
        return await rows_of_each(tx, statement, values)

    Transaction.rows = counted  # type: ignore[method-assign]
    Transaction.rows_of_each = counted_once  # type: ignore[assignment, method-assign]


def _tell() -> None:
    signal.setitimer(signal.ITIMER_PROF, 0)
    for title, counts in (("own", _own), ("within", _within), ("statements", _statements)):
        print(f"-- {title}", file=sys.stderr)
        for name, number in counts.most_common(SHOWN):
            print(f"{number:7} {name}", file=sys.stderr)
