"""Find the newest version of a row that is updated all the time.

PostgreSQL keeps every version of a row for as long as any open transaction may still see it. A look-up by key visits
them all: after an hour more than 100,000 of a lane. An index orders the versions of one key by their place in the
table, and a newer version usually lies after the older ones. So a scan from the end of the index usually meets the
newest version first. If it lies elsewhere, the scan visits more versions, and still finds it.

The key is compared as a range. With an equality PostgreSQL would not sort, and would not begin at the end.

An update by key would visit them all too. So it goes to the place (`ctid`) of the version that the transaction has
locked: nobody can write a newer one. A statement that has to wait for the lock gets the place of a version that came
after the statement began, and does not see it, so it updates nothing. A caller locks in one statement and updates in
the next, or updates again if nothing was updated.
"""


class RowNotFound(Exception):
    """A row that the transaction has locked, or must find, is missing. Nothing of the transaction may be committed."""


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


def newest_lanes(columns: str) -> str:
    """Return a query for the lanes of mass reply `m` that have an account: one look-up for each, from the last on."""
    columns = f"tenant_id, mass_reply_id, channel, account_id, {columns}"
    lane = f"SELECT {columns} FROM lanes WHERE account_id IS NOT NULL AND"  # noqa: S608 - built from constants
    last = "ORDER BY channel DESC, account_id DESC LIMIT 1"
    return f"""
        WITH RECURSIVE found AS (
            ({lane} tenant_id = m.tenant_id AND mass_reply_id = m.id {last})
            UNION ALL
            SELECT before.* FROM found CROSS JOIN LATERAL (
                {lane} tenant_id = found.tenant_id AND mass_reply_id = found.mass_reply_id
                    AND (channel, account_id) < (found.channel, found.account_id) {last}) before)
        SELECT * FROM found
    """  # noqa: S608 - built from constants
