"""The program: `mass-reply`, and `python -m app`."""

import gc
import signal

# Ctrl-C while the program is still being read is the end of it, as for any program, and no traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)
# Imported objects stay: searching them again and again for garbage would take a fifth of the time to start.
gc.disable()
from app.cli import main  # noqa: E402 - what is imported here is what the collector is to leave alone

gc.freeze()
gc.enable()

if __name__ == "__main__":
    main()
