"""A long run under faults, and the verdict on it. `python -m app.dev.soak --help` says how to run it.

Real processes, PostgreSQL, Valkey and HTTP; every fault and recipient is drawn by a seed. What the machine makes of the
order of events is not repeated by it.
"""
