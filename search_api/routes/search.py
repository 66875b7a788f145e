"""Searching, and what there is to search."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from search_api.access.principal import PROBLEM_CODES, Sent, record, require
from search_api.access.roles import Principal, Role
from search_api.access.scope import as_seen_by, narrow
from search_api.answers.searching import LibraryAnswer, SearchBody
from search_api.images import Image, load_image
from search_api.schemas import SearchResponse
from search_api.searching import Searcher
from search_api.service.guard import say_of
from search_api.service.metrics import PhaseClock, in_ms, server_timing
from search_api.service.opening import OpenLibrary
from search_api.service.overview import overview
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.state import Service, service_of
from search_api.sounds import Sound, load_sound
from segments.errors import LibraryError

router = APIRouter(prefix="/v1", tags=["search"])
UsedService = Annotated[Service, Depends(service_of)]
VIEWER = require(Role.VIEWER)
Viewer = Annotated[Principal, Depends(VIEWER)]
PROBLEMS = (*PROBLEM_CODES, "no-upload", "nothing-indexed", "unanswerable", "library-unavailable")


@router.post(
    "/search",
    operation_id="search",
    response_model=SearchResponse,
    responses=problem_responses(*PROBLEMS),
)
def search(body: SearchBody, request: Request, sent: Sent) -> Response:
    """Finds the moments that are most like the words, the sound or the picture.

    A hit's `score` is the sum of its `parts`. Scores of different levels, or of different
    queries, do not compare.
    """
    # Each dependency and each answer that FastAPI checks waits for a thread of its own: 0.2 ms.
    principal = VIEWER(request, sent)
    service, clock = service_of(request), PhaseClock()
    with service.owner.use() as opened:
        found = _answer(service, opened, body, principal, clock)
    seconds = clock.stop(service.metrics)
    record(request, principal, "query", _asked(body), num_results=len(found.hits))
    say_of(request, hits=len(found.hits), span_level=body.level, **in_ms(seconds))
    headers = {"server-timing": server_timing(seconds)}
    return Response(found.model_dump_json(), media_type="application/json", headers=headers)


@router.get(
    "/library",
    operation_id="get_library",
    responses=problem_responses(*PROBLEM_CODES, "library-unavailable"),
)
def library(service: UsedService, principal: Viewer) -> LibraryAnswer:
    """What there is to search: how much footage, which cameras, detectors and models."""
    with service.owner.use() as opened:
        return overview(opened, service.owner.catalog(), principal)


def _answer(
    service: Service, opened: OpenLibrary, body: SearchBody, principal: Principal, clock: PhaseClock
) -> SearchResponse:
    sound = _sound(service, opened, body, principal)
    image = _image(service, body, principal)
    catalog = as_seen_by(service.owner.catalog(), principal)
    searcher = Searcher(
        opened.library,
        clock.timed("store", opened.store),
        catalog,
        clock.timed("encode", opened.profile),
        kept=opened.kept,
    )
    try:
        return searcher.search(narrow(body.request(), principal, catalog), sound, image)
    except LibraryError:
        if catalog.videos():
            raise
        detail = "no video is indexed that this key may see"
        raise ApiProblem("nothing-indexed", detail) from None


def _sound(
    service: Service, opened: OpenLibrary, body: SearchBody, principal: Principal
) -> Sound | None:
    if body.audio is None:
        return None
    upload = service.uploads.find(body.audio, key_id=principal.key_id, kind="sound")
    return load_sound(upload.path, rate_hz=opened.profile.spec.audio_rate_hz)


def _image(service: Service, body: SearchBody, principal: Principal) -> Image | None:
    if body.image is None:
        return None
    return load_image(
        service.uploads.find(body.image, key_id=principal.key_id, kind="picture").path
    )


def _asked(body: SearchBody) -> str:
    """What the log of who did what keeps of a search."""
    return body.model_dump_json(exclude_defaults=True)
