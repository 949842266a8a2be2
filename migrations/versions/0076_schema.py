"""The schema, with row-level security forced on every table that holds a tenant's data.

One migration for the 34 that led here before the first release. It keeps the number of the last of them, so a database
that had them all is up to date. `tests/data/schema/0076.txt` holds what those made.

Revision ID: 0076
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0076"
down_revision = None
branch_labels = None
depends_on = None

TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
INSTALLATION_TABLES = ("heartbeats", "installation_secrets")
ROUTING_TABLES = ("api_key_routes", "channel_account_routes", "chat_token_routes")
FOLD = "CASE WHEN length(subject) <= 1000 THEN lower(subject) END"


def upgrade() -> None:
    # Trusted extensions: whoever owns the database may create them.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    op.execute("CREATE SEQUENCE outbound_event_positions")
    _create_tables()
    _secure_rows()
    _name_the_tenant()
    _count_changes()
    _keep_subjects()
    _find_by_subject()


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function} CASCADE")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table} CASCADE")
    op.execute("DROP SEQUENCE outbound_event_positions")


def _secure_rows() -> None:
    for table in TABLES:
        if table in INSTALLATION_TABLES:
            continue
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        if table in ROUTING_TABLES:
            op.execute(f"CREATE POLICY route ON {table} FOR SELECT USING (true)")
            op.execute(f"CREATE POLICY own_insert ON {table} FOR INSERT WITH CHECK (tenant_id = {TENANT})")
            op.execute(f"CREATE POLICY own_delete ON {table} FOR DELETE USING (tenant_id = {TENANT})")
        else:
            key = "id" if table == "tenants" else "tenant_id"
            op.execute(f"CREATE POLICY tenant ON {table} USING ({key} = {TENANT}) WITH CHECK ({key} = {TENANT})")


def _name_the_tenant() -> None:
    # They run with the rights of whoever calls them. What they set ends with the transaction, here one statement.
    op.execute("""
        CREATE FUNCTION api_key_of(tenant uuid, key uuid) RETURNS SETOF api_keys LANGUAGE plpgsql ROWS 1 AS $$
        BEGIN
            PERFORM set_config('app.tenant', tenant::text, true);
            RETURN QUERY SELECT * FROM api_keys k WHERE k.tenant_id = tenant AND k.id = key;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION tenant_of(tenant uuid) RETURNS SETOF tenants LANGUAGE plpgsql ROWS 1 AS $$
        BEGIN
            PERFORM set_config('app.tenant', tenant::text, true);
            RETURN QUERY SELECT * FROM tenants t WHERE t.id = tenant;
        END $$
    """)


def _count_changes() -> None:
    op.execute("""
        CREATE FUNCTION count_conversation_changes() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE wrote boolean := NEW.last_customer_message_at IS DISTINCT FROM OLD.last_customer_message_at;
        BEGIN
            IF wrote OR NEW.engagement IS DISTINCT FROM OLD.engagement THEN
                NEW.engagement_version := OLD.engagement_version + 1;
            END IF;
            IF wrote OR NEW.status IS DISTINCT FROM OLD.status THEN
                NEW.status_version := OLD.status_version + 1;
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER count_changes BEFORE UPDATE ON conversations FOR EACH ROW
        WHEN (OLD.engagement IS DISTINCT FROM NEW.engagement OR OLD.status IS DISTINCT FROM NEW.status
              OR OLD.last_customer_message_at IS DISTINCT FROM NEW.last_customer_message_at)
        EXECUTE FUNCTION count_conversation_changes()
    """)


def _keep_subjects() -> None:
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


def _find_by_subject() -> None:
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


def _create_tables() -> None:

    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beat_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "installation_secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation_secrets")),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
    )
    op.create_table(
        "address_links",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_address_links_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "channel", "alias", name=op.f("pk_address_links")),
    )
    op.create_index(
        "ix_address_links_tenant_id_channel_address_key", "address_links", ["tenant_id", "channel", "address_key"]
    )
    op.create_table(
        "api_key_routes",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_api_key_routes_tenant_id")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_key_routes")),
    )
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("agent_name", sa.Text(), nullable=True),
        sa.Column("agent_email", sa.Text(), nullable=True),
        sa.Column("expires_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_used_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("made_by", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("made_with", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_api_keys_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_keys")),
    )
    op.create_table(
        "attachments",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_named_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_attachments_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_attachments")),
    )
    op.create_table(
        "audit_log",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_email", sa.Text(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("key_name", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=True),
        sa.Column("user_email", sa.Text(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=True),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_count", sa.Integer(), nullable=True),
        sa.Column("message_sha256", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_audit_log_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_tenant_id_action_id", "audit_log", ["tenant_id", "action", "id"])
    op.create_index("ix_audit_log_tenant_id_author_id_id", "audit_log", ["tenant_id", "author_id", "id"])
    op.create_index("ix_audit_log_tenant_id_key_id_id", "audit_log", ["tenant_id", "key_id", "id"])
    op.create_index("ix_audit_log_tenant_id_mass_reply_id_id", "audit_log", ["tenant_id", "mass_reply_id", "id"])
    op.create_index("ix_audit_log_tenant_id_user_id_id", "audit_log", ["tenant_id", "user_id", "id"])
    op.create_table(
        "automation_cursors",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_automation_cursors_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_automation_cursors")),
    )
    op.create_table(
        "automation_rules",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("trigger", JSONB(), nullable=False),
        sa.Column("conditions", JSONB(), nullable=True),
        sa.Column("actions", JSONB(), nullable=False),
        sa.Column("sealed", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("after_position", sa.BigInteger(), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_automation_rules_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_automation_rules")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_automation_rules_tenant_id_key")),
    )
    op.create_table(
        "blocked_addresses",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_blocked_addresses_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_blocked_addresses")),
        sa.UniqueConstraint(
            "tenant_id", "channel", "address", "reason", name="uq_blocked_addresses_tenant_id_channel_address_reason"
        ),
    )
    op.create_table(
        "channel_account_routes",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_channel_account_routes_tenant_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_channel_account_routes")),
    )
    op.create_table(
        "channel_accounts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("config", JSONB(), nullable=False),
        sa.Column("own_address", sa.Text(), nullable=True, comment="Its own address, as its provider told it."),
        sa.Column(
            "credentials", JSONB(), nullable=False, comment="Encrypted one by one, bound to tenant, account and field."
        ),
        sa.Column("callback_secrets", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("rate_per_second", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("max_in_flight", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("cool_until", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cool_reason", sa.Text(), nullable=True),
        sa.Column(
            "cooled_at",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="When `cool_until` was set; later than now, the clock has stepped back since.",
        ),
        sa.Column(
            "mended_at",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="When it was last saved or resumed: reports on earlier attempts stop it no more.",
        ),
        sa.Column(
            "allowed_at",
            TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="GCRA: the theoretical arrival time of the next message.",
        ),
        sa.Column("failures_in_a_row", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_channel_accounts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_channel_accounts")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_channel_accounts_tenant_id_key")),
    )
    op.create_table(
        "chat_token_routes",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_chat_token_routes_tenant_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_chat_token_routes")),
    )
    op.create_table(
        "contacts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_key", sa.Text(), nullable=True, comment="The e-mail address as addresses are compared."),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_key", sa.Text(), nullable=True, comment="The phone number as addresses are compared."),
        sa.Column("opted_out", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("custom_fields", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "unnamed",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whoever is at an address: the external id is made of it.",
        ),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("erased_at", TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_contacts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("tenant_id", "external_id", name=op.f("uq_contacts_tenant_id_external_id")),
    )
    op.create_index("ix_contacts_tenant_id_email_key", "contacts", ["tenant_id", "email_key"])
    op.create_index("ix_contacts_tenant_id_phone_key", "contacts", ["tenant_id", "phone_key"])
    op.create_table(
        "erased_blocks",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address_digest", sa.LargeBinary(), nullable=False, comment="Keyed; the key is not in the database."),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_erased_blocks_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "channel", "address_digest", name=op.f("pk_erased_blocks")),
    )
    op.create_table(
        "mass_replies",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("selection", JSONB(), nullable=False),
        sa.Column("message_text", sa.Text(), nullable=False),
        sa.Column("message_html", sa.Text(), nullable=True),
        sa.Column("attachment_ids", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("source_html", sa.Text(), nullable=True),
        sa.Column("unknown_snippets", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("on_unresolved", sa.Text(), nullable=False),
        sa.Column("mark_as_done", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("whatsapp_template", JSONB(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_email", sa.Text(), nullable=True),
        sa.Column("selected_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("recipient_count", sa.Integer(), nullable=True),
        sa.Column("preflight", JSONB(), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("confirmation", JSONB(), nullable=True),
        sa.Column("sampling", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "parties",
            sa.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="Who had a hand in it, by their ids.",
        ),
        sa.Column("guards", JSONB(), nullable=True, comment="Those of the tenant when it was made."),
        sa.Column("approval", sa.Text(), nullable=True),
        sa.Column("approver", JSONB(), nullable=True),
        sa.Column("approval_reason", sa.Text(), nullable=True),
        sa.Column("approval_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("dispatch_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("not_after", TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "again_until",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="The latest time that anything which is sent again was given.",
        ),
        sa.Column("started_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_mass_replies_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mass_replies")),
    )
    op.create_index("ix_mass_replies_open", "mass_replies", ["status"], postgresql_where=sa.text("finished_at IS NULL"))
    op.create_index("ix_mass_replies_tenant_id_status_id", "mass_replies", ["tenant_id", "status", "id"])
    op.create_table(
        "outbound_events",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("written", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("subjects", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("rules", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_outbound_events_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outbound_events")),
    )
    op.create_index(
        "ix_outbound_events_mass_reply",
        "outbound_events",
        ["tenant_id", "mass_reply_id", "position"],
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_index(
        "ix_outbound_events_position",
        "outbound_events",
        ["tenant_id", "position"],
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_index(
        "ix_outbound_events_unnumbered",
        "outbound_events",
        ["tenant_id", "written"],
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_table(
        "snippets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("shortcode", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_snippets_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "shortcode", name=op.f("pk_snippets")),
    )
    op.create_table(
        "stream_tickets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("holder_until", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("expires_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_stream_tickets_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_stream_tickets")),
    )
    op.create_table(
        "tenant_settings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("guards", JSONB(), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_tenant_settings_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant_settings")),
    )
    op.create_table(
        "webhook_endpoints",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.ARRAY(sa.Text()), nullable=True, comment="Null: of every type."),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("secrets", JSONB(), nullable=False, comment="Sealed: current, and previous if replaced."),
        sa.Column(
            "previous_until",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="Until then what is posted bears the previous secret's signature too.",
        ),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="No event up to here is to be posted."),
        sa.Column("ahead", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("claim_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failing_since", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("next_try_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("last_success_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_failure_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_webhook_endpoints_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_endpoints")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_webhook_endpoints_tenant_id_key")),
    )
    op.create_index(
        "ix_webhook_endpoints_live",
        "webhook_endpoints",
        ["next_try_at"],
        postgresql_where=sa.text("enabled AND disabled_reason IS NULL"),
    )
    op.create_table(
        "attachment_uploads",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mass_reply_id"],
            ["mass_replies.tenant_id", "mass_replies.id"],
            name=op.f("fk_attachment_uploads_tenant_id_mass_reply_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "mass_reply_id", "account_id", "attachment_id", name=op.f("pk_attachment_uploads")
        ),
    )
    op.create_table(
        "automation_runs",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False, comment="Its place among those of the event."),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actions", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rule_id"],
            ["automation_rules.tenant_id", "automation_rules.id"],
            name=op.f("fk_automation_runs_tenant_id_rule_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_automation_runs")),
        sa.UniqueConstraint("tenant_id", "rule_id", "event_id", "subject", name="uq_automation_runs_subject"),
    )
    op.create_index("ix_automation_runs_tenant_id_rule_id_id", "automation_runs", ["tenant_id", "rule_id", "id"])
    op.create_table(
        "call_shares",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False, comment="A worker process."),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("renewed_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_call_shares_tenant_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "holder", name=op.f("pk_call_shares")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "callback_sightings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("verified_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("refused_at", TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_callback_sightings_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", name=op.f("pk_callback_sightings")),
    )
    op.create_table(
        "conversations",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("human_id", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True, comment="As an import gave it; null: the contact's own."),
        sa.Column("address_key", sa.Text(), nullable=True, comment="The address as addresses are compared."),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("engagement", sa.Text(), server_default="pending", nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("custom_fields", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "last_customer_message_at",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="Of the customer's own messages; automatic answers do not count.",
        ),
        sa.Column(
            "engagement_version",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Counts its changes, and the customer's messages, in a trigger.",
        ),
        sa.Column(
            "status_version",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Counts its changes, and the customer's messages, in a trigger.",
        ),
        sa.Column("reply_to_message_id", sa.Text(), nullable=True),
        sa.Column(
            "reply_references",
            sa.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="For e-mail: References of the message that a reply answers.",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_conversations_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contacts.tenant_id", "contacts.id"],
            name=op.f("fk_conversations_tenant_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("tenant_id", "external_id", name=op.f("uq_conversations_tenant_id_external_id")),
    )
    op.create_index("ix_conversations_address", "conversations", ["tenant_id", "channel", "address_key"])
    op.create_index("ix_conversations_tenant_id_assignee_id", "conversations", ["tenant_id", "assignee", "id"])
    op.create_index("ix_conversations_tenant_id_channel_id", "conversations", ["tenant_id", "channel", "id"])
    op.create_index("ix_conversations_tenant_id_contact_id_id", "conversations", ["tenant_id", "contact_id", "id"])
    op.create_index("ix_conversations_tenant_id_created_at_id", "conversations", ["tenant_id", "created_at", "id"])
    op.create_index("ix_conversations_tenant_id_engagement_id", "conversations", ["tenant_id", "engagement", "id"])
    op.create_index(
        "ix_conversations_tenant_id_last_customer_message_at_id",
        "conversations",
        ["tenant_id", "last_customer_message_at", "id"],
    )
    op.create_index("ix_conversations_tenant_id_status_id", "conversations", ["tenant_id", "status", "id"])
    op.create_index("ix_conversations_tenant_id_team_id", "conversations", ["tenant_id", "team", "id"])
    op.create_table(
        "idempotency_records",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), server_default="", nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True, comment="Null until the request has ended."),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mass_reply_id"],
            ["mass_replies.tenant_id", "mass_replies.id"],
            name=op.f("fk_idempotency_records_tenant_id_mass_reply_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "key", "caller", name=op.f("pk_idempotency_records")),
    )
    op.create_index(
        "ix_idempotency_records_tenant_id_mass_reply_id", "idempotency_records", ["tenant_id", "mass_reply_id"]
    )
    op.create_table(
        "lanes",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("queued", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sending", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("delivered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("read", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("uncertain", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("skipped", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("cancelled", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("segments_billed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("whatsapp_in_window_billed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("whatsapp_templates_billed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "recent_size",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How many of the last attempts `recent_failures` tells of.",
        ),
        sa.Column(
            "recent_failures",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="The last attempts, one bit each, the latest lowest; set where it failed or is uncertain.",
        ),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column(
            "pumped_at",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="When a pump last worked this lane; the sweeper wakes lanes that have work and no live pump.",
        ),
        sa.Column(
            "watched_until",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="Until when a worker has promised to come back to this lane by itself.",
        ),
        sa.Column(
            "held_until",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="Until when this lane alone waits, for `held_reason`.",
        ),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column(
            "held_times",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often in a row the lane could not be worked; the next claim that succeeds sets it to 0.",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mass_reply_id"],
            ["mass_replies.tenant_id", "mass_replies.id"],
            name=op.f("fk_lanes_tenant_id_mass_reply_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "mass_reply_id",
            "channel",
            "account_id",
            name="uq_lanes_lane",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "receipts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_detail", sa.Text(), nullable=True),
        sa.Column("temporary", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("charge", sa.Text(), nullable=True, comment="What the provider says of the message's price."),
        sa.Column(
            "recipient",
            sa.Text(),
            nullable=True,
            comment="Of a report on all that one recipient was sent until a moment.",
        ),
        sa.Column("occurred_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("raw", JSONB(), nullable=False),
        sa.Column("received_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("settled_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_receipts_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_receipts")),
        sa.UniqueConstraint(
            "tenant_id", "account_id", "event_key", name=op.f("uq_receipts_tenant_id_account_id_event_key")
        ),
    )
    op.create_index(
        "ix_receipts_unsettled",
        "receipts",
        ["tenant_id", "received_at"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "selection_pages",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("conversation_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("preflight", JSONB(), nullable=True, comment="Null until the page is expanded into deliveries."),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mass_reply_id"],
            ["mass_replies.tenant_id", "mass_replies.id"],
            name=op.f("fk_selection_pages_tenant_id_mass_reply_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "mass_reply_id", "page", name=op.f("pk_selection_pages")),
    )
    op.create_table(
        "automation_calls",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Integer(), nullable=False, comment="Its place among the actions of the rule."),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", TIMESTAMP(timezone=True), nullable=True, comment="Null: it is over."),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rule_id"],
            ["automation_rules.tenant_id", "automation_rules.id"],
            name=op.f("fk_automation_calls_tenant_id_rule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"],
            ["automation_runs.tenant_id", "automation_runs.id"],
            name=op.f("fk_automation_calls_tenant_id_run_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "action", name=op.f("pk_automation_calls")),
    )
    op.create_index(
        "ix_automation_calls_due",
        "automation_calls",
        ["tenant_id", "rule_id", "next_at"],
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "chat_sessions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_chat_sessions_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_chat_sessions_tenant_id_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "token_hash", name=op.f("pk_chat_sessions")),
    )
    op.create_index(
        "ix_chat_sessions_tenant_id_account_id_created_at", "chat_sessions", ["tenant_id", "account_id", "created_at"]
    )
    op.create_table(
        "conversation_fields",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_conversation_fields_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "name", "value", "conversation_id", name=op.f("pk_conversation_fields")),
    )
    op.create_index(
        "ix_conversation_fields_tenant_id_conversation_id", "conversation_fields", ["tenant_id", "conversation_id"]
    )
    op.create_table(
        "conversation_subjects",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "folded", sa.Text(), nullable=True, comment="In lower case; null where it is too long for the index."
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_conversation_subjects_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "conversation_id", name=op.f("pk_conversation_subjects")),
    )
    op.create_index(
        "ix_conversation_subjects_long",
        "conversation_subjects",
        ["tenant_id"],
        postgresql_where=sa.text("folded IS NULL"),
    )
    op.create_index(
        "ix_conversation_subjects_trigrams",
        "conversation_subjects",
        ["tenant_id", "folded"],
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
        postgresql_with={"gin_pending_list_limit": 512},
    )
    op.create_table(
        "conversation_tags",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_conversation_tags_tenant_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "tag", "conversation_id", name=op.f("pk_conversation_tags")),
    )
    op.create_index(
        "ix_conversation_tags_tenant_id_conversation_id", "conversation_tags", ["tenant_id", "conversation_id"]
    )
    op.create_table(
        "deliveries",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_key", sa.Text(), nullable=True, comment="The address as addresses are compared."),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("claim_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("settles_after", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("not_before", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deferrals", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_detail", sa.Text(), nullable=True),
        sa.Column("retryable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("segments", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("warnings", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("dropped_attachments", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("used_template", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sampled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("flips", sa.Text(), nullable=True),
        sa.Column(
            "restores", JSONB(), nullable=True, comment="What the flips changed, to be given back if it fails later."
        ),
        sa.Column(
            "reached",
            JSONB(),
            nullable=True,
            comment="The fields of the conversation that the flips set, each with its version after that.",
        ),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column(
            "prices",
            JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="What the provider says of the price of each of its messages, by attempt and file.",
        ),
        sa.Column(
            "times_billed",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often it was counted as sent, and its messages as charged.",
        ),
        sa.Column(
            "last_receipt_at",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="Written by the release before 0032 alone; attempts have their own.",
        ),
        sa.Column(
            "not_after",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="The latest time of what is sent again; null is the mass reply's.",
        ),
        sa.Column("queued_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("delivered_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_deliveries_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_deliveries_tenant_id_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mass_reply_id"],
            ["mass_replies.tenant_id", "mass_replies.id"],
            name=op.f("fk_deliveries_tenant_id_mass_reply_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "tenant_id",
            "mass_reply_id",
            "conversation_id",
            name=op.f("uq_deliveries_tenant_id_mass_reply_id_conversation_id"),
        ),
        postgresql_with={"fillfactor": 80},
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["tenant_id", "mass_reply_id", "account_id", "not_before", "id"],
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_deliveries_in_flight",
        "deliveries",
        ["tenant_id", "account_id", "lease_until"],
        postgresql_where=sa.text("status = 'sending'"),
    )
    op.create_index(
        "ix_deliveries_provider_message_id",
        "deliveries",
        ["tenant_id", "account_id", "provider_message_id"],
        postgresql_where=sa.text("provider_message_id IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_sampled",
        "deliveries",
        ["tenant_id", "mass_reply_id", "account_id", "not_before", "id"],
        postgresql_where=sa.text("sampled"),
    )
    op.create_index(
        "ix_deliveries_sent_again",
        "deliveries",
        ["tenant_id", "mass_reply_id", "not_after"],
        postgresql_where=sa.text("status = 'queued' AND not_after IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_tenant_id_contact_id_queued_at", "deliveries", ["tenant_id", "contact_id", "queued_at"]
    )
    op.create_index("ix_deliveries_tenant_id_mass_reply_id_id", "deliveries", ["tenant_id", "mass_reply_id", "id"])
    op.create_index(
        "ix_deliveries_uncertain", "deliveries", ["settles_after"], postgresql_where=sa.text("status = 'uncertain'")
    )
    op.create_table(
        "messages",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "html",
            sa.Text(),
            nullable=True,
            comment="Kept only where the customer reads the reply from our own timeline.",
        ),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=True),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=True),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("automatic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("attachments", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_messages_tenant_id_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_messages")),
    )
    op.create_index(
        "ix_messages_provider_message_id",
        "messages",
        ["tenant_id", "provider_message_id"],
        postgresql_where=sa.text("provider_message_id IS NOT NULL"),
    )
    op.create_index(
        "ix_messages_tenant_id_conversation_id_created_at_id",
        "messages",
        ["tenant_id", "conversation_id", "created_at", "id"],
    )
    op.create_index(
        "ix_messages_with_files", "messages", ["tenant_id"], postgresql_where=sa.text("attachments <> '[]'")
    )
    op.create_index(
        "uq_messages_customer_message",
        "messages",
        ["tenant_id", "conversation_id", "provider_message_id", "sender"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("kind = 'customer_message' AND provider_message_id IS NOT NULL"),
    )
    op.create_index(
        "uq_messages_reply",
        "messages",
        ["tenant_id", "delivery_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'reply'"),
    )
    op.create_table(
        "delivery_attempts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("started_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("provider_message_id", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column(
            "last_receipt_at",
            TIMESTAMP(timezone=True),
            nullable=True,
            comment="When the provider last spoke of this attempt, by its own clock.",
        ),
        sa.Column("text", sa.Text(), nullable=True, comment="The rendered text, written before a byte leaves."),
        sa.Column(
            "html",
            sa.Text(),
            nullable=True,
            comment="Kept only where the customer reads the reply from our own timeline.",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_id"],
            ["deliveries.tenant_id", "deliveries.id"],
            name=op.f("fk_delivery_attempts_tenant_id_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "delivery_id", "epoch", name=op.f("pk_delivery_attempts")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "delivery_decisions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("send_again", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_email", sa.Text(), nullable=True),
        sa.Column("decided_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_id"],
            ["deliveries.tenant_id", "deliveries.id"],
            name=op.f("fk_delivery_decisions_tenant_id_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_delivery_decisions")),
    )
    op.create_index("ix_delivery_decisions_tenant_id_delivery_id", "delivery_decisions", ["tenant_id", "delivery_id"])


FUNCTIONS = (
    "api_key_of(uuid, uuid)",
    "tenant_of(uuid)",
    "count_conversation_changes()",
    "keep_new_subjects()",
    "keep_other_subject()",
    "conversations_about(text, integer)",
)
TABLES = (
    "heartbeats",
    "installation_secrets",
    "tenants",
    "address_links",
    "api_key_routes",
    "api_keys",
    "attachments",
    "audit_log",
    "automation_cursors",
    "automation_rules",
    "blocked_addresses",
    "channel_account_routes",
    "channel_accounts",
    "chat_token_routes",
    "contacts",
    "erased_blocks",
    "mass_replies",
    "outbound_events",
    "snippets",
    "stream_tickets",
    "tenant_settings",
    "webhook_endpoints",
    "attachment_uploads",
    "automation_runs",
    "call_shares",
    "callback_sightings",
    "conversations",
    "idempotency_records",
    "lanes",
    "receipts",
    "selection_pages",
    "automation_calls",
    "chat_sessions",
    "conversation_fields",
    "conversation_subjects",
    "conversation_tags",
    "deliveries",
    "messages",
    "delivery_attempts",
    "delivery_decisions",
)
