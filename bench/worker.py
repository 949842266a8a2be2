"""A worker as `mass-reply worker` runs it: `python -m bench.worker`.

With `BENCH_PROFILE` set it says at its end where its time went.
"""

import os

from app.settings import load_settings
from app.worker import run
from bench import sampling

if __name__ == "__main__":
    if os.environ.get("BENCH_PROFILE"):
        sampling.start()
    run(load_settings())
