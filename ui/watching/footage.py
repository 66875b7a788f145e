"""What is played of a video: the recording itself, or clips of it where browsers cannot."""

from search_api.answers.videos import VideoDetails
from search_api.client import ApiError
from ui import session
from ui.player import Footage
from ui.watching import asking

PIECE_S, LEAST_PIECE_S = 60.0, 5.0
ENCODED_PIXELS = 2e9
"""Of a piece that has to be encoded: a second or a few of waiting."""


def footage_at(video: VideoDetails, at_s: float) -> Footage:
    """What to play at a time; with a note in place of pictures where nothing can be."""
    if video.file.state != "here":
        why = video.file.why[:1].upper() + video.file.why[1:]
        note = f"{why}.\n\nScores and reasons are still here."
        return Footage("", "none", 0.0, video.duration_s, note)
    if video.file.is_playable:
        url = session.client().address(video.media_url)
        return Footage(url, "recording", 0.0, video.duration_s)
    return _clip(video, *piece_at(video, at_s))


def piece_at(video: VideoDetails, at_s: float) -> tuple[float, float]:
    """The piece of the video that a time lies in: all are as long, but for the last."""
    pixels_per_s = video.width * video.height * max(video.fps, 1.0)
    length_s = max(min(PIECE_S, ENCODED_PIXELS / max(pixels_per_s, 1.0)), LEAST_PIECE_S)
    number = max(int(min(at_s, video.duration_s - 0.001) / length_s), 0)
    return number * length_s, min((number + 1) * length_s, video.duration_s)


def _clip(video: VideoDetails, start_s: float, end_s: float) -> Footage:
    path = f"/v1/videos/{video.video_id}/clip?start_s={start_s:g}&end_s={end_s:g}"
    try:
        first_s = asking.remembered(("piece", path), lambda: _make(video, start_s, end_s))
    except ApiError as error:
        note = f"This part cannot be shown.\n{error.detail}"
        return Footage("", "none", 0.0, video.duration_s, note)
    return Footage(asking.signed([path])[0], f"{start_s:g}", first_s, end_s)


def _make(video: VideoDetails, start_s: float, end_s: float) -> float:
    """Has the clip made, which the service keeps; where it really begins."""
    with session.client().videos.clip(video.video_id, start_s, end_s) as clip:
        return float(clip.facts.get("clip-start-s", start_s))
