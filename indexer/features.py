"""Features and scores of one video while it is being read."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import numpy as np
from jaxtyping import Float32

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
        self._arrays: dict[str, Float32[np.ndarray, "t d"]] = {}

    @classmethod
    def reopen(cls, folder: Path, *, detectors: Iterable[str]) -> Self:
        """The arrays that an earlier run left.

        Raises:
            LibraryError: they are not there, or damaged, or without the scores of a detector.
        """
        arrays = {path.stem: _map(path) for path in folder.glob("*.npy")}
        lengths = {len(array) for array in arrays.values()}
        needed = {"scores", *map(_track, detectors)}
        if not needed <= arrays.keys() or len(lengths) != 1:
            raise LibraryError(f"{folder} does not hold the features of a video")
        features = cls(lengths.pop(), folder)
        features._arrays = arrays
        return features

    def write(self, clips: range, features: ClipFeatures) -> None:
        """Keeps the features of a run of clips."""
        for name, array in features.streams.items():
            self._array(f"stream.{name}", array.shape[1])[clips.start : clips.stop] = array
        if features.audio is not None:
            self._array("audio", features.audio.shape[1])[clips.start : clips.stop] = features.audio

    def write_scores(self, clips: range, scores: Float32[np.ndarray, " t"]) -> None:
        """Keeps the MIL scores of a run of clips."""
        self._array("scores", 1)[clips.start : clips.stop, 0] = scores

    def write_track(self, detector: str, clips: range, scores: Float32[np.ndarray, " t"]) -> None:
        """Keeps a detector's scores of a run of clips."""
        self._array(_track(detector), 1)[clips.start : clips.stop, 0] = scores

    def read_track(self, detector: str, clips: range) -> Float32[np.ndarray, " t"]:
        return self._arrays[_track(detector)][clips.start : clips.stop, 0]

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
        return self._arrays["scores"][clips.start : clips.stop, 0]

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

    def _array(self, name: str, dim: int) -> Float32[np.ndarray, "t d"]:
        if name not in self._arrays:
            self._arrays[name] = self._make(name, (self._num_clips, dim))
        return self._arrays[name]

    def _make(self, name: str, shape: tuple[int, int]) -> Float32[np.ndarray, "t d"]:
        if self._folder is None:
            return np.zeros(shape, np.float32)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._file(name)
        array = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
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


def _map(path: Path) -> Float32[np.ndarray, "t d"]:
    try:
        return np.lib.format.open_memmap(path, mode="r+")
    except ValueError as error:
        raise LibraryError(f"{path} is damaged: {error}") from None
