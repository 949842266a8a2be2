"""The history of a run, judged from outside: what was confirmed, what providers took, and what is reported.

Four witnesses speak: the API, an export of the database, the providers' journal, and the journal of a webhook endpoint.
The vocabulary is Jepsen's: lost, duplicated, unexpected. `python -m app.dev.history --help` says how to run it.
"""
