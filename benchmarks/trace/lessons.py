"""What TRACE learns from: simulated footage with captions of what happens, none of which says when.

Two sorts of lessons, both without labels: the untrimmed training videos, each with a plain sentence
per event of its own (normal and anomalous alike, in no order, without times), and short scenes with
one event each. Sentences are the simulator's training wordings without garments, colours and ways:
what generic captions say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.datasets.drawn import (
    Progress,
    SimulatedFeatures,
    features_key,
    features_name,
    make_features,
)
from benchmarks.simulator.clauses import CLAUSES
from benchmarks.simulator.events import EVENTS
from benchmarks.simulator.programme import Video, programme
from benchmarks.simulator.sampling import sample_scene, split_seeds
from benchmarks.simulator.scenes import Event, Scene
from benchmarks.simulator.videos import FPS
from benchmarks.simulator.wording import NOUNS
from detectors.trace.training import Footage, Lesson
from segments.levels import CLIP_S

FIRST_SEED = 6000
"""Of the short scenes, beyond the seeds of the untrimmed videos."""
SCENE_CLIPS = (9, 22)
"""Fewest and most clips of a short scene: about 6 to 14 s."""


@dataclass(frozen=True)
class Lessons:
    """Lessons with the sentences that their rows stand for."""

    lessons: tuple[Lesson, ...]
    sentences: tuple[str, ...]


def simulated_lessons(
    work: Path,
    *,
    videos: int,
    scenes: int,
    num_workers: int = 2,
    progress: Progress | None = None,
) -> Lessons:
    """The first training videos and scenes, whose features are drawn where they are missing.

    Args:
        work: the folder of the simulated benchmark's features.
    """
    footage = [*programme("train", videos), *short_scenes(scenes)]
    folder = work / features_key()
    files = {video.name: folder / features_name(video) for video in footage}
    jobs = [(video, files[video.name]) for video in footage]
    make_features(jobs, num_workers=num_workers, progress=progress)
    features = SimulatedFeatures(files)
    return lessons_of(footage, features)


def lessons_of(footage: Iterable[Video], features: SimulatedFeatures) -> Lessons:
    """One lesson per video: everything that happens in it, in plain words."""
    rows: dict[str, int] = {}
    lessons = [
        Lesson(
            partial(_read, features, video.name),
            tuple(
                tuple(rows.setdefault(text, len(rows)) for text in plain_wordings(event))
                for event in video.scene.events
            ),
        )
        for video in footage
    ]
    return Lessons(tuple(lessons), tuple(rows))


def short_scenes(count: int) -> list[Video]:
    """Scenes with one event, of every kind in turn."""
    kinds = sorted(EVENTS)
    seeds = split_seeds("train", count, start=FIRST_SEED)
    return [
        Video(f"scene-train-{k:05d}", "train", _scene(seed, kinds[k % len(kinds)]), ())
        for k, seed in enumerate(seeds)
    ]


def plain_wordings(event: Event) -> Sequence[str]:
    """What happens, in each of the training wordings: "a man fights with a woman"."""
    names = [f"a {NOUNS[actor.kind]['train'][0]}" for actor in event.cast[:2]]
    patterns = CLAUSES[event.kind]["train"]
    return [p.format(a=names[0], b=names[-1], way="").strip() for p in patterns]


def _scene(seed: int, kind: str) -> Scene:
    fewest, most = SCENE_CLIPS
    clips = int(np.random.default_rng([seed, 5]).integers(fewest, most + 1))
    duration_s = round(clips * CLIP_S, 2)
    return replace(sample_scene(seed, duration_s=duration_s, kind=kind, has_sound=True), fps=FPS)


def _read(features: SimulatedFeatures, video: str) -> Footage:
    streams = features.read(video).streams
    return streams["appearance"], streams["motion"]
