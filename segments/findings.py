"""What detectors say of a run of clips, on its way into the files of a video's tracks."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float16, Float32

from segments import reasons, tracks
from segments.reasons import ReasonTrack
from segments.scores import AnomalyTrack
from segments.timed import TimedArrays, TimedStore


@dataclass(frozen=True)
class Finding:
    """What one detector says."""

    track: AnomalyTrack
    reasons: ReasonTrack | None = None
    windows: Float16[np.ndarray, "t d"] | None = None
    """What it compared with sentences: other sentences can be tried without the footage."""


def to_files(findings: Iterable[Finding], *, chunk: int) -> dict[str, TimedArrays]:
    """The pieces that a chunk adds, by file name.

    Windows are large and come chunk by chunk into files of their own, which nothing writes again.
    """
    files: dict[str, TimedArrays] = {}
    for finding in findings:
        track = finding.track
        files[track.detector] = tracks.to_rows(track)
        if finding.reasons is not None:
            files[reasons.file_name(track.detector)] = reasons.to_rows(finding.reasons)
        if finding.windows is not None:
            rows = {"windows": finding.windows}
            files[_windows(track.detector, chunk)] = TimedArrays(track.pts_s, track.end_s, rows)
    return files


def load_windows(store: TimedStore, video_id: str, detector: str) -> TimedArrays | None:
    """The windows of a whole video, rows "windows" float32 [t d]; None where there are none.

    Raises:
        LibraryError: a file is damaged.
    """
    names = [n for n in store.names(video_id) if n.startswith(f"{detector}.windows.")]
    parts = [part for name in names if (part := store.load(video_id, name)) is not None]
    if not parts:
        return None
    windows: Float32[np.ndarray, "t d"] = np.concatenate([p.rows["windows"] for p in parts])
    pts_s = np.concatenate([part.pts_s for part in parts])
    return TimedArrays(pts_s, parts[-1].end_s, {"windows": windows.astype(np.float32)})


def _windows(detector: str, chunk: int) -> str:
    return f"{detector}.windows.{chunk:06d}"
