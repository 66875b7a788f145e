"""Clip features from disk: folders of `.npy` files, and the C3D archive."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float16, Float32

from benchmarks.datasets.base import DatasetMissing, FeatureReader
from benchmarks.datasets.feature_folders import (
    AUDIO,
    FEATURES_SOURCE,
    FilesByName,
    Layout,
    file_key,
    files_by_stream,
    read_layout,
)
from benchmarks.datasets.files import existing
from segments.errors import UserError
from segments.vectors import ClipFeatures

C3D_SOURCE = "the C3D features of 290 UCF-Crime videos, as this project's shared data has them"
MAX_GAP_CLIPS = 8
"""Streams of one video differ by a clip or two; a wider gap is another video or another stride."""


@dataclass(frozen=True)
class FolderFeatures:
    """A folder per stream, a `.npy` file per video or per crop; nothing is held but the names.

    Names are resolved as the releases have them: `NAME__0.npy` to `NAME__9.npy` (UCF-Crime) or
    `__4` (XD-Violence), `NAME.npy` of shape [t, d] or [t, crops, d], sound `NAME__vggish.npy` or
    `NAME.npy`, each with or without `_x264`.
    """

    folder: Path
    streams: dict[str, int]
    audio_dim: int | None
    num_crops: int
    files: dict[str, FilesByName] = field(repr=False)
    """By stream; the sound's under "audio"."""
    layout: Layout | None = None
    """What `features.json` tells, where there is one."""

    def read(self, video: str, *, crop: int = 0) -> ClipFeatures:
        """Float32 features of a video's clips, streams and sound cut to the shortest.

        Sound is None where the video has no file of it.

        Raises:
            DatasetMissing: there are no features of this video or crop.
            UserError: a file is damaged, of another width, or streams differ by many clips.
        """
        arrays = {name: self._visual(name, video, crop) for name in self.streams}
        if audio := self._audio(video):
            arrays[AUDIO] = _load(audio, width=self.audio_dim)
        arrays = _cut(arrays, video)
        return ClipFeatures({name: arrays[name] for name in self.streams}, arrays.get(AUDIO))

    def _visual(self, stream: str, video: str, crop: int) -> Float32[np.ndarray, "t d"]:
        files, key = self.files[stream], file_key(video)
        if path := files.get(f"{key}__{crop}"):
            return _load(path, width=self.streams[stream])
        if path := files.get(key):
            return _load(path, width=self.streams[stream], crop=crop)
        raise DatasetMissing(
            f"{self.folder} has no {stream} features of {video}, crop {crop}: looked for "
            f"{video}__{crop}.npy and {video}.npy among {len(files)} files of {FEATURES_SOURCE}"
        )

    def _audio(self, video: str) -> Path | None:
        files, key = self.files.get(AUDIO, {}), file_key(video)
        return files.get(f"{key}__vggish") or files.get(key)


@dataclass(frozen=True)
class C3dFeatures:
    """The archive of C3D fc6 features: 32 segments of each video, as they are (not unit length)."""

    path: Path

    @property
    def streams(self) -> dict[str, int]:
        return {"appearance": self._arrays[1].shape[2]}

    @property
    def audio_dim(self) -> None:
        return None

    @property
    def num_crops(self) -> int:
        return 1

    @property
    def videos(self) -> list[str]:
        """Names in the archive's order."""
        return list(self._arrays[0])

    def read(self, video: str, *, crop: int = 0) -> ClipFeatures:
        """Float32 [32, 4096].

        Raises:
            DatasetMissing: the archive is not there, or has not this video, or crop is not 0.
        """
        rows, features = self._arrays
        if crop or video not in rows:
            raise DatasetMissing(f"{self.path} has no features of {video}, crop {crop}")
        return ClipFeatures({"appearance": features[rows[video]].astype(np.float32)})

    @cached_property
    def _arrays(self) -> tuple[dict[str, int], Float16[np.ndarray, "n t d"]]:
        """Row of each video, and all features: 76 MB."""
        with np.load(existing(self.path, source=C3D_SOURCE)) as archive:
            rows = {str(name): row for row, name in enumerate(archive["names"])}
            return rows, archive["features"]


def open_features(path: Path) -> FeatureReader:
    """The reader of a folder of `.npy` files, or of the C3D `.npz`.

    Raises:
        DatasetMissing: nothing is there that can be read.
    """
    return C3dFeatures(path) if path.suffix == ".npz" else open_folder(path)


def open_folder(folder: Path) -> FolderFeatures:
    """The reader of a folder of features; see `feature_folders` for the layouts it knows.

    Raises:
        DatasetMissing: the folder or a stream is not there.
        UserError: `features.json` or a file is damaged.
    """
    layout = read_layout(folder)
    files = files_by_stream(folder, layout)
    visual = [name for name in files if name != AUDIO]
    audio_dim = _width(files[AUDIO]) if AUDIO in files else None
    return FolderFeatures(
        folder,
        layout.streams if layout else {name: _width(files[name]) for name in visual},
        layout.audio_dim if layout else audio_dim,
        min(_num_crops(files[name]) for name in visual),
        files,
        layout,
    )


def require_audio(features: FeatureReader, dataset: str) -> None:
    """Refuses features without sound for a data set that is asked by sound.

    Raises:
        DatasetMissing: there are none.
    """
    if features.audio_dim is None:
        raise DatasetMissing(
            f"{dataset} is searched by sound, and these features have none: looked for a folder "
            f"called vggish-features, vggish or audio beside RGB; get {FEATURES_SOURCE}"
        )


def _load(path: Path, *, width: int | None, crop: int = 0) -> Float32[np.ndarray, "t d"]:
    array = _mapped(path)
    if array.ndim == 3 and crop < array.shape[1]:
        array = array[:, crop]
    elif array.ndim == 3 or crop:
        raise DatasetMissing(f"{path} has no crop {crop}: its shape is {array.shape}")
    if array.ndim != 2 or not len(array) or array.shape[1] != width:
        raise UserError(f"{path} has the shape {array.shape}, not [clips, {width}]")
    return np.array(array, np.float32)


def _mapped(path: Path) -> np.ndarray:
    try:
        return np.load(path, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise UserError(f"{path} is damaged, or no .npy file: {error}") from None


def _cut(arrays: dict[str, np.ndarray], video: str) -> dict[str, Float32[np.ndarray, "t d"]]:
    """All cut to the shortest: the released flow has one clip less than RGB (METHODS A.3)."""
    lengths = {name: len(array) for name, array in arrays.items()}
    shortest = min(lengths.values())
    if max(lengths.values()) - shortest > MAX_GAP_CLIPS:
        raise UserError(f"{video} has streams of {lengths} clips: they do not belong together")
    return {name: array[:shortest] for name, array in arrays.items()}


def _width(files: FilesByName) -> int:
    return _mapped(next(iter(files.values()))).shape[-1]


def _num_crops(files: FilesByName) -> int:
    """From the names; where they tell none, from the shape of the first file."""
    numbered = [re.search(r"__(\d+)$", key) for key in files]
    if crops := [int(match[1]) for match in numbered if match]:
        return max(crops) + 1
    first = _mapped(next(iter(files.values())))
    return first.shape[1] if first.ndim == 3 else 1
