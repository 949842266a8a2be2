"""`python -m app.dev.parent_watch MODULE ARGUMENT…`: run a module as a program, for as long as the starter lives.

Standard input is a pipe whose other end only the starter holds. However the starter ends, `kill -9` included, the pipe
is closed, and this process stops as if it had been asked to.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE = 30.0
"""Seconds that a program gets to stop before it is ended."""


def main() -> None:
    _, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    threading.Thread(target=_stop_with_starter, daemon=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _stop_with_starter() -> None:
    # Not sys.stdin: a thread that waits inside its lock makes the interpreter's own end a fatal error.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


if __name__ == "__main__":
    main()
