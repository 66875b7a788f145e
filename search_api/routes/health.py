"""Whether the service is alive, and whether it can answer."""

from typing import Literal

from fastapi import APIRouter

from search_api.service.types import Answer

router = APIRouter(tags=["health"])


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"] = "alive"


@router.get("/healthz", operation_id="is_alive")
async def healthz() -> Alive:
    """Whether the process is alive: restart it where this does not answer."""
    return Alive()
