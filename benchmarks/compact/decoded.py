"""Clips decoded once and kept: training and benchmarks read the same footage many times."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int16, UInt8

from encoders.compact.spec import COMPACT
from segments.files import sha256_of
from segments.media import ClipBatch
from segments.reading import iter_clip_batches, probe

VERSION = 2
"""Raise it when decoding changes, so that old files are not used."""


@dataclass(frozen=True)
class DecodedVideo:
    """What the compact profile sees of one video, clip by clip."""

    video_id: str
    frames: UInt8[np.ndarray, "t f h w 3"]
    motion: Float32[np.ndarray, "t m gh gw 2"]
    audio: Int16[np.ndarray, "t s"] | None

    @property
    def sound(self) -> Float32[np.ndarray, "t s"] | None:
        """Samples of each clip, in [-1, 1]."""
        return None if self.audio is None else self.audio.astype(np.float32) / 32767.0

    def batch(self) -> ClipBatch:
        """All of it as one batch, as the indexer would hand it over."""
        clips = range(len(self.frames))
        times = np.zeros(self.frames.shape[:2])  # no encoder of the profile looks at them
        return ClipBatch(self.video_id, clips, self.frames, times, self.motion, "flow", self.sound)


def decode_video(path: Path, cache: Path) -> DecodedVideo:
    """Decodes a file, or reads what an earlier call kept under the digest of its bytes.

    Raises:
        MediaError: the file cannot be read.
    """
    kept = keep_decoded(path, cache)
    with np.load(kept, allow_pickle=False) as arrays:
        audio = arrays["audio"] if "audio" in arrays else None
        return DecodedVideo(kept.name.split(".")[0], arrays["frames"], arrays["motion"], audio)


def is_decoded(path: Path, cache: Path) -> bool:
    return _kept_file(path, cache).exists()


def keep_decoded(path: Path, cache: Path) -> Path:
    """The file that keeps what is decoded of `path`, made if it is missing."""
    kept = _kept_file(path, cache)
    if not kept.exists():
        _decode_into(kept, path)
    return kept


def _kept_file(path: Path, cache: Path) -> Path:
    return cache / f"{sha256_of(path)}.v{VERSION}.npz"


def _decode_into(kept: Path, path: Path) -> None:
    batches = list(
        iter_clip_batches(
            probe(path),
            frame_size=COMPACT.frame_size,
            frames_per_clip=COMPACT.frames_per_clip,
            fields_per_clip=COMPACT.fields_per_clip,
        )
    )
    arrays = {name: _joined(getattr(b, name) for b in batches) for name in ("frames", "motion")}
    sounds = [batch.audio for batch in batches if batch.audio is not None]
    if sounds:
        arrays["audio"] = (np.concatenate(sounds) * 32767.0).round().astype(np.int16)
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial.npz")
    np.savez(partial, allow_pickle=False, **arrays)
    partial.replace(kept)


def _joined(arrays: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate(list(arrays))
