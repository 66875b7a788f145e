"""What TRACE learns from: simulated footage with captions of what happens, without labels.

Two sorts of lessons: the untrimmed training videos, each with a plain sentence per event of its own
(normal and anomalous alike), and short scenes with one event each. As in dense captioning, a
sentence says from when until when it holds, and stretches without events have one that says that
nothing happens; or nobody says when. No sentence says whether anything is wrong. They are the
simulator's training wordings without garments, colours and ways: what generic captions say.
"""

import math
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
from detectors.trace.batches import Footage, Lesson, Said
from segments.levels import CLIP_S, count_clips

FIRST_SEED = 6000
"""Of the short scenes, beyond the seeds of the untrimmed videos."""
SCENE_CLIPS = (9, 22)
"""Fewest and most clips of a short scene: about 6 to 14 s."""
NOTHING = (
    "nothing happens here",
    "the place is empty and nobody is there",
    "an empty scene without any people",
    "nothing is going on",
)
"""What is said where no event goes on, in any place."""
PAUSE_CLIPS = 3
"""Shorter stretches between events go without a sentence."""


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
    timed: bool = True,
    num_workers: int = 2,
    progress: Progress | None = None,
) -> Lessons:
    """The first training videos and scenes, whose features are drawn where they are missing.

    Args:
        work: the folder of the simulated benchmark's features.
        timed: whether the sentences say when.
    """
    footage = [*programme("train", videos), *short_scenes(scenes)]
    folder = work / features_key()
    files = {video.name: folder / features_name(video) for video in footage}
    jobs = [(video, files[video.name]) for video in footage]
    make_features(jobs, num_workers=num_workers, progress=progress)
    features = SimulatedFeatures(files)
    return lessons_of(footage, features, timed=timed)


def lessons_of(footage: Iterable[Video], features: SimulatedFeatures, *, timed: bool) -> Lessons:
    """One lesson per video: everything that happens in it, in plain words.

    Args:
        timed: whether the sentences say when, and others where nothing happens.
    """
    rows: dict[str, int] = {}
    lessons = [
        Lesson(
            partial(_read, features, video.name),
            tuple(
                Said(tuple(rows.setdefault(text, len(rows)) for text in texts), span)
                for texts, span in told(video.scene, timed=timed)
            ),
        )
        for video in footage
    ]
    return Lessons(tuple(lessons), tuple(rows))


def told(scene: Scene, *, timed: bool) -> list[tuple[Sequence[str], range | None]]:
    """The wordings of everything that is said of a scene, each with its clips where known."""
    if not timed:
        return [(plain_wordings(event), None) for event in scene.events]
    events = [(plain_wordings(event), span_of(event, scene)) for event in scene.events]
    return [*events, *((NOTHING, pause) for pause in pauses_of(scene))]


def span_of(event: Event, scene: Scene) -> range:
    """The clips whose middle lies within an event."""
    first, last = (math.ceil(time_s / CLIP_S - 0.5) for time_s in (event.start_s, event.end_s))
    return range(max(0, first), min(count_clips(scene.duration_s), last))


def pauses_of(scene: Scene) -> list[range]:
    """Stretches of at least PAUSE_CLIPS clips without any event."""
    length = count_clips(scene.duration_s)
    spans = sorted((span_of(event, scene) for event in scene.events), key=lambda span: span.start)
    pauses, end = [], 0
    for span in [*spans, range(length, length)]:
        if span.start - end >= PAUSE_CLIPS:
            pauses.append(range(end, span.start))
        end = max(end, span.stop)
    return pauses


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
