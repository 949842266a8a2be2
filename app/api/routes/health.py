"""For whoever watches the processes."""

from typing import Literal

from fastapi import APIRouter

from app.api.schemas import Answer

router = APIRouter(prefix="/health", tags=["health"])


class Alive(Answer):
    status: Literal["alive"] = "alive"


@router.get("/live")
async def live() -> Alive:
    """The process answers."""
    return Alive()
