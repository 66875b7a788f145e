"""What detectors say of a run of clips, on its way into the files of a video's tracks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float16, Float32, Shaped

from segments import reasons, tracks
from segments.reasons import ReasonTrack
from segments.region_reasons import RegionReasonTrack
from segments.scores import AnomalyTrack
from segments.timed import TimedArrays, TimedStore

Kept = Literal["windows", "regions", "told"]
"""What detectors keep of footage, so that scores can be made anew without it."""


@dataclass(frozen=True)
class Finding:
    """What one detector says."""

    track: AnomalyTrack
    reasons: ReasonTrack | RegionReasonTrack | None = None
    windows: Float16[np.ndarray, "t d"] | None = None
    """What it compared with sentences."""
    regions: Mapping[str, Shaped[np.ndarray, "t ..."]] | None = None
    """What it saw in each part of the pictures."""
    told: Mapping[str, Shaped[np.ndarray, "t ..."]] | None = None
    """What it says of them in words; small, and written again when sentences change."""
    origin: str | None = None
    """Names what else its scores rest on (`segments.score_origins`)."""


def to_files(findings: Iterable[Finding], *, chunk: int) -> dict[str, TimedArrays]:
    """The pieces that a chunk adds, by file name.

    What is kept of footage is large and comes chunk by chunk into files of their own, which nothing
    writes again but what is told.
    """
    files: dict[str, TimedArrays] = {}
    for finding in findings:
        track = finding.track
        files[track.detector] = tracks.to_rows(track)
        if finding.reasons is not None:
            files[reasons.file_name(track.detector)] = finding.reasons.to_rows()
        for kind, rows in _kept(finding).items():
            files[kept_name(track.detector, kind, chunk)] = TimedArrays(
                track.pts_s, track.end_s, rows
            )
    return files


def load_windows(store: TimedStore, video_id: str, detector: str) -> TimedArrays | None:
    """The windows of a whole video, rows "windows" float32 [t d]; None where there are none.

    Raises:
        LibraryError: a file is damaged.
    """
    parts = list(iter_kept(store, video_id, detector, "windows"))
    if not parts:
        return None
    windows: Float32[np.ndarray, "t d"] = np.concatenate([p.rows["windows"] for p in parts])
    pts_s = np.concatenate([part.pts_s for part in parts])
    return TimedArrays(pts_s, parts[-1].end_s, {"windows": windows.astype(np.float32)})


def iter_kept(store: TimedStore, video_id: str, detector: str, kind: Kept) -> Iterator[TimedArrays]:
    """What a detector kept of a video, chunk by chunk, in time order.

    Raises:
        LibraryError: a file is damaged.
    """
    for name in store.names(video_id):
        if name.startswith(_prefix(detector, kind)):
            part = store.load(video_id, name)
            if part is not None:
                yield part


def kept_name(detector: str, kind: Kept, chunk: int) -> str:
    """The file that holds what a detector kept of a chunk."""
    return f"{_prefix(detector, kind)}{chunk:06d}"


def _kept(finding: Finding) -> dict[Kept, Mapping[str, Shaped[np.ndarray, "t ..."]]]:
    kept: dict[Kept, Mapping[str, Shaped[np.ndarray, "t ..."]]] = {}
    if finding.windows is not None:
        kept["windows"] = {"windows": finding.windows}
    if finding.regions is not None:
        kept["regions"] = finding.regions
    if finding.told is not None:
        kept["told"] = finding.told
    return kept


def _prefix(detector: str, kind: Kept) -> str:
    return f"{detector}.{kind}."
