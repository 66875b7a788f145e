"""What is said of videos."""

from typing import Literal

from pydantic import AwareDatetime

from search_api.answers.base import Answer
from search_api.schemas import CurveCalibration, Explanation
from segments.catalog import Origin

ClipMode = Literal["auto", "copy", "exact"]
"""Copy what browsers play and encode the rest; copy whatever it is; encode to the very picture."""


class VideoPlace(Answer):
    """Where a video was seen."""

    path: str
    """As indexed."""
    camera: str | None
    recorded_at: AwareDatetime | None
    """Wall-clock time of the first picture; None where it is not known."""
    recorded_from: Origin | None
    """What says so."""
    clock_offset_s: float
    """Already added."""


class VideoItem(Answer):
    """A video of a list."""

    video_id: str
    name: str | None
    """Of the file, at the first place."""
    duration_s: float
    width: int
    height: int
    fps: float
    codec: str
    has_sound: bool
    size_bytes: int
    problems: list[str]
    """What is wrong with the file, though it can be read."""
    detectors: list[str]
    """That scored it."""
    places: list[VideoPlace]
    thumbnail_url: str
    """Signed."""


class VideoPage(Answer):
    """A part of the list."""

    videos: list[VideoItem]
    total: int
    """Of all pages."""
    next_cursor: str | None
    """None on the last page."""


class FileState(Answer):
    """Whether the recording can be shown, and how."""

    state: Literal["here", "gone", "changed", "unreadable"]
    media_type: str | None = None
    container: str | None = None
    pixel_format: str | None = None
    sound_codec: str | None = None
    is_playable: bool = False
    """Whether browsers play the file itself; clips they do always, unless copied as they are."""
    why: str = ""
    """It is not playable, or not here."""


class AnomalySummary(Answer):
    """What one detector says of the whole video."""

    detector: str
    peak_score: float
    """Raw."""
    peak_s: float
    """Start of the time that it speaks for."""
    calibration: CurveCalibration


class VideoDetails(VideoItem):
    """Everything about a video."""

    file: FileState
    anomaly: list[AnomalySummary]
    is_locked: bool
    """Whether a case keeps it from being deleted."""
    media_url: str
    """Signed."""


class CurvePeak(Answer):
    """The highest score, the first of equals."""

    pts_s: float
    score: float


class CurveAnswer(Answer):
    """Scores over a part of a video, as the detector gave them."""

    video_id: str
    detector: str
    unit: Literal["raw score", "dBFS"]
    camera: str | None
    start_time: AwareDatetime | None
    """Wall-clock time of the video's first picture."""
    duration_s: float
    """Of the video."""
    pts_s: list[float]
    """Start of the time each score speaks for."""
    scores: list[float]
    end_s: float
    """Where the last score ends."""
    num_scores: int
    """That there are; where fewer are given, each bucket's lowest and highest."""
    peak: CurvePeak
    calibration: CurveCalibration
    """What the scores of the whole video mean at this camera."""
    reasons: list[Explanation]
    """Of the highest scores, 3 s apart or more, in time order."""


class Tile(Answer):
    """One picture of a storyboard."""

    time_s: float
    pts: int | None
    time_base: str
    left: int
    top: int


class Storyboard(Answer):
    """Pictures side by side in one JPEG."""

    start_s: float
    end_s: float
    columns: int
    rows: int
    tile_width: int
    tile_height: int
    tiles: list[Tile]
    image_url: str
    """Signed: of the JPEG."""
    animation_url: str
    """Signed: of the WebP file that shows the pictures in turn."""


class SpaceRemoval(Answer):
    """What was removed from one vector space."""

    space: str
    points: int
    tracks: list[str]
    """Files of scores, reasons and windows, by name."""
    features: int
    """Files of features that an unfinished run had left."""
    cached: int
    """Thumbnails and other files that were made for showing."""


class VideoRemoval(Answer):
    """What was removed of a video."""

    video_id: str
    sources: list[str]
    """Where it was indexed. These files are as they were."""
    spaces: list[SpaceRemoval]
