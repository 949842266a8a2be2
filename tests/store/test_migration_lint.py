"""What later migrations may do to tables that are there."""

import pytest
import sqlalchemy as sa

from app.dev import check_migrations
from app.dev.check_migrations import MigrationsWrong
from app.dev.migration_lint import faults_of


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX ix_new ON deliveries (tenant_id, flips)",
        "CREATE UNIQUE INDEX ix_new ON public.deliveries (id)",
        "ALTER TABLE deliveries ALTER COLUMN epoch TYPE bigint",
        "ALTER TABLE deliveries ALTER epoch SET DATA TYPE bigint",
        "ALTER TABLE deliveries ALTER COLUMN subject SET NOT NULL",
        "ALTER TABLE deliveries ADD CONSTRAINT fk_new FOREIGN KEY (id) REFERENCES messages (id)",
        "ALTER TABLE deliveries ADD CONSTRAINT ck_new CHECK (epoch > 0)",
        "ALTER TABLE deliveries ADD CONSTRAINT uq_new UNIQUE (id)",
        "ALTER TABLE deliveries ADD UNIQUE (id)",
        "ALTER TABLE deliveries ADD COLUMN other uuid REFERENCES tenants (id)",
        "ALTER TABLE deliveries ADD COLUMN other uuid DEFAULT gen_random_uuid()",
        "ALTER TABLE deliveries ADD COLUMN other uuid DEFAULT uuidv7() NOT NULL",
        "ALTER TABLE deliveries ADD COLUMN length int GENERATED ALWAYS AS (epoch + 1) STORED",
        "ALTER TABLE deliveries ADD COLUMN other text NOT NULL",
        "ALTER TABLE deliveries VALIDATE CONSTRAINT ck_new",
        "ALTER TABLE deliveries SET UNLOGGED",
        "ALTER TABLE deliveries DROP COLUMN subject",
        "ALTER TABLE deliveries RENAME COLUMN subject TO title",
        "ALTER TABLE deliveries RENAME TO dispatches",
        "DROP TABLE deliveries",
        "TRUNCATE deliveries",
        "VACUUM FULL deliveries",
        "LOCK TABLE deliveries IN EXCLUSIVE MODE",
        "UPDATE deliveries SET flips = NULL",
        "delete\n from deliveries where epoch = 0",
        "INSERT INTO archive SELECT * FROM deliveries",
        'ALTER TABLE IF EXISTS ONLY "deliveries" ALTER COLUMN epoch TYPE bigint',
    ],
)
def test_what_holds_a_table_or_takes_from_the_former_release_is_refused(statement: str) -> None:
    assert len(list(faults_of([statement]))) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE deliveries ADD COLUMN other text",
        "ALTER TABLE deliveries ADD COLUMN other boolean DEFAULT false NOT NULL",
        "ALTER TABLE deliveries ADD COLUMN seen_at timestamptz DEFAULT now() NOT NULL",
        "ALTER TABLE deliveries ADD CONSTRAINT ck_new CHECK (epoch > 0) NOT VALID",
        "ALTER TABLE deliveries ADD CONSTRAINT fk_new FOREIGN KEY (id) REFERENCES messages (id) NOT VALID",
        "ALTER TABLE deliveries ADD CONSTRAINT uq_new UNIQUE USING INDEX ix_new",
        "ALTER TABLE deliveries DROP CONSTRAINT ck_old",
        "ALTER TABLE deliveries ALTER COLUMN subject DROP NOT NULL",
        "ALTER TABLE deliveries ALTER COLUMN epoch SET DEFAULT 0",
        "CREATE INDEX IF NOT EXISTS ix_new ON deliveries (tenant_id, flips)",
        "CREATE TABLE letters (id uuid PRIMARY KEY)",
        "DROP INDEX ix_old",
        "SELECT version_num FROM alembic_version",
        "UPDATE alembic_version SET version_num='0077'",
    ],
)
def test_what_takes_a_moment_passes(statement: str) -> None:
    assert list(faults_of([statement])) == []


def test_what_is_done_to_a_table_of_its_own_passes() -> None:
    made = ["CREATE TABLE letters (id uuid)", "CREATE INDEX ix_letters ON letters (id)", "UPDATE letters SET id = id"]
    assert list(faults_of(made)) == []


def test_a_migration_is_looked_at_as_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = sa.create_engine("sqlite://")

    def careless(connection: sa.Connection) -> None:
        connection.execute(sa.text("CREATE TEMPORARY TABLE deliveries (epoch int)"))
        connection.execute(sa.text("UPDATE deliveries SET epoch = 1"))

    monkeypatch.setattr("alembic.command.upgrade", lambda *_: None)
    monkeypatch.setattr(check_migrations, "alembic_config", lambda _: None)
    monkeypatch.setattr(check_migrations, "upgrade", careless)
    with engine.begin() as connection, pytest.raises(MigrationsWrong, match="a page at a time"):
        check_migrations._upgrade_politely(connection)
