"""Features and scores of one video while it is being read."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

import numpy as np
from jaxtyping import Float32, Shaped

from encoders.base import Profile
from segments.errors import LibraryError
from segments.files import sync_folder
from segments.media import ClipBatch, VideoSegment
from segments.vectors import ClipFeatures


class VideoFeatures:
    """Arrays over all clips of a video, filled chunk by chunk.

    With a folder they are memory-mapped files that survive a crash, so a day of footage needs no
    more memory than ten minutes; without one they are plain memory, enough for a single chunk.
    """

    def __init__(self, num_clips: int, folder: Path | None = None) -> None:
        self._num_clips = num_clips
        self._folder = folder
        self._arrays: dict[str, Shaped[np.ndarray, "t ..."]] = {}

    @classmethod
    def reopen(
        cls, folder: Path, *, detectors: Iterable[str], rows: Mapping[str, Iterable[str]] = {}
    ) -> Self:
        """The arrays that an earlier run left.

        Args:
            rows: what is kept of clips (`write_rows`), by owner.

        Raises:
            LibraryError: they are not there, or damaged, or without the scores of a detector.
        """
        arrays = {path.stem: _map(path) for path in folder.glob("*.npy")}
        lengths = {len(array) for array in arrays.values()}
        kept = {_row(owner, name) for owner, names in rows.items() for name in names}
        needed = {"scores", *map(_track, detectors), *kept}
        if not needed <= arrays.keys() or len(lengths) != 1:
            raise LibraryError(f"{folder} does not hold the features of a video")
        features = cls(lengths.pop(), folder)
        features._arrays = arrays
        return features

    def write(self, clips: range, features: ClipFeatures) -> None:
        """Keeps the features of a run of clips."""
        for name, array in features.streams.items():
            self._write(f"stream.{name}", clips, array.astype(np.float32, copy=False))
        if features.audio is not None:
            self._write("audio", clips, features.audio.astype(np.float32, copy=False))

    def write_scores(self, clips: range, scores: Float32[np.ndarray, " t"]) -> None:
        """Keeps the MIL scores of a run of clips."""
        self._write("scores", clips, scores.astype(np.float32, copy=False))

    def write_track(self, detector: str, clips: range, scores: Float32[np.ndarray, " t"]) -> None:
        """Keeps a detector's scores of a run of clips."""
        self._write(_track(detector), clips, scores.astype(np.float32, copy=False))

    def read_track(self, detector: str, clips: range) -> Float32[np.ndarray, " t"]:
        return self._arrays[_track(detector)][clips.start : clips.stop]

    def write_rows(
        self, owner: str, clips: range, rows: Mapping[str, Shaped[np.ndarray, "t ..."]]
    ) -> None:
        """Keeps whatever else is known of each of a run of clips, in any shape."""
        for name, array in rows.items():
            self._write(_row(owner, name), clips, array)

    def read_rows(self, owner: str, clips: range) -> dict[str, Shaped[np.ndarray, "t ..."]]:
        """What `write_rows` kept, as views."""
        prefix = _row(owner, "")
        return {
            name.removeprefix(prefix): array[clips.start : clips.stop]
            for name, array in self._arrays.items()
            if name.startswith(prefix)
        }

    def read(self, clips: range) -> ClipFeatures:
        """Views of the features of a run of clips; memory-mapped ones are read when used."""
        part = slice(clips.start, clips.stop)
        streams = {
            name.removeprefix("stream."): array[part]
            for name, array in sorted(self._arrays.items())
            if name.startswith("stream.")
        }
        audio = self._arrays.get("audio")
        return ClipFeatures(streams, None if audio is None else audio[part])

    def read_scores(self, clips: range) -> Float32[np.ndarray, " t"]:
        return self._arrays["scores"][clips.start : clips.stop]

    def of_segment(self, segment: VideoSegment) -> tuple[ClipFeatures, Float32[np.ndarray, " t"]]:
        """The features and MIL scores of a segment's clips."""
        return self.read(segment.clips), self.read_scores(segment.clips)

    def flush(self) -> None:
        """What was written survives from here on."""
        for array in self._arrays.values():
            if isinstance(array, np.memmap):
                array.flush()

    def release(self) -> dict[str, Path]:
        """Lets go of memory-mapped arrays; their complete files by name, the caller's from here."""
        self.flush()
        files = {name: self._file(name) for name in self._arrays}
        self._arrays.clear()
        return files

    def discard(self) -> None:
        """Frees the arrays and deletes their files."""
        self._arrays.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, name: str, clips: range, array: Shaped[np.ndarray, "t ..."]) -> None:
        if name not in self._arrays:
            shape = (self._num_clips, *array.shape[1:])
            self._arrays[name] = self._make(name, shape, array.dtype)
        self._arrays[name][clips.start : clips.stop] = array

    def _make(
        self, name: str, shape: tuple[int, ...], dtype: np.dtype
    ) -> Shaped[np.ndarray, "t ..."]:
        if self._folder is None:
            return np.zeros(shape, dtype)
        self._folder.mkdir(parents=True, exist_ok=True)
        array = np.lib.format.open_memmap(self._file(name), mode="w+", dtype=dtype, shape=shape)
        sync_folder(self._folder)
        return array

    def _file(self, name: str) -> Path:
        if self._folder is None:
            raise ValueError(f"the array {name!r} is in memory, not in a file")
        return self._folder / f"{name}.npy"


def encode_batch(profile: Profile, batch: ClipBatch, features: VideoFeatures) -> None:
    """Encodes a batch into its video's features: the one way from footage to numbers."""
    features.write(batch.clips, profile.encode_clips(batch))


def _track(detector: str) -> str:
    return f"track.{detector}"


def _row(owner: str, name: str) -> str:
    return f"rows.{owner}.{name}"


def _map(path: Path) -> Shaped[np.ndarray, "t ..."]:
    try:
        return np.lib.format.open_memmap(path, mode="r+")
    except ValueError as error:
        raise LibraryError(f"{path} is damaged: {error}") from None
