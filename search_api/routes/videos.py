"""The videos of the library: lists of them, and each with its facts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from search_api.access.principal import PROBLEM_CODES
from search_api.access.scope import VisibleVideo, catalog_for
from search_api.answers.videos import (
    AnomalySummary,
    FileState,
    VideoDetails,
    VideoItem,
    VideoPage,
    VideoPlace,
)
from search_api.meanings import calibration_of
from search_api.media.formats import Playback
from search_api.media.listing import Choice, Order, list_videos
from search_api.requests import Instant
from search_api.routes.seen import (
    VIDEO_PROBLEMS,
    SeenVideo,
    UsedService,
    Viewer,
    seen_by_key,
)
from search_api.service.problems import ApiProblem, problem_responses
from segments.cases import cases_locking
from segments.errors import MediaError
from segments.tracks import TrackStore

MAX_PAGE = 200
Name = Annotated[str, Field(max_length=200)]
_TIMES = "Footage after this time; videos without a known time are left out then."
_CURSOR = "The `next_cursor` of the page before, with the same choice and order."

router = APIRouter(prefix="/v1", tags=["videos"])


@dataclass(frozen=True)
class ListQuery:
    """Which videos, in which order."""

    camera: Annotated[list[Name] | None, Query(max_length=100)] = None
    name: Annotated[str, Query(max_length=200, description="A part of the file's name.")] = ""
    after: Annotated[Instant | None, Query(description=_TIMES)] = None
    before: Instant | None = None
    order: Order = "name"
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50
    cursor: Annotated[str | None, Query(max_length=2000, description=_CURSOR)] = None


@router.get(
    "/videos",
    operation_id="list_videos",
    responses=problem_responses(
        *PROBLEM_CODES, "invalid-request", "unanswerable", "library-unavailable"
    ),
)
def videos(
    service: UsedService, principal: Viewer, query: Annotated[ListQuery, Depends()]
) -> VideoPage:
    """The videos that this key may see, page by page."""
    choice = Choice(
        frozenset(query.camera or ()), query.name, query.after, query.before, order=query.order
    )
    with catalog_for(service.owner.library(), principal) as catalog:
        page = list_videos(catalog, choice, limit=query.limit, cursor=query.cursor)
    found = (VisibleVideo(one.record, one.places) for one in page.videos)
    items = [VideoItem.model_validate(_facts(SeenVideo(v, principal, service))) for v in found]
    return VideoPage(videos=items, total=page.total, next_cursor=page.next_cursor)


@router.get(
    "/videos/{video_id}", operation_id="get_video", responses=problem_responses(*VIDEO_PROBLEMS)
)
def video(seen: Annotated[SeenVideo, Depends(seen_by_key)]) -> VideoDetails:
    """One video: where it was seen, whether its file can be played, and what detectors say."""
    return VideoDetails.model_validate(
        {
            **_facts(seen),
            "file": _file(seen),
            "anomaly": [_anomaly(seen, name) for name in seen.record.detectors],
            "is_locked": bool(cases_locking(seen.library, seen.record.video_id)),
            "media_url": seen.address("media"),
        }
    )


def _facts(seen: SeenVideo) -> dict[str, object]:
    record, places = seen.record, seen.video.sources
    same = record.model_dump(exclude={"has_audio", "problems", "detectors"})
    return {
        **same,
        "name": Path(places[0].path).name if places else None,
        "has_sound": record.has_audio,
        "problems": list(record.problems),
        "detectors": list(record.detectors),
        "places": [VideoPlace(**place.model_dump(exclude={"video_id"})) for place in places],
        "thumbnail_url": seen.address("thumbnail"),
    }


def _file(seen: SeenVideo) -> FileState:
    try:
        found = seen.room.playback(seen.source())
    except ApiProblem as problem:
        state = "gone" if problem.code == "media-gone" else "changed"
        return FileState(state=state, why=problem.detail)
    except MediaError as error:
        return FileState(state="unreadable", why=str(error))
    return _playable(found)


def _playable(found: Playback) -> FileState:
    return FileState(
        state="here",
        media_type=found.media_type,
        container=found.container,
        pixel_format=found.pixel_format,
        sound_codec=found.sound_codec,
        is_playable=found.is_playable,
        why=found.why,
    )


def _anomaly(seen: SeenVideo, detector: str) -> AnomalySummary:
    track = TrackStore(seen.library.tracks).load(seen.record.video_id, detector)
    camera = next((place.camera for place in seen.video.sources if place.camera), None)
    row = int(track.scores.argmax())
    return AnomalySummary(
        detector=detector,
        peak_score=float(track.scores[row]),
        peak_s=float(track.pts_s[row]),
        calibration=calibration_of(seen.library, track, camera),
    )
