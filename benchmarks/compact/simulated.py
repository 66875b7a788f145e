"""Simulated clips as material: what they show, in words of their split."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from benchmarks.compact.decoded import DecodedVideo
from benchmarks.simulator.library import Progress, write_library
from benchmarks.simulator.regions import regions
from benchmarks.simulator.scenes import Scene, Split
from segments.levels import CLIP_S

CAPTIONS = {"train": 6, "test": 1}


@dataclass(frozen=True)
class SimulatedClip:
    """One rendered scene with its sentences."""

    path: Path
    captions: tuple[str, ...]
    scene: Scene

    @property
    def meaning(self) -> str:
        return self.path.stem


def simulated_clips(
    folder: Path, split: Split, count: int, *, num_workers: int, progress: Progress | None = None
) -> list[SimulatedClip]:
    """The first `count` scenes of a split, rendered into `folder` where they are missing."""
    clips = write_library(
        folder / split,
        count=count,
        split=split,
        num_captions=CAPTIONS[split],
        num_workers=num_workers,
        progress=progress,
    )
    return [SimulatedClip(folder / split / clip.file, clip.captions, clip.scene) for clip in clips]


def picture_times(video: DecodedVideo) -> Float64[np.ndarray, "t f"]:
    """When each picture of each clip is taken, in seconds."""
    num_clips, per_clip = video.frames.shape[:2]
    within = (np.arange(per_clip) + 0.5) / per_clip
    return (np.arange(num_clips)[:, None] + within) * CLIP_S


def shown_regions(
    scene: Scene, time_s: float, *, most: int
) -> tuple[Float64[np.ndarray, "k 4"], list[str]]:
    """Up to `most` boxes, nearest first, as shares of the picture's size, with a few words each."""
    shown_s = np.floor(time_s * scene.fps) / scene.fps
    found = regions(scene, float(shown_s))[::-1][:most]
    size = np.array([scene.width, scene.height] * 2, np.float64)
    boxes = np.array([region.box for region in found]).reshape(-1, 4) / size
    return boxes, [region.caption for region in found]
