"""Columns that most tables have, and how keys, constraints and indexes are named."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMING)

NOW = sa.text("now()")
NEW_ID = sa.text("uuidv7()")


def tenant() -> sa.Column[object]:
    return sa.Column("tenant_id", sa.Uuid, nullable=False)


def id() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid, nullable=False, server_default=NEW_ID)


def at(name: str, *, nullable: bool = True) -> sa.Column[object]:
    default = None if nullable else NOW
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=nullable, server_default=default)


def text(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.Text, nullable=nullable, server_default=default)


def flag(name: str, *, default: str = "false") -> sa.Column[object]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text(default))


def count(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))


def json(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=nullable, server_default=None if default is None else sa.text(default))


def texts(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'"))


def html() -> sa.Column[object]:
    comment = "Kept only where the customer reads the reply from our own timeline."
    return sa.Column("html", sa.Text, nullable=True, comment=comment)
