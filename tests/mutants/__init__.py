"""Mutation testing of the protocol's decisions: each is changed a little, and a test must notice.

`make mutants` runs it. A function's code, an entry of a table or a part of an SQL text is replaced in the running
process, so that one database serves thousands of runs of the tests.
"""
