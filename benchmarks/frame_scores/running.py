"""One run of one detection benchmark, from arguments to a record."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets.base import DatasetMissing
from benchmarks.frame_metrics import FrameTrack
from benchmarks.frame_scores.arguments import FrameArguments
from benchmarks.frame_scores.detectors import (
    ALAN,
    CHANCE,
    TRACE,
    Run,
    checkpoint_run,
    network_missing,
    profile_run,
    require_known,
    trace_digests,
    trace_run,
    trivial_runs,
)
from benchmarks.frame_scores.resampling import (
    METRICS,
    ChanceFrames,
    RankedFrames,
    Resampled,
    intervals,
    point_values,
)
from benchmarks.frame_scores.scoring import Progress, ScoredVideo, score_videos
from benchmarks.frame_scores.tasks import TASKS, FrameTask, open_task
from benchmarks.records import RunRecord, digest_of, new_record
from encoders.alan.model import CONFIG_FILE, WEIGHTS_FILE
from segments.arrays import to_npz
from segments.errors import UserError
from segments.files import write_atomically


def run_frames(
    arguments: FrameArguments, *, scores_dir: Path | None = None, progress: Progress | None = None
) -> RunRecord:
    """Scores a task's frames by every detector, and says how well they tell them apart.

    Args:
        scores_dir: where to keep `VIDEO.npz` of `truth` and each detector's scores by frame
            ("alan.0" is its first checkpoint's).
        progress: told of videos that are drawn, then of videos that are scored.

    Raises:
        DatasetMissing: labels, features, videos or a network are missing; says how to get them.
        UserError: an option is not for this task, or files do not fit each other.
        WeightsMissing: a checkpoint cannot be used.
    """
    started = time.perf_counter()
    task = open_task(arguments, progress=progress)
    runs = detector_runs(task, arguments)
    opened = time.perf_counter()
    scored = score_videos(task, runs, smooth=arguments.smooth, progress=progress)
    if scores_dir is not None:
        save_scores(scored, runs, scores_dir)
    read = time.perf_counter()
    scores = measure(scored, runs, rounds=arguments.rounds)
    ended = time.perf_counter()
    return new_record(
        arguments.task,
        command=arguments.command,
        seed=0,
        data=_data_digests(task, scored),
        weights=_weight_digests(task, arguments),
        timings_s={
            "open": round(opened - started, 1),
            "score": round(read - opened, 1),
            "measure": round(ended - read, 1),
        },
        arguments=arguments.model_dump(mode="json"),
        scores=scores,
    )


def replay(record: RunRecord) -> RunRecord:
    """Runs again what a record tells of; paths are those of the first run.

    Raises:
        ValueError: it is not the record of such a run.
    """
    return run_frames(FrameArguments.model_validate(record.arguments))


def detector_runs(task: FrameTask, arguments: FrameArguments) -> list[Run]:
    """The detectors that were asked for, and every trivial one that can be.

    Raises:
        UserError: no such detector, or another number of checkpoints than of seeds.
        DatasetMissing: "alan" is asked for and there is no network, or "trace" and no words.
    """
    require_known(arguments.detector, task.clips.senses)
    networks = _networks(task, arguments) if ALAN in arguments.detector else []
    traces = [_trace(task)] if TRACE in arguments.detector else []
    return [*networks, *traces, *trivial_runs(task.clips.senses)]


def measure(scored: Sequence[ScoredVideo], runs: Sequence[Run], *, rounds: int) -> dict[str, Any]:
    """The part of the record that a table is made of; None stands for what is not defined."""
    rows = dict[str, list[int]]()
    for row, run in enumerate(runs):
        rows.setdefault(run.name, []).append(row)
    truths = [video.track(0) for video in scored]
    found = {
        name: _measure([[video.track(row) for video in scored] for row in of_name], rounds)
        for name, of_name in rows.items()
    }
    return {
        "num_videos": len(scored),
        "num_with_both": sum(track.has_both for track in truths),
        "num_frames": sum(len(video.truth) for video in scored),
        "num_abnormal": int(sum(video.truth.sum() for video in scored)),
        "detectors": found | {CHANCE: _summary([ChanceFrames(truths)], len(scored), rounds)},
    }


def save_scores(scored: Sequence[ScoredVideo], runs: Sequence[Run], folder: Path) -> None:
    """One `VIDEO.npz` each: `truth`, and float32 scores per frame by detector and seed."""
    names = [f"{run.name}.{_seed(runs, row)}" for row, run in enumerate(runs)]
    for video in scored:
        arrays = dict(zip(names, video.scores, strict=True))
        write_atomically(folder / f"{video.video}.npz", to_npz({"truth": video.truth, **arrays}))


def _networks(task: FrameTask, arguments: FrameArguments) -> list[Run]:
    folders, seeds = arguments.checkpoint, arguments.seeds
    if not folders and (task.profile is None or seeds is not None):
        raise network_missing(TASKS[task.name].training, seeds)
    if folders and seeds not in (None, len(folders)):
        raise UserError(
            f"--seeds {seeds} with {len(folders)} checkpoints: name one --checkpoint per seed"
        )
    if folders:
        return [checkpoint_run(folder, device=arguments.device) for folder in folders]
    assert task.profile is not None
    return [profile_run(task.profile)]


def _trace(task: FrameTask) -> Run:
    if task.profile is None:
        raise DatasetMissing(
            "trace compares pictures with words, and what made these features is not on this "
            "machine: make them with `retrace features extract`, or name the footage by --videos"
        )
    return trace_run(task.profile)


def _seed(runs: Sequence[Run], row: int) -> int:
    return sum(run.name == runs[row].name for run in runs[:row])


def _measure(seeds: list[list[FrameTrack]], rounds: int) -> dict[str, Any]:
    """One detector's numbers: seeds are the same videos, scored by a network each."""
    summary = _summary([RankedFrames(tracks) for tracks in seeds], len(seeds[0]), rounds)
    values = np.array([point_values(tracks) for tracks in seeds])
    return summary | {"by_seed": {n: _plain(v) for n, v in zip(METRICS, values.T, strict=True)}}


def _summary(runs: Sequence[Resampled], num_videos: int, rounds: int) -> dict[str, Any]:
    found = intervals(runs, num_videos, rounds=rounds)
    return {
        "mean": {name: _plain([part.value])[0] for name, part in found.items()},
        "interval": {name: _plain([part.low, part.high]) for name, part in found.items()},
    }


def _plain(values: Iterable[float]) -> list[float | None]:
    """JSON has no nan."""
    return [None if np.isnan(value) else float(value) for value in values]


def _data_digests(task: FrameTask, scored: Sequence[ScoredVideo]) -> dict[str, str]:
    labels, clips = hashlib.sha256(), hashlib.sha256()
    for video in scored:
        labels.update(video.video.encode() + b"\0" + video.truth.tobytes())
        clips.update(f"{video.video} {task.clips.digest(video.video)}\n".encode())
    return {"labels, by frame": labels.hexdigest(), "clips": clips.hexdigest()}


def _weight_digests(task: FrameTask, arguments: FrameArguments) -> dict[str, str]:
    made = {} if task.profile is None else task.profile.manifest.digests
    trained = {
        f"checkpoint {seed}": digest_of([folder / CONFIG_FILE, folder / WEIGHTS_FILE])
        for seed, folder in enumerate(arguments.checkpoint)
    }
    traced = trace_digests(task.profile) if TRACE in arguments.detector and task.profile else {}
    return made | trained | traced
