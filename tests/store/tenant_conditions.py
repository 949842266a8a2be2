"""Which tables a statement reads or writes without naming its tenant, by its SQL."""

import re
from collections.abc import Collection, Iterator

CONDITION = re.compile(r"(?<![\w.])(?:(\w+)\.)?tenant_id\s*=\s*(?::tenant|(\w+)\.tenant_id)\b")
_IGNORED = re.compile(r"--[^\n]*|'[^']*'")
_SOME_TENANT = "(SELECT CAST(:tenant AS uuid))"
_QUERY = re.compile(r"\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b")
_NO_ALIAS = "SET|WHERE|ON|ORDER|GROUP|LIMIT|JOIN|CROSS|LEFT|USING|FOR|RETURNING|SELECT|VALUES|OFFSET"
_WRITTEN = re.compile(r"\bINTO\s+(\w+)(\s*\(\s*tenant_id\b[^()]*\)\s*(?:SELECT|VALUES\s*\()\s*:tenant\b)?")


def without_tenant(statement: str, tables: Collection[str]) -> list[str]:
    """Return the tables, each as often as it is named, that are not bound to the tenant where they are named."""
    return [table for query in _queries(plain(statement)) for table in _unbound(query, tables)]


def plain(statement: str) -> str:
    """Return it without comments and literals, and with the tenant written in one way."""
    return _IGNORED.sub("", statement.replace(_SOME_TENANT, ":tenant"))


def _queries(text: str) -> Iterator[str]:
    """Yield each query alone: without those in parentheses within it, and each side of a UNION."""
    levels = [""]
    for piece in re.split(r"([()])", text):
        if piece == "(":
            levels.append("")
        elif piece == ")":
            inner = levels.pop()
            if _QUERY.match(inner):
                yield from re.split(r"\bUNION\b", inner)
            levels[-1] += "()" if _QUERY.match(inner) else f"({inner})"
        else:
            levels[-1] += piece
    yield from re.split(r"\bUNION\b", levels[0])


def _unbound(query: str, tables: Collection[str]) -> Iterator[str]:
    yield from (table for table, bound in _WRITTEN.findall(query) if table in tables and not bound)
    named = re.findall(
        rf"(?:\b(?:FROM|JOIN|UPDATE)\s|,)\s*({'|'.join(tables)})\b(?!\.)(?:\s+(?:AS\s+)?(?!(?:{_NO_ALIAS})\b)(\w+))?",
        query,
    )
    bound = _bound(query)
    for table, alias in named:
        names = {alias or table} | ({""} if len(named) == 1 else set())
        if not names & bound:
            yield table


def _bound(query: str) -> set[str]:
    """Return the names whose tenant is the statement's, at once or by way of another name."""
    conditions = CONDITION.findall(query)
    bound = {name for name, other in conditions if not other}
    for _ in conditions:
        bound |= {name for name, other in conditions if other in bound}
    return bound
