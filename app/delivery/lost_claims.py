"""A pump's claims that got no answer from PostgreSQL: nobody knows what they took."""

import asyncio
from typing import Final
from uuid import UUID

import structlog

from app.delivery.give_back import give_back_claim
from app.delivery.waiting import Wait
from app.domain.lanes import LaneKey
from app.store.database import Database
from app.store.overload import is_locked_out, may_pass

log = structlog.get_logger()

LOST_AGAIN: Final = 1.0
"""Seconds to wait after a second claim in a row without an answer from PostgreSQL."""


class LostClaims:
    def __init__(self, database: Database, lane: LaneKey, stop: asyncio.Event) -> None:
        self._database = database
        self._lane = lane
        self._stop = stop
        self._lost_one = False
        """Whether the last claim got no answer."""

    def answered(self) -> None:
        self._lost_one = False

    async def give_back(self, token: UUID, error: BaseException) -> bool:
        """Give back what the claim took. Return False if that was not possible, and the sweeper must wake the lane.

        Raise the error again if it is a bug of ours.
        """
        log.warning("claim_unanswered", error=type(error).__name__)
        giving_back = asyncio.ensure_future(give_back_claim(self._database, self._lane, token, self._stop))
        is_back = await asyncio.shield(giving_back)
        if not may_pass(error):
            raise error
        return is_back

    async def wait_after(self, token: UUID, error: BaseException) -> Wait | None:
        """Give back what the claim took. Return when to claim again: at once after one lost connection, later after
        several. Return None if the sweeper must wake the lane. Raise the error again if it is a bug of ours.

        If somebody keeps the account or the lane locked, nothing was claimed, and other lanes may go first.
        """
        if is_locked_out(error):
            log.warning("claim_locked_out")
            return Wait(asyncio.get_running_loop().time() + LOST_AGAIN, shared=True)
        if not (await self.give_back(token, error) and may_pass(error)):
            return None
        rest, self._lost_one = (LOST_AGAIN if self._lost_one else 0.0), True
        return Wait(asyncio.get_running_loop().time() + rest)
