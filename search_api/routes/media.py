"""The footage itself: files, clips, pictures and storyboards, for `<video>` and `<img>` tags."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from detectors import local_patterns
from search_api.access.principal import record
from search_api.answers.videos import Storyboard
from search_api.explaining import Explainer
from search_api.media.cache import Facts, Kept
from search_api.media.clips import to_span
from search_api.media.formats import MEDIA_TYPES
from search_api.media.regions import in_one_picture
from search_api.media.room import Warmth
from search_api.routes.delivery import Delivery, deliver, disposition
from search_api.routes.media_queries import (
    DOWNLOAD,
    BoardQuery,
    ClipQuery,
    FrameQuery,
    ThumbnailQuery,
)
from search_api.routes.seen import FILE_PROBLEMS, SeenVideo, seen_by_tag
from search_api.schemas import RegionReason
from search_api.service.problems import ApiProblem, problem_responses

router = APIRouter(prefix="/v1/videos/{video_id}", tags=["media"])
Seen = Annotated[SeenVideo, Depends(seen_by_tag)]
_FORMS = {"jpeg": "image/jpeg", "webp": "image/webp"}


def _files(*types: str) -> dict[int | str, dict[str, Any]]:
    """What a route that hands out files declares."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in types}
    return {
        200: {"description": "The file.", "content": content},
        206: {"description": "A part of the file.", "content": content},
        304: {"description": "It is what the client has."},
        **problem_responses(*FILE_PROBLEMS, "range-not-satisfiable"),
    }


_WHOLE, _CLIP = _files(*MEDIA_TYPES), _files("video/mp4")
_PICTURE, _BOARD = _files("image/jpeg"), _files(*_FORMS.values())


@router.head("/media", operation_id="head_media", responses=_WHOLE, response_class=Response)
@router.get("/media", operation_id="get_media", responses=_WHOLE, response_class=Response)
def media(
    seen: Seen,
    request: Request,
    download: Annotated[bool, Query(description=DOWNLOAD)] = False,
) -> Response:
    """The recording as it is, or a part of its bytes."""
    source = seen.source()
    record(request, seen.principal, "view", f"media {source.video_id}")
    headers = disposition(source.path.name, is_kept=download)
    kind = seen.room.playback(source).media_type
    return deliver(request, Delivery(source.path, source.video_id, kind, headers))


@router.head("/clip", operation_id="head_clip", responses=_CLIP, response_class=Response)
@router.get("/clip", operation_id="get_clip", responses=_CLIP, response_class=Response)
def clip(seen: Seen, request: Request, query: Annotated[ClipQuery, Depends()]) -> Response:
    """A part of the recording as an MP4 file.

    `Retrace-Clip-Method` says whether the recording's data was copied or encoded anew,
    `Retrace-Clip-Start-S` and `-End-S` what was really cut.
    """
    kept = seen.room.clip(seen.source(), to_span(query.start_s, query.end_s), query.mode)
    facts = kept.facts
    what = f"clip {seen.record.video_id} {facts['start_s']}-{facts['end_s']}"
    record(request, seen.principal, "view", what)
    names = ("method", "start_s", "end_s", "is_playable", "why")
    told = _told({f"clip-{name}": facts[name] for name in names})
    headers = told | disposition(_clip_name(seen, facts), is_kept=query.download)
    return deliver(request, Delivery(Path(kept.path), kept.path.stem, "video/mp4", headers))


@router.get("/frame", operation_id="get_frame", responses=_PICTURE, response_class=Response)
def frame(seen: Seen, request: Request, query: Annotated[FrameQuery, Depends()]) -> Response:
    """The picture nearest to a time, or to a timestamp of the recording's own, as JPEG.

    `Retrace-Time-S`, `Retrace-Pts` and `Retrace-Time-Base` say which it is.
    """
    if (query.at_s is None) == (query.pts is None):
        raise ApiProblem("invalid-request", "give one of at_s and pts")
    explainer = Explainer(seen.library)
    odd = _odd(explainer, seen, query.at_s) if query.boxes or query.heat else []
    kept = seen.room.frame(
        seen.source(),
        time_s=odd[0].time_s if odd else query.at_s,
        pts=query.pts or 0,
        width=query.width,
        odd=odd if query.boxes else (),
        warm=_warm(explainer, seen, odd) if query.heat else (),
    )
    record(request, seen.principal, "view", f"frame {seen.record.video_id}")
    return _delivered(request, kept, "image/jpeg", kept.facts)


@router.get("/thumbnail", operation_id="get_thumbnail", responses=_PICTURE, response_class=Response)
def thumbnail(
    seen: Seen, request: Request, query: Annotated[ThumbnailQuery, Depends()]
) -> Response:
    """A small picture of the video, as JPEG; headers as of a frame."""
    time_s = seen.record.duration_s / 2 if query.at_s is None else query.at_s
    kept = seen.room.frame(seen.source(), time_s=time_s, width=query.width)
    return _delivered(request, kept, "image/jpeg", kept.facts)


@router.get(
    "/storyboard",
    operation_id="get_storyboard",
    responses=_BOARD,
    response_model=Storyboard,
)
def storyboard(
    seen: Seen, request: Request, query: Annotated[BoardQuery, Depends()]
) -> Response | Storyboard:
    """A part of the video at a glance.

    Pictures of long parts are the key pictures before even times: `tiles` has their true times.
    """
    record(request, seen.principal, "view", f"storyboard {seen.record.video_id}")
    span = to_span(query.start_s, seen.record.duration_s if query.end_s is None else query.end_s)
    form = "webp" if query.format == "webp" else "jpeg"
    kept = seen.room.storyboard(seen.source(), span, query.count, width=query.width, form=form)
    if query.format != "json":
        return _delivered(request, kept, _FORMS[form], {})
    asked = {
        "start_s": span.start_s,
        "end_s": span.end_s,
        "count": query.count,
        "width": query.width,
    }
    image_url, animation_url = (
        seen.address("storyboard", {**asked, "format": form}) for form in _FORMS
    )
    return Storyboard.model_validate(
        {
            **kept.facts,
            "start_s": span.start_s,
            "end_s": span.end_s,
            "image_url": image_url,
            "animation_url": animation_url,
        }
    )


def _odd(explainer: Explainer, seen: SeenVideo, at_s: float | None) -> list[RegionReason]:
    if at_s is None:
        raise ApiProblem("invalid-request", "boxes and heat are drawn by at_s, not by pts")
    found = explainer.at(seen.record.video_id, local_patterns.NAME, at_s)
    return in_one_picture(found.regions) if found else []


def _warm(explainer: Explainer, seen: SeenVideo, odd: Sequence[RegionReason]) -> list[Warmth]:
    found = ((one.box, explainer.heat_of(seen.record.video_id, one)) for one in odd)
    return [(box, heat) for box, heat in found if heat is not None]


def _clip_name(seen: SeenVideo, facts: Facts) -> str:
    """ "a 12.0-24.0 s.mp4" of "a.mkv"."""
    paths = [Path(source.path) for source in seen.video.sources]
    stem = paths[0].stem if paths else seen.record.video_id[:12]
    return f"{stem} {facts['start_s']:.1f}-{facts['end_s']:.1f} s.mp4"


def _delivered(request: Request, kept: Kept, kind: str, facts: Facts) -> Response:
    return deliver(request, Delivery(Path(kept.path), kept.path.stem, kind, _told(facts)))


def _told(facts: Facts) -> dict[str, str]:
    return {
        f"Retrace-{name.replace('_', '-').title()}": _header(value)
        for name, value in facts.items()
        if value is not None
    }


def _header(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
