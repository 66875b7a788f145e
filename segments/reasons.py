"""Why a detector gave its scores: the sentences nearest to each time, on either side.

They lie beside the track they explain, as `VIDEO_ID/DETECTOR.reasons.npz` (see `segments.timed`).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Float64, UInt64

from segments.timed import TimedArrays, TimedStore

ROWS: tuple[str, ...] = ("anomalous", "anomalous_sims", "normal", "normal_sims")


@dataclass(frozen=True)
class Nearest:
    """The sentences of one side that are nearest to each time, nearest first."""

    ids: UInt64[np.ndarray, "t k"]
    """What a bank calls them: the first 64 bits of the sentence's digest."""
    similarities: Float32[np.ndarray, "t k"]
    """Cosines in [-1, 1]."""


@dataclass(frozen=True)
class ReasonTrack:
    """The reasons of one detector's scores over one video."""

    detector: str
    pts_s: Float64[np.ndarray, " t"]
    """As the track's."""
    end_s: float
    anomalous: Nearest
    normal: Nearest

    def row_at(self, time_s: float) -> int:
        """The row that speaks for a time; the first before the start, the last after the end."""
        return max(0, int(np.searchsorted(self.pts_s, time_s, side="right")) - 1)

    def to_rows(self) -> TimedArrays:
        """As their file holds them; similarities as float16."""
        halves = (self.anomalous, self.normal)
        arrays = [part for h in halves for part in (h.ids, h.similarities.astype(np.float16))]
        return TimedArrays(self.pts_s, self.end_s, dict(zip(ROWS, arrays, strict=True)))


class ReasonStore:
    """The reasons of a library's tracks. One process writes, any number read."""

    def __init__(self, location: str | Path) -> None:
        """Args:
        location: of the tracks: `segments.tracks.TrackStore` has the same.
        """
        self._files = TimedStore(location)

    def append(self, video_id: str, piece: ReasonTrack) -> None:
        """Writes a piece over whatever is stored for its time; the same twice is as once."""
        self._files.append(video_id, file_name(piece.detector), piece.to_rows())

    def load(self, video_id: str, detector: str) -> ReasonTrack | None:
        """The reasons of a track; None where the detector gives none.

        Raises:
            LibraryError: the file is damaged.
        """
        stored = self._files.load(video_id, file_name(detector))
        if stored is None:
            return None
        ids, sims, others, other_sims = (stored.rows[name] for name in ROWS)
        return ReasonTrack(
            detector,
            stored.pts_s,
            stored.end_s,
            Nearest(ids, sims.astype(np.float32)),
            Nearest(others, other_sims.astype(np.float32)),
        )


def file_name(detector: str) -> str:
    """Of the reasons, beside the detector's track."""
    return f"{detector}.reasons"
