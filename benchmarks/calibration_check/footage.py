"""Normal simulated footage as tracks: by detector, and by the place that stands for a camera."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from benchmarks.datasets.simulated import SimulatedBenchmark, open_simulated
from benchmarks.frame_scores.clips import Look
from benchmarks.frame_scores.detectors import TRIVIAL, profile_run
from benchmarks.frame_scores.sources import SimulatedClips
from encoders.base import Profile
from segments.levels import CLIP_S
from segments.scores import AnomalyTrack

Detect = Callable[[Look], Float32[np.ndarray, " t"]]
Cameras = Mapping[str, Sequence[AnomalyTrack]]
"""Tracks by camera."""
Progress = Callable[[int, int], None]


def detectors_of(profile: Profile) -> dict[str, Detect]:
    """Those to calibrate, by the name that the table shows."""
    names = ("change", "loudness")
    return {"alan": profile_run(profile).detect} | {name: TRIVIAL[name] for name in names}


def normal_footage(
    work: Path, profile: Profile, progress: Progress | None = None
) -> tuple[SimulatedBenchmark, dict[str, Cameras]]:
    """Every normal video of both splits, scored by each detector; cameras are places."""
    benchmark = open_simulated(work, query="text", progress=progress)
    clips, detectors = SimulatedClips(benchmark), detectors_of(profile)
    found: dict[str, dict[str, list[AnomalyTrack]]] = {name: {} for name in detectors}
    for item in benchmark.items:
        if not item.is_anomalous:
            look = next(clips.looks(item.video))
            place = benchmark.scene(item.video).place
            for name, detect in detectors.items():
                found[name].setdefault(place, []).append(to_track(name, detect(look)))
    return benchmark, dict(found)


def to_track(detector: str, scores: Float32[np.ndarray, " t"]) -> AnomalyTrack:
    times = np.arange(len(scores) + 1) * CLIP_S
    return AnomalyTrack(detector, scores, times[:-1], float(times[-1]))
