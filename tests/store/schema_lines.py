"""A database's schema as lines of text, whatever the order in which it was made."""

from asyncpg import Connection

LINES = r"""
    WITH ours AS (
        SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'alembic_version%'
    )
    SELECT format('table %s rls=%s forced=%s %s', relname, relrowsecurity, relforcerowsecurity, reloptions)
    FROM ours WHERE relkind = 'r'
    UNION ALL
    SELECT format('column %s.%s %s not_null=%s default=%s generated=%s comment=%s', o.relname, a.attname,
                  format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated,
                  col_description(o.oid, a.attnum))
    FROM ours o JOIN pg_attribute a ON a.attrelid = o.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = o.oid AND d.adnum = a.attnum
    WHERE o.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('constraint %s.%s %s', o.relname, k.conname, pg_get_constraintdef(k.oid))
    FROM ours o JOIN pg_constraint k ON k.conrelid = o.oid
    UNION ALL
    SELECT format('index %s', pg_get_indexdef(oid)) || coalesce(' ' || reloptions::text, '')
    FROM ours WHERE relkind = 'i'
    UNION ALL
    SELECT format('sequence %s', relname) FROM ours WHERE relkind = 'S'
    UNION ALL
    SELECT format('policy %s.%s %s %s %s using %s check %s', tablename, policyname, permissive, roles, cmd, qual,
                  with_check)
    FROM pg_policies WHERE schemaname = 'public'
    UNION ALL
    SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('function %s', pg_get_functiondef(p.oid)) FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'
    )
    UNION ALL
    SELECT format('statistics %s', pg_get_statisticsobjdef(oid)) FROM pg_statistic_ext
    UNION ALL
    SELECT format('extension %s', extname) FROM pg_extension
"""


async def schema_lines(connection: Connection) -> list[str]:
    rows = await connection.fetch(LINES)
    return sorted(" ".join(row[0].split()) for row in rows)
