"""Find a row that changes all the time by its newest version.

PostgreSQL keeps each version of a row for as long as anybody's transaction may still see it. A look-up by key visits
all of them: after an hour 375,000 of a lane. In an index, the versions of one key are in the order of their places in
the table, and a newer one mostly lies behind the older ones. So a look from the end of the index meets the newest
version first. If it lies elsewhere, the look visits more of them, and finds it all the same.

The key is compared as a range: by an equal key PostgreSQL would not sort, and so not begin at the end.
"""


class RowNotFound(Exception):
    """A row that a transaction has locked, or must find, is not there: nothing of the transaction may be committed."""


def newest_account(columns: str, account: str = ":account", tenant: str = ":tenant") -> str:
    """Return a query for one channel account."""
    return f"""
        SELECT {columns} FROM channel_accounts
        WHERE tenant_id = {tenant} AND id >= {account} AND id <= {account} ORDER BY id DESC LIMIT 1
    """  # noqa: S608 - built from constants


def newest_lane(columns: str, mass_reply: str = ":mass_reply", account: str = ":account") -> str:
    """Return a query for one lane. An account has one lane of a mass reply."""
    return f"""
        SELECT {columns} FROM lanes
        WHERE tenant_id = :tenant AND mass_reply_id = {mass_reply}
          AND account_id >= {account} AND account_id <= {account} ORDER BY channel DESC, account_id DESC LIMIT 1
    """  # noqa: S608 - built from constants


def newest_lanes(columns: str, of: str = "m") -> str:
    """Return a query for the lanes of a mass reply `of` that have an account: one look for each, from the last on."""
    columns = f"tenant_id, mass_reply_id, channel, account_id, {columns}"
    lane = f"SELECT {columns} FROM lanes WHERE account_id IS NOT NULL AND"  # noqa: S608 - built from constants
    last = "ORDER BY channel DESC, account_id DESC LIMIT 1"
    return f"""
        WITH RECURSIVE found AS (
            ({lane} tenant_id = {of}.tenant_id AND mass_reply_id = {of}.id {last})
            UNION ALL
            SELECT before.* FROM found CROSS JOIN LATERAL (
                {lane} tenant_id = found.tenant_id AND mass_reply_id = found.mass_reply_id
                    AND (channel, account_id) < (found.channel, found.account_id) {last}) before)
        SELECT * FROM found
    """  # noqa: S608 - built from constants
