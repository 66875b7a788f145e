"""One run of `retrace bench local-patterns-library`, from arguments to a record."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from benchmarks.arguments import TaskArguments
from benchmarks.datasets.files import existing
from benchmarks.datasets.frame_labels import open_ped2
from benchmarks.frame_metrics import FrameTrack
from benchmarks.frame_scores.resampling import RankedFrames, intervals
from benchmarks.local_patterns.clips import SHOWN, Say
from benchmarks.local_patterns.library import (
    LabelledVideo,
    WalkwayLibrary,
    at_frames,
    labelled_videos,
)
from benchmarks.local_patterns.scoring import smoothed
from benchmarks.records import RunRecord, digest_of, new_record
from encoders.compact.profile import CompactProfile
from segments.scores import AnomalyTrack

TASK = "local-patterns-library"
SIGMAS = (0.0, 3.0, 10.0)
"""In frames, of the Gaussian over what is read: none, the benchmark's, and a second."""
UNFITTED, FITTED = (
    "not fitted: speed of the fastest window",
    "fitted on the other clips' normal frames",
)


class LibraryArguments(TaskArguments):
    """Ped2 through `retrace index` and `retrace train local-patterns --part rm`."""

    task: str = TASK
    shared: Path
    work: Path = Path("runs/local-patterns-library")
    regions: str = "windows"
    seeds: int = 1
    """Of the fitted camera, metrics being means over them."""
    rounds: int = 1000
    """Bootstrap rounds."""


def run_library(arguments: LibraryArguments, *, say: Say = lambda text: None) -> RunRecord:
    """Indexes the clips and what is normal in them, and reads the curves of each clip.

    Raises:
        DatasetMissing: clips or labels are not in the shared folder.
        IndexMismatch: the work folder holds a library with other regions.
        WeightsMissing: the compact profile is not on this machine.
    """
    started = time.perf_counter()
    folder = arguments.shared / "data" / "ucsd-ped2"
    labels = existing(folder / "labels.csv", source="this project's shared data")
    videos = labelled_videos(folder, open_ped2(folder), arguments.work / "normal")
    library = WalkwayLibrary(arguments.work / "library", videos, regions=arguments.regions)
    say(f"indexed {sum(1 + len(video.normal) for video in videos)} videos")
    curves = {UNFITTED: [library.unfitted()]}
    curves[FITTED] = [library.fitted(seed=seed) for seed in range(arguments.seeds)]
    rows = [
        _row(name, runs, videos, sigma=sigma, rounds=arguments.rounds)
        for name, runs in curves.items()
        for sigma in SIGMAS
    ]
    return new_record(
        TASK,
        command=arguments.command,
        seed=0,
        data={"ucsd-ped2": digest_of([labels, *(video.path for video in videos)])},
        weights=CompactProfile.load().manifest.digests,
        timings_s={"all": round(time.perf_counter() - started, 1)},
        arguments=arguments.model_dump(mode="json"),
        scores={"rows": rows},
    )


def _row(
    name: str,
    runs: Sequence[Sequence[AnomalyTrack]],
    videos: Sequence[LabelledVideo],
    *,
    sigma: float,
    rounds: int,
) -> dict[str, Any]:
    ranked = [
        RankedFrames(
            [
                FrameTrack(_read(track, video, sigma), video.truth)
                for track, video in zip(tracks, videos, strict=True)
            ]
        )
        for tracks in runs
    ]
    found = intervals(ranked, len(videos), rounds=rounds)
    return {"name": name, "sigma_frames": sigma} | {
        metric: [found[metric].value, found[metric].low, found[metric].high] for metric in SHOWN
    }


def _read(track: AnomalyTrack, video: LabelledVideo, sigma: float) -> Float[np.ndarray, " f"]:
    frames = at_frames(track, video.pts_s)
    return smoothed(frames, "centred", sigma=sigma) if sigma else frames
