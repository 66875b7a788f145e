"""Why a detector of regions gave its scores: the regions that were oddest at each time.

They lie beside the track they explain, as `VIDEO_ID/DETECTOR.reasons.npz` (see `segments.timed`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, UInt8, UInt64

from segments.reasons import file_name
from segments.timed import TimedArrays, TimedStore


@dataclass(frozen=True, eq=False)
class RegionReasons:
    """The oddest things of each of a run of times, oddest first; what is not there is zero."""

    counts: UInt8[np.ndarray, " t"]
    """How many of the k are there."""
    shown_s: Float64[np.ndarray, "t k"]
    """Time of the picture that shows the thing."""
    boxes: Float32[np.ndarray, "t k 4"]
    """Left, top, right and bottom as shares of the picture."""
    tracks: Int32[np.ndarray, "t k"]
    """The same thing has the same number, within ten minutes or so."""
    captions: UInt64[np.ndarray, "t k"]
    """`segments.sentences`."""
    is_carried: Bool[np.ndarray, "t k"]
    """Whether the caption is one of an earlier, sharper view."""
    errors: Float32[np.ndarray, "t k 3"]
    """How much of the score is appearance, how much motion, and how much what it does."""
    acts: UInt64[np.ndarray, "t k"]
    """What it does, as `captions`; 0 where nothing says so."""
    heat: UInt8[np.ndarray, "t k hh hw"]
    """Which parts of the box the caption speaks of, 0 to 255."""

    def __len__(self) -> int:
        return len(self.counts)


@dataclass(frozen=True, eq=False)
class RegionReasonTrack:
    """The reasons of one detector's scores over one video."""

    detector: str
    pts_s: Float64[np.ndarray, " t"]
    """As the track's."""
    end_s: float
    things: RegionReasons

    def row_at(self, time_s: float) -> int:
        """The row that speaks for a time; the first before the start, the last after the end."""
        return max(0, int(np.searchsorted(self.pts_s, time_s, side="right")) - 1)

    def to_rows(self) -> TimedArrays:
        """As their file holds them."""
        return TimedArrays(self.pts_s, self.end_s, dict(vars(self.things)))


def joined(parts: Sequence[RegionReasonTrack]) -> RegionReasonTrack:
    """Reasons of one detector for runs of times that follow each other."""
    things = [vars(part.things) for part in parts]
    arrays = {name: np.concatenate([each[name] for each in things]) for name in things[0]}
    pts_s = np.concatenate([part.pts_s for part in parts])
    return RegionReasonTrack(parts[0].detector, pts_s, parts[-1].end_s, RegionReasons(**arrays))


class RegionReasonStore:
    """The reasons of a library's tracks. One process writes, any number read."""

    def __init__(self, location: str | Path) -> None:
        """Args:
        location: of the tracks: `segments.tracks.TrackStore` has the same.
        """
        self._files = TimedStore(location)

    def append(self, video_id: str, piece: RegionReasonTrack) -> None:
        """Writes a piece over whatever is stored for its time; the same twice is as once."""
        self._files.append(video_id, file_name(piece.detector), piece.to_rows())

    def load(self, video_id: str, detector: str) -> RegionReasonTrack | None:
        """The reasons of a track; None where there are none.

        Raises:
            LibraryError: the file is damaged.
        """
        stored = self._files.load(video_id, file_name(detector))
        if stored is None:
            return None
        return RegionReasonTrack(detector, stored.pts_s, stored.end_s, RegionReasons(**stored.rows))
