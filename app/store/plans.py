"""Settings and SQL that decide how PostgreSQL plans statements, and how long it keeps the plans."""

from typing import Final

from app.store.transactions import Transaction

BY_INDEX: Final = {"enable_seqscan": "off"}
"""No table as a whole, if an index serves. A connection keeps a plan that was made while a table was tiny."""

ONE_PLAN: Final = {"plan_cache_mode": "force_generic_plan", **BY_INDEX, "enable_sort": "off"}
"""One plan for each statement of a connection, instead of five or more. The tables may have been tiny when it was made,
so it must not depend on that: it reads no table as a whole, and rows in an order from the index that has this order."""

NOT_EACH_WITH_EACH: Final = {"enable_nestloop": "off"}
"""Joins by hash. A plan made for a few rows would compare each row of a group with each of its values."""

SOME_TENANT: Final = "(SELECT CAST(:tenant AS uuid))"
"""The tenant, for look-ups by key, hidden from the planner.

For a tenant newer than its statistics the planner expects a single row, and takes any index that begins with the
tenant; each look-up would then read all of this tenant's rows. For an unknown tenant it expects the average.
"""


async def plan_by_key(tx: Transaction) -> None:
    """Plan the following statements for tables as large as they are now, and for the average tenant.

    A connection keeps the plans of foreign key checks too. A plan made while a table was empty, or for a tenant unknown
    to its statistics, reads all rows of the tenant to find one by its key.
    """
    await tx.script("DISCARD PLANS; SET LOCAL plan_cache_mode = force_generic_plan")
