"""TRACE on real fights: surv-fight, fights against normal clips, nothing of it learned from.

TRACE has no folds to be trained in: its network has seen simulation only. The baseline beside it is
trained, held out by source in the folds of `benchmarks.compact.fights`. The shipped ALAN has
learned from these very clips: its row is no test of it. Held out, by words, it is in the record of
the compact profile.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.arguments import TaskArguments
from benchmarks.compact.fights import FightScores, baseline_scores, measure_fights
from benchmarks.compact.material import Clip, fight_clips
from benchmarks.frame_scores.clips import Look
from benchmarks.frame_scores.footage import FootageClips
from benchmarks.records import RunRecord, digest_of, new_record
from benchmarks.trace.detector import Bank, TraceDetector, shipped
from benchmarks.trace.variants import untrained
from detectors.trace.smoothing import AGGREGATIONS, aggregate
from encoders.base import Profile
from encoders.registry import load_profile
from segments.reading import probe

TASK = "trace-fights"
ALAN = "alan as shipped, which has learned from these clips: max"
Progress = Callable[[int, int], None]


class FightArguments(TaskArguments):
    """What `retrace bench trace-fights` was asked for."""

    task: str = TASK
    shared: Path
    profile: str = "compact"
    device: str = "cpu"


def run_fights(arguments: FightArguments, *, progress: Progress | None = None) -> RunRecord:
    """Scores every clip of surv-fight by TRACE, trained and not, beside frame differences.

    Raises:
        UserError: the data is not under `shared`.
    """
    started = time.perf_counter()
    clips = fight_clips(arguments.shared)
    profile = load_profile(arguments.profile, device=arguments.device)
    looks = _looks(clips, profile, progress)
    network, bank = shipped(profile), Bank.of(profile)
    base = TraceDetector(network, bank)
    plain = TraceDetector(untrained(network.config), bank)
    rows: dict[str, FightScores] = {}
    for name, detector in (("trace", base), ("trace, untrained", plain)):
        tracks = [detector(look) for look in looks]
        for how in AGGREGATIONS:
            scores = np.array([aggregate(track, how) for track in tracks])
            rows[f"{name}: {how}"] = measure_fights(scores, clips)
    tracks = [profile.score_clips(look.features) for look in looks]
    rows[ALAN] = measure_fights(np.array([aggregate(track, "max") for track in tracks]), clips)
    rows["frame differences, held out by source"] = measure_fights(baseline_scores(clips), clips)
    return new_record(
        TASK,
        command=arguments.command,
        seed=0,
        data={"surv-fight": digest_of(clip.path for clip in clips)},
        weights=profile.manifest.digests,
        timings_s={"all": round(time.perf_counter() - started, 1)},
        arguments=arguments.model_dump(mode="json"),
        scores={
            "num_clips": len(clips),
            "num_fights": sum(clip.is_anomalous for clip in clips),
            "rows": {name: _plain(found) for name, found in rows.items()},
        },
    )


def _looks(clips: Sequence[Clip], profile: Profile, progress: Progress | None) -> list[Look]:
    looks = list[Look]()
    for clip in clips:
        source = FootageClips({"clip": probe(clip.path)}, profile)
        looks += source.looks("clip")
        if progress:
            progress(len(looks), len(clips))
    return looks


def _plain(found: FightScores) -> dict[str, Any]:
    return {"auc": asdict(found.auc), "ap": asdict(found.ap)}
