"""Detectors by the name that `--detector` takes: clips in, one score per clip out.

`TRIVIAL` ones need no network and are in every table. Scores are not negative.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from benchmarks.datasets.base import DatasetMissing
from benchmarks.frame_scores.clips import ClipMeasures, Look, Sense
from benchmarks.records import digest_of
from benchmarks.trace.detector import Bank, TraceDetector, shipped
from detectors.files import CONFIG_FILE, WEIGHTS_FILE
from detectors.trace.index import BANK
from detectors.trace.payload import bank_digest
from detectors.trace.shipped import WEIGHTS
from detectors.trace.traces import load_bank
from encoders.alan import Alan, AlanPredictor
from encoders.base import Profile
from encoders.registry import resolve_device
from segments.errors import UserError

Detector = Callable[[Look], Float32[np.ndarray, " t"]]
ALAN, TRACE, CHANCE = "alan", "trace", "random"
SMALLEST_NORM = 1e-12


@dataclass(frozen=True)
class Run:
    """One detector; those of one name are one system with several seeds."""

    name: str
    detect: Detector


def change(look: Look) -> Float32[np.ndarray, " t"]:
    """1 - cosine between each clip's features and those of the clip before, mean over streams."""
    return np.mean([_change(stream) for stream in look.features.streams.values()], axis=0)


def motion(look: Look) -> Float32[np.ndarray, " t"]:
    """Mean speed of the picture."""
    return _measures(look).mean_speed


def fastest(look: Look) -> Float32[np.ndarray, " t"]:
    """Speed of the fastest place of the picture."""
    return _measures(look).top_speed


def brightness(look: Look) -> Float32[np.ndarray, " t"]:
    """Change of the mean grey since the clip before."""
    return _measures(look).brightness_change


def loudness(look: Look) -> Float32[np.ndarray, " t"]:
    """How loud it is."""
    return _measures(look).loudness


TRIVIAL: dict[str, Detector] = {
    "motion": motion,
    "fastest": fastest,
    "brightness": brightness,
    "loudness": loudness,
    "change": change,
}
NEEDS: dict[str, Sense] = {
    "motion": "pictures",
    "fastest": "pictures",
    "brightness": "pictures",
    "loudness": "sound",
}
"""What a detector takes beside features."""
NAMES = (ALAN, TRACE, *TRIVIAL, CHANCE)


def require_known(names: tuple[str, ...], senses: frozenset[Sense]) -> None:
    """Raises:
    UserError: there is no such detector, or nothing shows what it needs.
    """
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise UserError(f"no detector {', '.join(unknown)}: choose among {', '.join(NAMES)}")
    lacking = [f"{name} needs {NEEDS[name]}" for name in names if not _can_ask(name, senses)]
    if lacking:
        raise UserError(
            f"{', '.join(lacking)}, and there is none here: features have neither pictures nor "
            "sound (name the footage with --videos instead of --features), silent videos no sound"
        )


def trivial_runs(senses: frozenset[Sense]) -> list[Run]:
    """Every trivial detector that can be asked."""
    return [Run(name, detect) for name, detect in TRIVIAL.items() if _can_ask(name, senses)]


def profile_run(profile: Profile) -> Run:
    """MIL confidence of a profile's own network."""
    return Run(ALAN, lambda look: profile.score_clips(look.features))


def trace_run(profile: Profile) -> Run:
    """TRACE with the network that comes with a profile, against the whole shipped bank."""
    return Run(TRACE, TraceDetector(shipped(profile), Bank.of(profile)))


def trace_digests(profile: Profile) -> dict[str, str]:
    """Of the shipped bank, and of the network where one is trained for the profile."""
    files = [WEIGHTS / profile.spec.name / name for name in (CONFIG_FILE, WEIGHTS_FILE)]
    trained = {"trace network": digest_of(files)} if all(f.exists() for f in files) else {}
    return {BANK: bank_digest(load_bank()), **trained}


def checkpoint_run(folder: Path, *, device: str) -> Run:
    """MIL confidence of a trained network.

    Raises:
        WeightsMissing: the folder does not hold one.
    """
    predictor = AlanPredictor(Alan.from_pretrained(folder), device=resolve_device(device))

    def detect(look: Look) -> Float32[np.ndarray, " t"]:
        widths = {name: stream.shape[1] for name, stream in look.features.streams.items()}
        if widths != (expected := predictor.model.config.streams):
            raise UserError(
                f"the network in {folder} was trained on streams of {expected} numbers, these "
                f"features have {widths}: name the features it was trained on"
            )
        return predictor.score_clips(look.features)

    return Run(ALAN, detect)


def network_missing(training: str, seeds: int | None) -> DatasetMissing:
    """What to say where no network is named or known: how to train as many as are asked for.

    Args:
        training: options of `retrace train alan`.
    """
    each = "--seed 0" if seeds in (None, 1) else f"--seed K (K = 0 to {seeds - 1})"
    return DatasetMissing(
        f"no trained network is named: make it with `retrace train alan {training} {each} --out "
        "CHECKPOINT`, then give every CHECKPOINT by a --checkpoint of its own"
    )


def _can_ask(name: str, senses: frozenset[Sense]) -> bool:
    return name not in NEEDS or NEEDS[name] in senses


def _change(stream: Float32[np.ndarray, "t d"]) -> Float32[np.ndarray, " t"]:
    norms = np.linalg.norm(stream, axis=1, keepdims=True)
    unit = stream / np.maximum(norms, SMALLEST_NORM)
    cosines = (unit[1:] * unit[:-1]).sum(axis=1)
    return np.concatenate([[0.0], np.maximum(1.0 - cosines, 0.0)]).astype(np.float32)


def _measures(look: Look) -> ClipMeasures:
    assert look.measures is not None, "`require_known` refuses these detectors without footage"
    return look.measures
