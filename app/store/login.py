"""The login of the service must not reach rows past row-level security."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

# What a login may become counts as what it is: SET ROLE is one statement. A role that may replicate, read files or run
# programs on the server reads every row past all policies.
_ROLE: Final = sa.text("""
    WITH mine AS (SELECT * FROM pg_roles r WHERE pg_has_role(session_user, r.oid, 'MEMBER')
                                              OR pg_has_role(current_user, r.oid, 'MEMBER'))
    SELECT session_user, current_user,
           EXISTS (SELECT FROM mine
                   WHERE rolsuper OR rolbypassrls OR rolreplication
                      OR rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program',
                                     'pg_write_all_data')) AS unsafe,
           EXISTS (SELECT FROM pg_class c JOIN mine ON mine.oid = c.relowner
                   WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace)
           OR EXISTS (SELECT FROM pg_namespace n JOIN mine ON mine.oid = n.nspowner WHERE n.nspname = 'public')
           OR EXISTS (SELECT FROM pg_database d JOIN mine ON mine.oid = d.datdba
                      WHERE d.datname = current_database()) AS owns
""")


class UnsafeRole(Exception):
    """The database role may bypass row-level security."""


async def refuse_unsafe_role(connection: AsyncConnection) -> None:
    """Raise UnsafeRole, saying what to do, if this login owns the schema or may bypass row-level security, or may
    become a role that does."""
    role = (await connection.execute(_ROLE)).one()
    if role.session_user != role.current_user or role.unsafe or role.owns:
        raise UnsafeRole(
            f"The database role {role.session_user!r} owns the schema, may bypass row-level security, or may "
            "become a role that does. "
            "Point MASS_REPLY_DATABASE_URL at the runtime role that `mass-reply migrate` creates."
        )
