"""Anomaly scores over time, one file per video and detector, in a folder or an object store.

A file holds `scores` float32 [t] at the detector's own rate (see `segments.timed`).
"""

from pathlib import Path

import numpy as np

from segments.errors import LibraryError, UserError
from segments.names import is_name, require_name
from segments.scores import AnomalyTrack
from segments.timed import TimedArrays, TimedStore


class TrackStore:
    """The tracks of a library. One process writes, any number read."""

    def __init__(self, location: str | Path) -> None:
        """Args:
        location: a folder, or the URL of one that `fsspec` can reach ("s3://...", "memory://...").
        """
        self._files = TimedStore(location)

    def append(self, video_id: str, piece: AnomalyTrack) -> None:
        """Writes a piece of a curve over whatever is stored for its time.

        The same piece twice is the same as once, and a crash leaves the old curve or the new one.

        Raises:
            UserError: the id or the detector's name cannot name a file.
            ValueError: a score is not finite.
        """
        name = require_name(piece.detector, of="a track")
        self._files.append(video_id, name, to_rows(piece))

    def load(self, video_id: str, detector: str) -> AnomalyTrack:
        """Reads a curve.

        Raises:
            UserError: there is none; the message names the detectors that there are.
            LibraryError: the file is damaged.
        """
        stored = self._files.load(video_id, require_name(detector, of="a track"))
        if stored is None:
            known = ", ".join(self.detectors(video_id)) or "none"
            raise UserError(f"no {detector!r} scores for video {video_id}; there are: {known}")
        if "scores" not in stored.rows:
            raise LibraryError(
                f"the {detector!r} track of {video_id} is damaged (no scores): delete the video "
                "and index it again"
            )
        return AnomalyTrack(detector, stored.rows["scores"], stored.pts_s, stored.end_s)

    def detectors(self, video_id: str) -> list[str]:
        """Detectors with a curve for this video, by name."""
        return [name for name in self._files.names(video_id) if is_name(name)]

    def delete(self, video_id: str) -> None:
        """Deletes every curve of a video, with the reasons; a no-op where there is none."""
        self._files.delete(video_id)


def to_rows(track: AnomalyTrack) -> TimedArrays:
    """A track as its file holds it.

    Raises:
        ValueError: a score is not finite.
    """
    if not np.isfinite(track.scores).all():
        raise ValueError(f"{track.detector!r} has scores that are not finite")
    # float16 would round one in a hundred of ALAN's scores to 1, and rare ones must differ.
    return TimedArrays(track.pts_s, track.end_s, {"scores": track.scores.astype(np.float32)})
