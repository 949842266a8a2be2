"""How often a process collects garbage cycles."""

import gc


def collect_seldom() -> None:
    """Collect cycles among new objects only, and after 10,000 of them instead of 700.

    A full collection visits every imported object. That takes a sixth of a second, in which no request is answered, and
    a fifth of a worker's time (`make bench`). Call this once everything is imported.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
