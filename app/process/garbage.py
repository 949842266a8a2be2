"""How often a process looks for cycles of objects that nobody holds."""

import gc


def collect_seldom() -> None:
    """Look for cycles among new objects only, and after 10,000 of them instead of 700.

    Each full look walks through all that was imported: a sixth of a second in which nobody is answered, and a fifth of
    a worker's time (`make bench`). To be called once all is imported.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
