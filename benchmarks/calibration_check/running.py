"""Calibrates on one half of the footage and counts alarms on the other, over many splits."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.calibration_check.arguments import TASK, CalibrationArguments
from benchmarks.calibration_check.footage import Cameras, Progress, normal_footage
from benchmarks.calibration_check.methods import METHODS
from benchmarks.records import RunRecord, digest_of, new_record
from detectors.calibration import calibrate, find_alarms
from segments.scores import AnomalyTrack

ASKED_TOGETHER, ASKED_EACH = (12.0, 48.0, 192.0), (96.0, 384.0)
"""Alarms a day to ask for: of all places as one camera (half of which is 4.4 h), and of each."""


def run_check(arguments: CalibrationArguments, *, progress: Progress | None = None) -> RunRecord:
    """Raises:
    WeightsMissing: the compact profile's weights are not on this machine.
    """
    from encoders.registry import load_profile

    started = time.perf_counter()
    profile = load_profile("compact", device="cpu")
    benchmark, footage = normal_footage(arguments.work, profile, progress)
    read = time.perf_counter()
    scores = check(footage, splits=arguments.splits, seed=arguments.seed)
    return new_record(
        TASK,
        command=arguments.command,
        seed=arguments.seed,
        data={"simulated": digest_of(benchmark.files)},
        weights=profile.manifest.digests,
        timings_s={
            "score": round(read - started, 1),
            "check": round(time.perf_counter() - read, 1),
        },
        arguments=arguments.model_dump(mode="json"),
        scores=scores,
    )


def check(footage: dict[str, Cameras], *, splits: int, seed: int) -> dict[str, Any]:
    """The part of the record that a table is made of."""
    some = next(iter(footage.values()))
    lengths = {place: sum(track.end_s for track in tracks) for place, tracks in some.items()}
    rows = list[dict[str, Any]]()
    for detector, cameras in footage.items():
        together = {"all": [track for tracks in cameras.values() for track in tracks]}
        for name, group, asked in (
            ("all places", together, ASKED_TOGETHER),
            ("each place", cameras, ASKED_EACH),
        ):
            rows += [
                {"detector": detector, "camera": name, "asked": k}
                | _splits(group, k, splits=splits, rng=np.random.default_rng(seed))
                for k in asked
            ]
    return {
        "num_videos": sum(map(len, some.values())),
        "footage_s": sum(lengths.values()),
        "footage_s_by_place": lengths,
        "num_splits": splits,
        "rows": rows,
    }


def _splits(
    cameras: Cameras, asked: float, *, splits: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Splits take turns among the cameras."""
    groups = list(cameras.values())
    outcomes = [_one(groups[k % len(groups)], asked, rng) for k in range(splits)]
    done = [outcome for outcome in outcomes if outcome]
    return {
        "refused": splits - len(done),
        "stated": _mean([one["counted"][0] for one in done]),
        "methods": {
            name: {
                "inside": _mean([float(one[name][2]) for one in done]),
                "observed": _mean([one[name][1] for one in done]),
                "stated": _mean([one[name][0] for one in done]),
                "width": _mean([one[name][3] for one in done]),
            }
            for name in METHODS
        },
    }


def _one(
    tracks: Sequence[AnomalyTrack], asked: float, rng: np.random.Generator
) -> dict[str, tuple[float, float, bool, float]]:
    """Alarms stated, observed, whether inside, and the width, by method; nothing where refused."""
    order = rng.permutation(len(tracks))
    here = [tracks[k] for k in order[::2]]
    there = [tracks[k] for k in order[1::2]]
    found = calibrate(here, detector=tracks[0].detector, alarms_per_day=asked)
    if not found.is_calibrated:
        return {}
    outcome = dict[str, tuple[float, float, bool, float]]()
    for name, method in METHODS.items():
        said = method(found, here, sum(track.end_s for track in there), rng)
        seen = sum(len(find_alarms(track, said.threshold)) for track in there)
        inside = said.low <= seen <= said.high
        outcome[name] = (said.expected, float(seen), inside, float(said.high - said.low))
    return outcome


def _mean(values: Sequence[float]) -> float | None:
    """None of nothing: JSON has no nan."""
    return float(np.mean(values)) if values else None
