"""Writes folders of scenes."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.simulator.captions import captions
from benchmarks.simulator.clips import write_clip
from benchmarks.simulator.sampling import sample_scene, split_seeds
from benchmarks.simulator.scenes import Scene, Split, frame_labels
from segments.files import write_atomically

Progress = Callable[[int, int], None]
"""Called with the clips that are done and the clips in all."""
LISTING = "scenes.jsonl"


@dataclass(frozen=True)
class Clip:
    """One file of a library of scenes."""

    file: str
    """Name within the folder."""
    captions: tuple[str, ...]
    labels: tuple[bool, ...]
    """Whether something anomalous goes on at the middle of each second."""
    scene: Scene

    def to_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "captions": list(self.captions),
            "labels": [int(label) for label in self.labels],
            "scene": self.scene.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Clip":
        scene = Scene.from_dict(values["scene"])
        labels = tuple(bool(label) for label in values["labels"])
        return cls(values["file"], tuple(values["captions"]), labels, scene)


def write_library(
    folder: Path,
    *,
    count: int,
    split: Split,
    seed: int = 0,
    num_captions: int = 4,
    duration_s: float = 6.0,
    codec: str = "libx264",
    num_workers: int = 1,
    progress: Progress | None = None,
) -> list[Clip]:
    """Writes `count` short scenes of a split and `scenes.jsonl`, which lists them.

    A clip whose file is there is not drawn again, so an interrupted run goes on where it stopped.

    Args:
        seed: the first scene's place in the split's row of seeds.
    """
    seeds = split_seeds(split, count, start=seed)
    scenes = [sample_scene(s, duration_s=duration_s) for s in seeds]
    names = [f"{split}-{s:06d}.mp4" for s in seeds]
    clips = [
        describe_clip(name, scene, split, num_captions)
        for name, scene in zip(names, scenes, strict=True)
    ]
    write_clips(folder, clips, codec=codec, num_workers=num_workers, progress=progress)
    return clips


def write_clips(
    folder: Path,
    clips: Sequence[Clip],
    *,
    codec: str = "libx264",
    num_workers: int = 1,
    progress: Progress | None = None,
) -> None:
    """Writes the files that are missing, then the listing."""
    missing = [clip for clip in clips if not (folder / clip.file).exists()]
    done = len(clips) - len(missing)
    for _ in _written(folder, missing, codec, num_workers):
        done += 1
        if progress:
            progress(done, len(clips))
    lines = [json.dumps(clip.to_dict()) + "\n" for clip in clips]
    write_atomically(folder / LISTING, "".join(lines).encode())


def read_listing(folder: Path) -> list[Clip]:
    """The clips that `write_clips` put into a folder."""
    lines = (folder / LISTING).read_text(encoding="utf-8").splitlines()
    return [Clip.from_dict(json.loads(line)) for line in lines]


def describe_clip(name: str, scene: Scene, split: Split, num_captions: int = 1) -> Clip:
    """The entry of a scene that is to be written under a name."""
    rng = np.random.default_rng([scene.seed, 8])
    middles_s = np.arange(int(scene.duration_s)) + 0.5
    labels = tuple(bool(label) for label in frame_labels(scene, middles_s))
    return Clip(
        name, tuple(captions(scene, split=split, count=num_captions, rng=rng)), labels, scene
    )


def _written(folder: Path, clips: Sequence[Clip], codec: str, num_workers: int) -> Iterator[None]:
    jobs = [(folder / clip.file, clip.scene, codec) for clip in clips]
    if num_workers < 2:
        yield from map(_write, jobs)
        return
    with ProcessPoolExecutor(
        num_workers, mp_context=get_context("spawn"), initializer=_one_thread
    ) as pool:
        for job in as_completed([pool.submit(_write, job) for job in jobs]):
            yield job.result()


def _write(job: tuple[Path, Scene, str]) -> None:
    path, scene, codec = job
    write_clip(scene, path, codec=codec)


def _one_thread() -> None:
    cv2.setNumThreads(1)
