"""A folder of clip features in the layout that benchmarks and training read.

DIR/
  features.json             what made them, and of which files (`FeatureRecord`)
  STREAM/VIDEO__0.npy       float32 [t d] per visual stream; crop 0 is the whole picture
  audio/VIDEO.npy           float32 [t d] where the file has sound
  .partial/VIDEO/           of videos that are being read
"""

import shutil
import time
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from encoders.base import Profile
from indexer.discovery import FoundFile
from indexer.features import VideoFeatures
from segments.errors import UserError
from segments.files import sync_folder, write_atomically
from segments.levels import CLIP_S
from segments.store.lock import OwnerLock

SAVE_EVERY_S = 5.0
"""A killed run loses at most the record of this long; those videos are read again."""


class FileStamp(BaseModel):
    """What a file looked like when it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size_bytes: int
    mtime_ns: int


class FeatureRecord(BaseModel):
    """`features.json`. A video is complete once it is listed."""

    model_config = ConfigDict(extra="forbid")

    profile: str
    streams: dict[str, int] = {}
    """Width by visual stream, in the profile's order; empty before the first video."""
    audio_dim: int | None = None
    """None as long as no video has sound."""
    clip_s: float = CLIP_S
    digests: dict[str, str]
    """SHA-256 of the profile's weights by name."""
    videos: dict[str, str] = {}
    """Source file name by video."""
    stamps: dict[str, FileStamp] = {}
    """By video."""


class FeatureFolder:
    """The folder, open for writing by this process alone."""

    def __init__(self, root: Path, profile: Profile) -> None:
        """Opens the folder, or makes it.

        Raises:
            UserError: it holds something else, or features of another profile or other weights.
            LibraryError: another process is writing to it.
        """
        self._root = root
        self._streams = profile.spec.streams
        manifest = profile.manifest
        self._record = _load(root) or FeatureRecord(
            profile=manifest.profile, digests=manifest.digests
        )
        _require_same(root, self._record, profile)
        root.mkdir(parents=True, exist_ok=True)
        self._lock = OwnerLock.acquire(root / ".lock")
        self._sweep()
        self._save()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._save()
        self._sweep()
        self._lock.release()

    def has(self, video: str, file: FoundFile) -> bool:
        """Whether the features of this very file are there: same name, size and time."""
        is_same = self._record.videos.get(video) == file.path.name
        return is_same and self._record.stamps.get(video) == _stamp(file)

    def begin(self, video: str, num_clips: int) -> VideoFeatures:
        """Memory-mapped arrays for a video; what was there of it is deleted."""
        if video in self._record.videos:
            del self._record.videos[video], self._record.stamps[video]
            self._save()
        for path in (*self._stream_files(video).values(), self._audio_file(video)):
            path.unlink(missing_ok=True)
        return VideoFeatures(num_clips, self._partial / video)

    def finish(self, video: str, file: FoundFile, features: VideoFeatures) -> None:
        """Moves a complete video's arrays to their places and lists it."""
        sample = features.read(range(0))
        self._record.streams = {name: sample.streams[name].shape[1] for name in self._streams}
        if sample.audio is not None:
            self._record.audio_dim = sample.audio.shape[1]
        written = features.release()
        for name, target in self._stream_files(video).items():
            _move(written[f"stream.{name}"], target)
        if sample.audio is not None:
            _move(written["audio"], self._audio_file(video))
        features.discard()
        self._record.videos[video] = file.path.name
        self._record.stamps[video] = _stamp(file)
        if time.monotonic() - self._saved > SAVE_EVERY_S:
            self._save()

    @property
    def _partial(self) -> Path:
        return self._root / ".partial"

    def _stream_files(self, video: str) -> dict[str, Path]:
        return {name: self._root / name / f"{video}__0.npy" for name in self._streams}

    def _audio_file(self, video: str) -> Path:
        return self._root / "audio" / f"{video}.npy"

    def _save(self) -> None:
        content = self._record.model_dump_json(indent=2)
        write_atomically(self._root / "features.json", content.encode())
        self._saved = time.monotonic()

    def _sweep(self) -> None:
        if self._partial.exists():
            shutil.rmtree(self._partial)


def _load(root: Path) -> FeatureRecord | None:
    """None where the folder is new or empty."""
    path = root / "features.json"
    try:
        return FeatureRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UserError(f"{path} is damaged: {error}") from None
    except NotADirectoryError:
        raise UserError(f"{root} is a file: name a folder for the features") from None
    except FileNotFoundError:
        if root.exists() and any(not path.name.startswith(".") for path in root.iterdir()):
            raise UserError(
                f"{root} holds something else and no features.json: name a new or an empty folder"
            ) from None
        return None


def _require_same(root: Path, record: FeatureRecord, profile: Profile) -> None:
    manifest = profile.manifest
    names = sorted(record.digests | manifest.digests)
    different = [n for n in names if record.digests.get(n) != manifest.digests.get(n)]
    if record.profile != manifest.profile:
        reason = f"the profile {record.profile!r}, not of {manifest.profile!r}"
    elif different or record.clip_s != CLIP_S:
        reason = f"{record.profile!r} with other weights or clips ({', '.join(different)})"
    else:
        return
    raise UserError(f"{root} holds features of {reason}: extract into a new folder with --out NEW")


def _stamp(file: FoundFile) -> FileStamp:
    return FileStamp(size_bytes=file.size_bytes, mtime_ns=file.mtime_ns)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    source.replace(target)
    sync_folder(target.parent)
