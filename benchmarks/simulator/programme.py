"""The videos of the simulated benchmark: which seeds, under which names, with which sentences."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.simulator.sampling import split_seeds
from benchmarks.simulator.scenes import Scene, Split
from benchmarks.simulator.video_captions import video_captions
from benchmarks.simulator.videos import sample_video, video_name

CAPTIONS: dict[Split, int] = {"train": 4, "test": 1}
"""Sentences of each video."""
NUM_VIDEOS: dict[Split, int] = {"train": 1000, "test": 250}


@dataclass(frozen=True)
class Video:
    """One untrimmed video, before it is drawn."""

    name: str
    split: Split
    scene: Scene
    captions: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "name": self.name,
            "split": self.split,
            "captions": list(self.captions),
            "scene": self.scene.to_dict(),
        }


def programme(split: Split, count: int) -> list[Video]:
    """The first `count` videos of a split; each is the same whatever `count` is."""
    return [_video(split, k, seed) for k, seed in enumerate(split_seeds(split, count))]


def specification_digest(videos: Iterable[Video]) -> str:
    """SHA-256 over everything that is decided before a picture is drawn."""
    digest = hashlib.sha256()
    for video in videos:
        digest.update(json.dumps(video.to_dict(), sort_keys=True).encode())
    return digest.hexdigest()


def _video(split: Split, index: int, seed: int) -> Video:
    scene = sample_video(seed)
    rng = np.random.default_rng([seed, 12])
    texts = video_captions(scene, split=split, count=CAPTIONS[split], rng=rng)
    return Video(video_name(split, index), split, scene, tuple(texts))
