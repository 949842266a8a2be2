"""What a migration must not do to a table that is there: hold it for long, or take from the former release what it
needs.

`migrate` is one transaction beside a service that runs: every lock that a statement takes is held to its end.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

READS: Final = "It holds the table while it reads all of it."
REWRITES: Final = "It holds the table while it writes all of it anew."
INDEX: Final = (
    "It keeps writers out while it reads the whole table. Write IF NOT EXISTS, and have operators create it "
    "CONCURRENTLY before they migrate (docs/operations.md)."
)
CHECKED: Final = f"{READS} Add it NOT VALID; a later release may validate it."
MOVES: Final = "It holds what it moves. Let the service move it, a page at a time."
FORMER: Final = "The former release, which runs beside this one, needs it. Wait a release."

_NAME: Final = r'(?:ONLY )?(?:IF EXISTS )?(?:public\.)?"?(\w+)"?'
_VOLATILE: Final = r"random\(|uuid\w*\(|clock_timestamp|nextval"
_RULES: Final[Mapping[str, str]] = {
    rf"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?!IF NOT EXISTS)\S+ ON {_NAME}": INDEX,
    rf"ALTER TABLE {_NAME}.* ALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE ": REWRITES,
    rf"ALTER TABLE {_NAME}.* ALTER (?:COLUMN )?\S+ SET NOT NULL": READS,
    rf"ALTER TABLE {_NAME}.* ADD (?:CONSTRAINT \S+ )?(?:FOREIGN KEY|CHECK)\b(?!.* NOT VALID)": CHECKED,
    rf"ALTER TABLE {_NAME}.* ADD (?:CONSTRAINT \S+ )?(?:UNIQUE|PRIMARY KEY|EXCLUDE)\b(?! USING INDEX)": INDEX,
    rf"ALTER TABLE {_NAME}.* ADD (?:COLUMN )?(?!CONSTRAINT)\w+ .*(?:REFERENCES|CHECK|UNIQUE|PRIMARY KEY)\b": READS,
    rf"ALTER TABLE {_NAME}.* ADD (?:COLUMN )?\S+ .*(?:GENERATED|SERIAL|{_VOLATILE})": REWRITES,
    rf"ALTER TABLE {_NAME}.* ADD (?:COLUMN )?(?!CONSTRAINT)\w+ (?!.*DEFAULT).*NOT NULL": FORMER,
    rf"ALTER TABLE {_NAME}.* VALIDATE CONSTRAINT": READS,
    rf"ALTER TABLE {_NAME}.* SET (?:LOGGED|UNLOGGED|TABLESPACE|ACCESS METHOD)": REWRITES,
    rf"ALTER TABLE {_NAME}.* (?:ATTACH|DETACH) PARTITION": READS,
    rf"ALTER TABLE {_NAME}.* (?:DROP (?:COLUMN )?(?!CONSTRAINT|NOT|DEFAULT)|RENAME )": FORMER,
    rf"(?:DROP TABLE|TRUNCATE(?: TABLE)?) {_NAME}": FORMER,
    rf"(?:VACUUM FULL|CLUSTER|REINDEX (?:TABLE|INDEX)(?! CONCURRENTLY)|LOCK(?: TABLE)?) {_NAME}": REWRITES,
    rf"UPDATE {_NAME}": MOVES,
    rf"DELETE FROM {_NAME}": MOVES,  # noqa: S608 - a pattern
    rf"INSERT INTO {_NAME}.*\bSELECT\b": MOVES,
}
_MADE: Final = re.compile(rf"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?{_NAME}", re.IGNORECASE)
ALEMBICS_OWN: Final = "alembic_version"


def faults_of(statements: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with these statements of one run. A table that the run itself creates is not in use yet."""
    made = {ALEMBICS_OWN}
    for statement in (" ".join(each.split()) for each in statements):
        if created := _MADE.match(statement):
            made.add(created[1])
        for pattern, why in _RULES.items():
            found = re.match(pattern, statement, re.IGNORECASE)
            if found and found[1] not in made:
                yield f"{statement[:120]}: {why}"
                break
