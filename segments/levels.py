"""The clip grid and the three levels that share it (DESIGN §3).

Features are computed once per *clip* of 0.64 s (16 frames at 25 per second, the unit of the papers)
and a segment is a run of whole clips, so no level computes anything twice.
"""

from collections.abc import Iterator

from segments.media import Level, VideoSegment
from segments.spans import TimeSpan

CLIP_S = 0.64
LEVELS: tuple[Level, ...] = ("moment", "scene", "video")
MOMENT_CLIPS = 16
"""10.24 s; moments overlap by half."""
SCENE_CLIPS = 96
"""61.44 s; scenes do not overlap."""


def count_clips(duration_s: float) -> int:
    """Clips of a video: at least one; a rest of under half a clip joins the last."""
    return max(1, round(duration_s / CLIP_S))


def clips_span(clips: range, duration_s: float) -> TimeSpan:
    """The span of a run of clips; the video's last clip ends where the video ends."""
    ends_video = clips.stop >= count_clips(duration_s)
    return TimeSpan(clips.start * CLIP_S, duration_s if ends_video else clips.stop * CLIP_S)


def iter_segments(video_id: str, duration_s: float) -> Iterator[VideoSegment]:
    """Every segment of a video, finest level first, then by time.

    A level that would repeat a finer one is not a segment of its own: the finer segment stands for
    both and names both in its `levels`.
    """
    num_clips = count_clips(duration_s)
    windows: dict[Level, list[range]] = {
        "moment": _windows(num_clips, MOMENT_CLIPS, MOMENT_CLIPS // 2),
        "scene": _windows(num_clips, SCENE_CLIPS, SCENE_CLIPS),
        "video": [range(num_clips)],
    }
    whole: list[Level] = [level for level in LEVELS if len(windows[level]) == 1]
    for level in LEVELS:
        if level in whole[1:]:
            return
        levels: tuple[Level, ...] = tuple(whole) if level in whole else (level,)
        for index, clips in enumerate(windows[level]):
            yield VideoSegment(video_id, levels, index, clips_span(clips, duration_s), clips)


def _windows(num_clips: int, length: int, step: int) -> list[range]:
    """Windows that cover every clip; a rest of less than half a step joins the last window."""
    num_windows = max(1, 1 + round((num_clips - length) / step + 1e-9))
    starts = [step * index for index in range(num_windows)]
    stops = [start + length for start in starts[:-1]] + [num_clips]
    return [range(start, stop) for start, stop in zip(starts, stops, strict=True)]
