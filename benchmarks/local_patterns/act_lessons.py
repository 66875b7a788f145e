"""What the act network learns from: regions of simulated videos, and captions that say when.

The captions are TRACE's (`benchmarks.trace.lessons`): plain sentences of everything that happens,
normal and anomalous alike, and of nothing happening. None says which region it is about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from benchmarks.datasets.drawn import (
    Progress,
    SimulatedFeatures,
    features_key,
    features_name,
    make_features,
)
from benchmarks.local_patterns.simulated_footage import SimulatedRegions
from benchmarks.simulator.programme import Video
from benchmarks.trace.lessons import told
from detectors.local_patterns.acts.batches import ActFootage, ActLesson
from detectors.local_patterns.acts.traits import region_traits
from detectors.local_patterns.stored import StoredRegions
from detectors.trace.batches import Said
from encoders.compact.profile import CompactProfile

Motion = Float32[np.ndarray, "t m"]


@dataclass(frozen=True)
class ActLessons:
    """Lessons with the sentences that their rows stand for."""

    lessons: tuple[ActLesson, ...]
    sentences: tuple[str, ...]


def act_lessons(
    videos: Sequence[Video],
    profile: CompactProfile,
    work: Path,
    *,
    progress: Progress | None = None,
) -> ActLessons:
    """One lesson per video; what is missing of their regions and features is drawn first.

    Args:
        work: the folder of the simulated benchmark.
    """
    motion = scene_motion(videos, work)
    regions = SimulatedRegions.of(profile, work)
    for done, video in enumerate(videos, start=1):
        regions.read(video)
        if progress:
            progress(done, len(videos))
    rows: dict[str, int] = {}
    lessons = [
        ActLesson(
            cache(partial(_read, video, regions, motion)),
            tuple(
                Said(tuple(rows.setdefault(text, len(rows)) for text in texts), span)
                for texts, span in told(video.scene, timed=True)
            ),
        )
        for video in videos
    ]
    return ActLessons(tuple(lessons), tuple(rows))


def scene_motion(videos: Sequence[Video], work: Path) -> Callable[[Video], Motion]:
    """The motion of every video's clips, whose features are drawn first where they are missing."""
    folder = work / features_key()
    files = {video.name: folder / features_name(video) for video in videos}
    make_features([(video, files[video.name]) for video in videos], num_workers=1, progress=None)
    features = SimulatedFeatures(files)
    return lambda video: features.read(video.name).streams["motion"].astype(np.float32)


def footage_of(regions: StoredRegions, motion: Motion) -> ActFootage:
    """Regions of a video as the network learns from them."""
    clips, pictures, _ = np.nonzero(regions.is_there)
    return ActFootage(
        motion=motion[: len(regions)],
        patterns=regions.patterns[regions.is_there],
        traits=region_traits(regions),
        clips=clips.astype(np.int64),
        pictures=pictures.astype(np.int64),
    )


def _read(video: Video, regions: SimulatedRegions, motion: Callable[[Video], Motion]) -> ActFootage:
    return footage_of(regions.read(video), motion(video))
