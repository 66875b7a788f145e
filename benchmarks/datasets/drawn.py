"""Features of drawn videos: made once, kept in one small file per video."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Float32

from benchmarks.datasets.base import DatasetMissing
from benchmarks.simulator.measures import measure_clip, measure_video
from benchmarks.simulator.programme import Video
from benchmarks.simulator.recording import DrawnClip, Recording, fingerprint
from encoders.compact.appearance import DIM as APPEARANCE_DIM
from encoders.compact.clips import ClipEncoders
from encoders.compact.models import CompactModels, read_digests
from encoders.compact.motion import DIM as MOTION_DIM
from encoders.compact.sound import DIM as SOUND_DIM
from encoders.compact.spec import WEIGHTS
from segments.files import write_atomically
from segments.vectors import ClipFeatures

Progress = Callable[[int, int], None]
"""Called with the videos that are done and the videos in all."""
CLIPS_AT_ONCE = 8
"""More take more memory and no less time."""
STREAMS = {"appearance": APPEARANCE_DIM, "motion": MOTION_DIM}


@dataclass(frozen=True)
class SimulatedFeatures:
    """Features and measures of drawn videos, one `.npz` file each; all numbers are float16."""

    files: dict[str, Path]
    """By video."""
    streams: dict[str, int] = field(default_factory=lambda: dict(STREAMS))
    audio_dim: int | None = SOUND_DIM
    num_crops: int = 1

    def read(self, video: str, *, crop: int = 0) -> ClipFeatures:
        """Float32 features of a video's clips.

        Raises:
            DatasetMissing: the video or the crop is not there.
        """
        if crop:
            raise DatasetMissing(f"{crop = }: a simulated video has the centre crop 0 only")
        arrays = self._load(video)
        streams = {name: arrays[name].astype(np.float32) for name in self.streams}
        return ClipFeatures(streams, arrays["audio"].astype(np.float32))

    def measures(self, video: str) -> Float32[np.ndarray, "t k"]:
        """What needs no network (`benchmarks.simulator.measures`).

        Raises:
            DatasetMissing: the video is not there.
        """
        return self._load(video)["measures"].astype(np.float32)

    def _load(self, video: str) -> dict[str, np.ndarray]:
        path = self.files.get(video)
        if path is None or not path.exists():
            raise DatasetMissing(
                f"no features of {video!r}: `open_simulated` makes what is missing, and was "
                f"asked for {len(self.files)} videos"
            )
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)


def features_key() -> str:
    """Changes with the drawing, the sounds, and the encoders' weights."""
    digests = read_digests(WEIGHTS)
    parts = [f"{part}.safetensors" for part in ("appearance", "motion", "sound")]
    known = json.dumps([fingerprint(), *(digests[part] for part in parts)])
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def features_name(video: Video) -> str:
    """Name of the file of a video's features, which changes with its scene."""
    scene = json.dumps(video.scene.to_dict(), sort_keys=True)
    return f"{video.name}.{hashlib.sha256(scene.encode()).hexdigest()[:12]}.npz"


def make_features(
    jobs: Sequence[tuple[Video, Path]], *, num_workers: int, progress: Progress | None
) -> None:
    """Draws the videos whose files are missing; each file is there completely or not at all."""
    missing = [(video, path) for video, path in jobs if not path.exists()]
    done = len(jobs) - len(missing)
    for _ in _made(missing, num_workers):
        done += 1
        if progress:
            progress(done, len(jobs))


def _made(jobs: Sequence[tuple[Video, Path]], num_workers: int) -> Iterator[None]:
    if num_workers < 2 or len(jobs) < 2:
        maker = _Maker()
        for video, path in jobs:
            yield maker.make(video, path)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(num_workers, mp_context=context, initializer=_start) as pool:
        for job in as_completed([pool.submit(_make_one, *job) for job in jobs]):
            yield job.result()


class _Maker:
    """Draws videos and keeps their features; loads the encoders once."""

    @cached_property
    def encoders(self) -> ClipEncoders:
        return CompactModels.load(WEIGHTS).encoders

    def make(self, video: Video, path: Path) -> None:
        recording = Recording(video.scene)
        sound = recording.sound()
        assert sound is not None, f"{video.name} has no sound"
        parts = [self._look(clips) for clips in _batches(recording.clips())]
        seen = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        arrays = {name: rows[list(recording.shown)] for name, rows in seen.items()}
        arrays["audio"] = self.encoders.hear(sound)
        arrays["measures"] = measure_video(arrays["measures"], sound)
        write_atomically(path, _packed(arrays))

    def _look(self, clips: Sequence[DrawnClip]) -> dict[str, Float32[np.ndarray, "t _"]]:
        return {
            "appearance": self.encoders.look(np.stack([clip.frames for clip in clips])),
            "motion": self.encoders.follow(np.stack([clip.motion for clip in clips])),
            "measures": np.stack([measure_clip(clip) for clip in clips]),
        }


def _batches(clips: Iterator[DrawnClip]) -> Iterator[list[DrawnClip]]:
    while batch := list(islice(clips, CLIPS_AT_ONCE)):
        yield batch


def _packed(arrays: dict[str, Float32[np.ndarray, "t _"]]) -> bytes:
    content = io.BytesIO()
    halves = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez(content, allow_pickle=False, **halves)
    return content.getvalue()


_MAKERS: list[_Maker] = []
"""One in each worker process."""


def _start() -> None:
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    _MAKERS.append(_Maker())


def _make_one(video: Video, path: Path) -> None:
    _MAKERS[0].make(video, path)
