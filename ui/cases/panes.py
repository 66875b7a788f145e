"""Recordings for the wall: which, and from where they play."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from search_api.answers.videos import VideoDetails, VideoItem
from ui.wall import Pane

MAX_CLIP_S = 300.0
"""What the service makes of one clip at most, unless its operator chose less."""


@dataclass(frozen=True)
class Playing:
    """What a browser can play of a video."""

    url: str
    is_signed: bool
    start_s: float
    """Place in the video of its first picture."""
    duration_s: float


@dataclass(frozen=True)
class Recording:
    """A camera's video at a moment."""

    camera: str
    video: VideoItem
    at_s: float
    """The moment's place in it; negative where it began later."""


def playing(video: VideoDetails, start_s: float, end_s: float) -> Playing:
    """The recording itself; a clip of the part where browsers cannot play that."""
    if video.file.is_playable:
        return Playing(video.media_url, True, 0.0, video.duration_s)
    start_s, end_s = max(start_s, 0.0), min(end_s, video.duration_s)
    end_s = min(end_s, start_s + MAX_CLIP_S)
    path = f"/v1/videos/{video.video_id}/clip?start_s={start_s:.3f}&end_s={end_s:.3f}"
    return Playing(path, False, start_s, end_s - start_s)


def pane(title: str, lines: Iterable[str], *, source: Playing, url: str, at_s: float) -> Pane:
    """`at_s` is the place in the video where the wall's clock is zero."""
    told = tuple(line for line in lines if line)
    return Pane(title, told, url, at_s - source.start_s, source.duration_s)


def recordings_at(videos: Iterable[VideoItem], moment: datetime) -> list[Recording]:
    """One video of each camera: what was recording at the moment, else what is nearest to it.

    Videos without a known time are left out; by name of the camera.
    """
    nearest: dict[str, Recording] = {}
    for video in videos:
        for place in video.places:
            if place.recorded_at is None:
                continue
            at_s = (moment - place.recorded_at).total_seconds()
            one = Recording(place.camera or "no camera named", video, at_s)
            known = nearest.get(one.camera)
            if known is None or _distance_s(one) < _distance_s(known):
                nearest[one.camera] = one
    return [nearest[camera] for camera in sorted(nearest)]


def _distance_s(one: Recording) -> float:
    """From the moment to the nearest picture."""
    return max(-one.at_s, one.at_s - one.video.duration_s, 0.0)
