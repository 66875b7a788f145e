"""The real service in a process of its own, with one more route that asks its store directly.

`python -m benchmarks.serving.child LIBRARY`; it prints its address once it answers.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from indexer.upkeep import refresh_between_runs
from search_api.answers.searching import SearchBody
from search_api.searching import to_filter
from search_api.service.app import create_app
from search_api.service.logging import configure_logging
from search_api.service.serving import serve_until_stopped
from search_api.service.settings import ServiceSettings
from search_api.service.state import Service, service_of
from segments.store.base import Match

PATH = "/bench/store"
router = APIRouter()


class StoreAnswer(BaseModel):
    """One query at the store alone."""

    seconds: float
    found: list[str]
    """Ids of points, best first."""
    exact: list[str]
    """Likewise where every vector is compared in full."""


@router.post(PATH)
def ask_store(body: SearchBody, service: Annotated[Service, Depends(service_of)]) -> StoreAnswer:
    """What a search costs where there is nothing but the store: no deeper look, no hits made."""
    request = body.request()
    with service.owner.use() as opened:
        query = opened.profile.encode_text(request.text or "")
        vector = query.vector(opened.profile.manifest.default_alpha)

        def search(exact: bool) -> list[Match]:
            where = to_filter(request)
            return opened.store.search(
                "alan", vector, limit=request.limit, where=where, exact=exact
            )

        seconds, found = timed(lambda: search(exact=False))
        exact = search(exact=True)
    return StoreAnswer(seconds=seconds, found=ids(found), exact=ids(exact))


def timed(call: Callable[[], list[Match]]) -> tuple[float, list[Match]]:
    """Seconds, and what came back."""
    begun = time.perf_counter()
    found = call()
    return time.perf_counter() - begun, found


def ids(matches: list[Match]) -> list[str]:
    return [match.point.id for match in matches]


def main(library: Path) -> None:
    configure_logging("info")
    settings = ServiceSettings(library=library, port=0)
    app = create_app(settings, upkeep=refresh_between_runs)
    app.include_router(router)
    serve_until_stopped(app, settings, announce=_announce)


def _announce(address: str) -> None:
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
