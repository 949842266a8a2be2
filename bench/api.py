"""The API as `mass-reply api` runs it: `python -m bench.api PORT`.

With `BENCH_PROFILE` set it says at its end where its time went.
"""

import os
import signal
import sys

from app.cli import main
from bench import sampling

if __name__ == "__main__":
    sys.argv = ["mass-reply", "api", "--host", "127.0.0.1", "--port", sys.argv[1]]
    if os.environ.get("BENCH_PROFILE"):
        sampling.start()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # the server raises it again, once it has ended
    main()
