"""Which contexts stand for cameras, and rescoring by them.

That is its investigators' to say; a key of some cameras says it of those, and sees no more.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from search_api.access.principal import PROBLEM_CODES, record, require
from search_api.access.roles import Principal, Role
from search_api.answers.traces import (
    CameraName,
    CameraPlaces,
    NewPins,
    PlaceList,
    Rescoring,
    RescoringOrder,
)
from search_api.checks import require_known
from search_api.routes.traces import NO_CAMERA, bank_seen_by
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.state import Service, service_of
from search_api.traces.bank import known_bank
from search_api.traces.places import Places, list_places, places_of
from segments.camera_contexts import CameraContexts
from segments.library import Library

_ALL = (*PROBLEM_CODES, "unanswerable", "library-unavailable")
_ONE = (*_ALL, "invalid-request", "not-found")

router = APIRouter(prefix="/v1/traces", tags=["traces"])
Served = Annotated[Service, Depends(service_of)]
Viewer = Annotated[Principal, Depends(require(Role.VIEWER))]
Investigator = Annotated[Principal, Depends(require(Role.INVESTIGATOR))]
Camera = Annotated[CameraName, Query(description="As `GET /v1/traces/places` names it.")]


@router.get("/places", operation_id="list_places", responses=problem_responses(*_ALL))
def get_places(service: Served, principal: Viewer) -> PlaceList:
    """Which contexts stand for each camera, why, and whether its scores rest on them."""
    library = service.owner.library()
    places = Places.of(library, known_bank(library))
    cameras = principal.cameras
    return PlaceList(cameras=list_places(places, library, service.owner.catalog(), cameras=cameras))


@router.put("/pins", operation_id="pin_contexts", responses=problem_responses(*_ONE))
def pin_contexts(
    asked: NewPins, asker: Investigator, service: Served, request: Request
) -> CameraPlaces:
    """Lets contexts stand for a camera, whatever its footage looks like."""
    library = _library_with(service, asker, asked.camera)
    known = [context.name for context in bank_seen_by(service, asker).contexts]
    require_known("context", asked.contexts, known)
    with CameraContexts(library) as kept:
        kept.pin(asked.camera, list(dict.fromkeys(asked.contexts)))
    record(request, asker, "trace", f"pinned: {asked.model_dump_json()}")
    return _row(service, library, asked.camera)


@router.delete("/pins", operation_id="unpin_contexts", responses=problem_responses(*_ONE))
def unpin_contexts(
    camera: Camera, asker: Investigator, service: Served, request: Request
) -> CameraPlaces:
    """Lets what a camera's footage chose stand for it again, or else the whole bank."""
    library = _library_with(service, asker, camera)
    with CameraContexts(library) as kept:
        kept.unpin(camera)
    record(request, asker, "trace", f"unpinned: camera {camera!r}")
    return _row(service, library, camera)


@router.delete("/choices", operation_id="forget_choice", responses=problem_responses(*_ONE))
def forget_choice(
    camera: Camera, asker: Investigator, service: Served, request: Request
) -> CameraPlaces:
    """Forgets what a camera's footage chose: its pins, or else the whole bank, stand for it."""
    library = _library_with(service, asker, camera)
    with CameraContexts(library) as kept:
        kept.forget_choices(camera)
    record(request, asker, "trace", f"choice forgotten: camera {camera!r}")
    return _row(service, library, camera)


@router.get("/rescoring", operation_id="get_rescoring", responses=problem_responses(*PROBLEM_CODES))
def get_rescoring(service: Served, principal: Viewer) -> Rescoring:
    """How far the last rescoring is; to a key of some cameras, where it is of one of them."""
    return _shown(service.rescorings.now, principal)


@router.post(
    "/rescoring",
    operation_id="start_rescoring",
    status_code=202,
    responses=problem_responses(*_ONE, "conflict"),
)
def start_rescoring(
    asked: RescoringOrder, asker: Investigator, service: Served, request: Request
) -> Rescoring:
    """Makes TRACE's scores anew by the sentences as they are now; no footage is read.

    Searches go on; indexing waits. What is right already is not written again, so that one that
    was stopped is simply started again. A key of some cameras names one of them.
    """
    if asked.camera is not None:
        _library_with(service, asker, asked.camera)
    elif asker.cameras is not None:
        raise ApiProblem("unanswerable", "name the camera: the key sees some cameras only")
    started = service.rescorings.start(asked.camera, asker)
    record(request, asker, "trace", f"rescoring: {asked.model_dump_json()}")
    return _shown(started, asker)


@router.delete(
    "/rescoring",
    operation_id="stop_rescoring",
    responses=problem_responses(*PROBLEM_CODES),
)
def stop_rescoring(asker: Investigator, service: Served, request: Request) -> Rescoring:
    """Ends the rescoring, if one is at work, after the video that it is at; what is scored by then
    stays."""
    if _shown(service.rescorings.now, asker).state == "running":
        service.rescorings.stop()
        record(request, asker, "trace", "rescoring stopped")
    return _shown(service.rescorings.now, asker)


def _library_with(service: Service, principal: Principal, camera: str) -> Library:
    """Raises:
    ApiProblem: "not-found": the key sees no footage, and no pin, of the camera.
    """
    library, everything = service.owner.library(), service.owner.catalog()
    known = {*everything.cameras(), *Places.of(library, known_bank(library)).pinned}
    if camera not in known or not principal.may_see(camera):
        raise ApiProblem("not-found", NO_CAMERA)
    return library


def _row(service: Service, library: Library, camera: str) -> CameraPlaces:
    places = Places.of(library, known_bank(library))
    return places_of(camera, places, library, service.owner.catalog())


def _shown(rescoring: Rescoring, principal: Principal) -> Rescoring:
    if principal.cameras is None:
        return rescoring
    if rescoring.camera is None or rescoring.camera not in principal.cameras:
        return Rescoring()
    reason = None if rescoring.reason is None else "the scores could not be made anew: ask an admin"
    return rescoring.model_copy(update={"reason": reason})
