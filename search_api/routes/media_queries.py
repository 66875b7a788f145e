"""What may be asked of a video's footage."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query

from search_api.answers.videos import ClipMode
from search_api.routes.seen import Time, WidthPx

THUMBNAIL_PX, TILE_PX, NUM_TILES = 320, 160, 25

_MODES = (
    '"copy" keeps the recording\'s own data and may begin up to 10 s early; "exact" encodes anew; '
    '"auto" copies what browsers play, and encodes the rest.'
)
DOWNLOAD = "Has a browser keep the file under its name, in place of playing it."
_BOXES = "Draws what the detector found odd at `at_s`, into the picture that shows the oddest."
_HEAT = "Warms what the captions of `local_patterns` speak of at `at_s`, where that is known."
_FORMATS = "Where each picture lies in the JPEG, and its time; the JPEG; or the pictures in turn."


@dataclass(frozen=True)
class ClipQuery:
    """Which part, and how."""

    start_s: Time
    end_s: Time
    mode: Annotated[ClipMode, Query(description=_MODES)] = "auto"
    download: Annotated[bool, Query(description=DOWNLOAD)] = False


@dataclass(frozen=True)
class FrameQuery:
    """Which picture: by time, or by the recording's own timestamp."""

    at_s: Time | None = None
    pts: Annotated[int | None, Query(ge=-(2**62), le=2**62)] = None
    width: WidthPx = 1280
    boxes: Annotated[Literal["local_patterns"] | None, Query(description=_BOXES)] = None
    heat: Annotated[bool, Query(description=_HEAT)] = False


@dataclass(frozen=True)
class ThumbnailQuery:
    """Which picture."""

    at_s: Time | None = None
    width: WidthPx = THUMBNAIL_PX


@dataclass(frozen=True)
class BoardQuery:
    """Which part, in how many pictures."""

    start_s: Time = 0.0
    end_s: Time | None = None
    count: Annotated[int, Query(ge=1, le=1000)] = NUM_TILES
    width: Annotated[WidthPx, Query(description="Of each picture.")] = TILE_PX
    format: Annotated[Literal["json", "jpeg", "webp"], Query(description=_FORMATS)] = "json"
