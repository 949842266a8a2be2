"""End streams when the process stops.

uvicorn ends the lifespan only after every response has ended, and a stream to an open page never ends on its own.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn


@contextmanager
def on_shutdown(callback: Callable[[], None]) -> Iterator[None]:
    """Call `callback` in this event loop when uvicorn is signalled to stop, then let uvicorn handle the signal."""
    loop = asyncio.get_running_loop()
    handlers = {number: uvicorns for number in (signal.SIGTERM, signal.SIGINT) if (uvicorns := _of_uvicorn(number))}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback)
        handlers[signal.Signals(number)](number, frame)

    for number in handlers:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, uvicorns in handlers.items():
            signal.signal(number, uvicorns)


def _of_uvicorn(number: signal.Signals) -> Callable[[int, FrameType | None], None] | None:
    """Return the handler that uvicorn has set; None if another server runs the application, or a thread does."""
    handler = signal.getsignal(number)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        return None
    return handler if isinstance(getattr(handler, "__self__", None), uvicorn.Server) else None
