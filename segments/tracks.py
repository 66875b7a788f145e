"""Anomaly scores over time, one file per video and detector, in a folder or an object store.

A file is an .npz of `scores` float16 [t] and `pts_s` float64 [t] at the detector's own rate, and
`end_s` float64.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from pathlib import Path
from typing import cast

import fsspec
import numpy as np
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from segments.arrays import from_npz, to_npz
from segments.errors import LibraryError, UserError
from segments.files import write_atomically
from segments.names import is_name, require_name
from segments.scores import AnomalyTrack

_SUFFIX = ".npz"
_SAME_TIME_S = 1e-6
"""Times that differ by less are one: two computations of where a piece ends may differ in a bit."""


class TrackStore:
    """The tracks of a library. One process writes, any number read."""

    def __init__(self, location: str | Path) -> None:
        """Args:
        location: a folder, or the URL of one that `fsspec` can reach ("s3://...", "memory://...").
        """
        files, root = cast(tuple[AbstractFileSystem, str], fsspec.url_to_fs(str(location)))
        self._files, self._root = files, root

    def append(self, video_id: str, piece: AnomalyTrack) -> None:
        """Writes a piece of a curve over whatever is stored for its time.

        The same piece twice is the same as once, and a crash leaves the old curve or the new one.

        Raises:
            UserError: the id or the detector's name cannot name a file.
            ValueError: a score is not finite, or too large for float16.
        """
        path = self._path(video_id, piece.detector)
        stored = self._read(path, piece.detector) if self._files.exists(path) else None
        self._write(path, _spliced(stored, piece) if stored else piece)

    def load(self, video_id: str, detector: str) -> AnomalyTrack:
        """Reads a curve; scores as float32.

        Raises:
            UserError: there is none; the message names the detectors that there are.
            LibraryError: the file is damaged.
        """
        path = self._path(video_id, detector)
        if not self._files.exists(path):
            known = ", ".join(self.detectors(video_id)) or "none"
            raise UserError(f"no {detector!r} scores for video {video_id}; there are: {known}")
        return self._read(path, detector)

    def detectors(self, video_id: str) -> list[str]:
        """Detectors with a curve for this video, by name."""
        folder = self._folder(video_id)
        if not self._files.exists(folder):
            return []
        paths = cast(list[str], self._files.ls(folder, detail=False))
        names = [path.rpartition("/")[2] for path in paths]
        stems = [name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)]
        return sorted(stem for stem in stems if is_name(stem))

    def delete(self, video_id: str) -> None:
        """Deletes every curve of a video; a no-op where there is none."""
        folder = self._folder(video_id)
        if self._files.exists(folder):
            self._files.rm(folder, recursive=True)

    def _folder(self, video_id: str) -> str:
        return f"{self._root}/{require_name(video_id, of='a track')}"

    def _path(self, video_id: str, detector: str) -> str:
        return f"{self._folder(video_id)}/{require_name(detector, of='a track')}{_SUFFIX}"

    def _read(self, path: str, detector: str) -> AnomalyTrack:
        try:
            arrays = from_npz(cast(bytes, self._files.cat_file(path)))
            scores = arrays["scores"].astype(np.float32)
            return AnomalyTrack(detector, scores, arrays["pts_s"], float(arrays["end_s"]))
        except (ValueError, KeyError) as error:
            raise LibraryError(
                f"the track {path} is damaged ({error}): delete the video and index it again"
            ) from error

    def _write(self, path: str, track: AnomalyTrack) -> None:
        content = _to_bytes(track)
        if isinstance(self._files, LocalFileSystem):
            write_atomically(Path(path), content)
        else:  # an object appears when it is complete
            self._files.pipe_file(path, content)


def _to_bytes(track: AnomalyTrack) -> bytes:
    if not (np.abs(track.scores) <= np.finfo(np.float16).max).all():
        raise ValueError(f"{track.detector!r} has scores that float16 cannot hold")
    return to_npz(
        {
            "scores": track.scores.astype(np.float16),
            "pts_s": track.pts_s.astype(np.float64),
            "end_s": np.array(track.end_s, np.float64),
        }
    )


def _spliced(stored: AnomalyTrack, piece: AnomalyTrack) -> AnomalyTrack:
    """`stored` with `piece` in place of the scores that start in the piece's time."""
    if len(piece) == 0:
        return stored
    before = stored.pts_s < piece.pts_s[0] - _SAME_TIME_S
    after = stored.pts_s >= piece.end_s - _SAME_TIME_S
    return AnomalyTrack(
        piece.detector,
        np.concatenate([stored.scores[before], piece.scores, stored.scores[after]]),
        np.concatenate([stored.pts_s[before], piece.pts_s, stored.pts_s[after]]),
        stored.end_s if after.any() else piece.end_s,
    )
