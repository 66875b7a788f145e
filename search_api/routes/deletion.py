"""Removing a video from the library; its files are never touched."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from search_api.access.principal import PROBLEM_CODES, record, require
from search_api.access.roles import Principal, Role
from search_api.access.scope import visible
from search_api.answers.videos import SpaceRemoval, VideoRemoval
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.state import Service, service_of
from search_api.service.types import VideoId
from segments.cases import cases_locking
from segments.library import Library

router = APIRouter(prefix="/v1/videos", tags=["videos"])


@router.delete(
    "/{video_id}",
    operation_id="delete_video",
    responses=problem_responses(
        *PROBLEM_CODES,
        "invalid-request",
        "not-found",
        "conflict",
        "library-unavailable",
    ),
)
def delete_video(
    video_id: VideoId,
    admin: Annotated[Principal, Depends(require(Role.ADMIN))],
    service: Annotated[Service, Depends(service_of)],
    request: Request,
) -> VideoRemoval:
    """Removes a video: points, scores, thumbnails, rows. Refused while a case locks it.

    May be repeated where it failed half-way.
    """
    with service.owner.use() as opened:
        found = visible(service.owner.catalog(), admin, video_id)
        _require_unlocked(opened.library, video_id)
        if service.remove is None:
            raise service.owner.unavailable()
        removals = service.remove(opened.library, video_id, held=opened.store)
    points = sum(removal.points for removal in removals)
    sources = [source.path for source in found.sources]
    record(request, admin, "deletion", f"video {video_id}: {sources}", num_results=points)
    spaces = [SpaceRemoval.model_validate(r, from_attributes=True) for r in removals]
    return VideoRemoval(video_id=video_id, sources=sources, spaces=spaces)


def _require_unlocked(library: Library, video_id: str) -> None:
    if names := cases_locking(library, video_id):
        listed = ", ".join(map(repr, names))
        detail = f"the video is locked by the case {listed}: unlock it, or take the hit out, first"
        raise ApiProblem("conflict", detail)
