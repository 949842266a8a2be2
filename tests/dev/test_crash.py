"""Points at which a process stops: each is there, and strikes when its turn has come."""

from typing import Any

import pytest

from app.delivery.sql import claims
from app.dev.crash import POINTS, arm


@pytest.mark.parametrize("point", POINTS)
def test_every_point_is_a_function_of_the_product(point: str) -> None:
    holder, name = POINTS[point].owner()
    assert callable(getattr(holder, name))


async def test_a_point_strikes_once_after_so_many_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    async def claim() -> str:
        calls.append("called")
        return "taken"

    monkeypatch.setattr(claims, "claim", claim)
    arm("claim.taken:2:kill", strike=calls.append)
    armed: Any = claims.claim

    assert [await armed() for _ in range(3)] == ["taken"] * 3
    assert calls == ["called", "called", "claim.taken", "called"]


def test_a_point_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError):
        arm("nowhere:1:kill")
