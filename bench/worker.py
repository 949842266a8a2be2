"""A worker as `mass-reply worker` runs it: `python -m bench.worker`.

With `BENCH_PROFILE` set it says at its end where its time went. With `BENCH_SINGLE_CALLS` it makes a call for each
e-mail, as with a provider that takes no batches.
"""

import os

from app.channels.postmark.adapter import PostmarkAdapter
from app.operations import work
from bench import sampling

if __name__ == "__main__":
    if os.environ.get("BENCH_PROFILE"):
        sampling.start()
    if os.environ.get("BENCH_SINGLE_CALLS"):
        del PostmarkAdapter.send_many
    work()
