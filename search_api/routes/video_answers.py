"""What is said of videos."""

from typing import Literal

from pydantic import AwareDatetime

from search_api.schemas import CurveCalibration
from search_api.service.types import Answer
from segments.catalog import Origin


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
