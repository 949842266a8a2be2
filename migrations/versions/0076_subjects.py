"""Subjects in a table with an index of their trigrams, and a function that finds conversations by it.

Revision ID: 0076
Revises: 0075
"""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
FOLDED = "In lower case; null where it is too long for the index."
FOLD = "CASE WHEN length(subject) <= 1000 THEN lower(subject) END"


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    # Trusted extensions: whoever owns the database may create them.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    _create_table()
    _fill()
    _create_indexes()
    _keep_up()
    _find()


def _create_table() -> None:
    op.create_table(
        "conversation_subjects",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=True, comment=FOLDED),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_conversation_subjects_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "conversation_id", name=op.f("pk_conversation_subjects")),
    )


def _fill() -> None:
    # The owner reads all tenants' rows here.
    op.execute("ALTER TABLE conversations NO FORCE ROW LEVEL SECURITY")
    op.execute(f"""
        INSERT INTO conversation_subjects (tenant_id, conversation_id, folded)
        SELECT tenant_id, id, {FOLD} FROM conversations WHERE subject IS NOT NULL
    """)  # noqa: S608 - the constant above
    op.execute("ALTER TABLE conversations FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE conversation_subjects ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE conversation_subjects FORCE ROW LEVEL SECURITY")
    op.execute(f"""
        CREATE POLICY tenant ON conversation_subjects USING (tenant_id = {TENANT}) WITH CHECK (tenant_id = {TENANT})
    """)


def _create_indexes() -> None:
    op.create_index(
        "ix_conversation_subjects_trigrams",
        "conversation_subjects",
        ["tenant_id", "folded"],
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
        postgresql_with={"gin_pending_list_limit": 512},
    )
    op.create_index(
        "ix_conversation_subjects_long",
        "conversation_subjects",
        ["tenant_id"],
        postgresql_where=sa.text("folded IS NULL"),
    )


def _keep_up() -> None:
    """Beside the conversation, and not in it: its row is written anew with every reply, and each index with it."""
    op.execute(f"""
        CREATE FUNCTION keep_new_subjects() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO conversation_subjects (tenant_id, conversation_id, folded)
            SELECT tenant_id, id, {FOLD} FROM made WHERE subject IS NOT NULL;
            RETURN NULL;
        END $$
    """)  # noqa: S608 - the constant above
    op.execute(f"""
        CREATE FUNCTION keep_other_subject() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM conversation_subjects WHERE tenant_id = new.tenant_id AND conversation_id = new.id;
            INSERT INTO conversation_subjects (tenant_id, conversation_id, folded)
            SELECT tenant_id, id, {FOLD} FROM (SELECT new.*) changed WHERE subject IS NOT NULL;
            RETURN NULL;
        END $$
    """)  # noqa: S608 - the constant above
    op.execute("""
        CREATE TRIGGER keep_new_subjects AFTER INSERT ON conversations REFERENCING NEW TABLE AS made
        FOR EACH STATEMENT EXECUTE FUNCTION keep_new_subjects()
    """)
    op.execute("""
        CREATE TRIGGER keep_other_subject AFTER UPDATE OF subject ON conversations FOR EACH ROW
        WHEN (old.subject IS DISTINCT FROM new.subject) EXECUTE FUNCTION keep_other_subject()
    """)


def _find() -> None:
    # LIKE is not leakproof, so no index serves it in what row-level security checks. This runs as the owner, whom
    # `migrate` lets read this one table; it names the tenant itself, by the same setting. What is common among the
    # tenant's first is looked for no further.
    op.execute(r"""
        CREATE FUNCTION conversations_about(part text, most integer) RETURNS uuid[]
        LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
        DECLARE
            mine uuid := nullif(current_setting('app.tenant', true), '');
            pattern text := '%' || regexp_replace(lower(part), '([\\%_])', '\\\1', 'g') || '%';
            found uuid[];
        BEGIN
            IF (SELECT count(*) FILTER (WHERE folded LIKE pattern) > 50
                FROM (SELECT folded FROM public.conversation_subjects WHERE tenant_id = mine
                      ORDER BY conversation_id LIMIT 1000) first) THEN
                RETURN NULL;
            END IF;
            found := array(SELECT conversation_id FROM public.conversation_subjects
                           WHERE tenant_id = mine AND folded LIKE pattern
                           UNION ALL
                           SELECT conversation_id FROM public.conversation_subjects
                           WHERE tenant_id = mine AND folded IS NULL
                           LIMIT most + 1);
            RETURN CASE WHEN cardinality(found) <= most THEN found END;
        END $$
    """)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("DROP FUNCTION conversations_about(text, integer)")
    op.execute("DROP TRIGGER keep_other_subject ON conversations")
    op.execute("DROP TRIGGER keep_new_subjects ON conversations")
    op.execute("DROP FUNCTION keep_other_subject()")
    op.execute("DROP FUNCTION keep_new_subjects()")
    op.drop_table("conversation_subjects")
