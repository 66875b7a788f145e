"""Do long windows help with what happens gradually? Networks on events that only long videos have.

On training videos that no network here has learned from, so that the test split stays unseen. A
clip counts for the event that goes on in its middle; clips without any are what all are told from.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32
from sklearn.metrics import roc_auc_score

from benchmarks.arguments import TaskArguments
from benchmarks.datasets.drawn import (
    SimulatedFeatures,
    features_key,
    features_name,
    make_features,
)
from benchmarks.records import RunRecord, digest_of, new_record
from benchmarks.simulator.long_events import CRIMES
from benchmarks.simulator.programme import Video, programme
from benchmarks.trace.ablations import named_folder
from benchmarks.trace.detector import Bank, embed
from detectors.files import CONFIG_FILE, WEIGHTS_FILE
from detectors.trace.network import TraceNetwork
from detectors.trace.scoring import score
from encoders.registry import load_profile
from segments.levels import CLIP_S

TASK = "trace-gradual"
GRADUAL = tuple(spec.kind for spec in CRIMES)
APART = ", highest window"
NORMAL = ""


class GradualArguments(TaskArguments):
    """What `retrace bench trace-gradual` was asked for."""

    task: str = TASK
    work: Path = Path("runs/simulated")
    network: tuple[str, ...]
    """`NAME=DIR` of each network."""
    first: int = 800
    """Number of the first training video that none of them has learned from."""
    last: int = 1000
    """Number after the last one."""
    rounds: int = 200
    """Draws of videos for the intervals."""
    seed: int = 0


@dataclass(frozen=True)
class _Scored:
    """One video by one network."""

    kinds: tuple[str, ...]
    """Of the anomaly in the middle of each clip; empty where there is none."""
    scores: Float32[np.ndarray, " t"]


def run_gradual(arguments: GradualArguments) -> RunRecord:
    """AUC of clips of gradual events, and of all others, against clips without an anomaly.

    Raises:
        UserError: a network is not given as NAME=DIR.
        WeightsMissing: a network cannot be used.
    """
    started = time.perf_counter()
    videos, features = _held_out(arguments)
    profile = load_profile("compact", device="cpu")
    folders = dict(named_folder(text) for text in arguments.network)
    bank = Bank.of(profile)
    rows = {
        name: _measured([_score(network, video, features, bank) for video in videos], arguments)
        for name, network in _networks(folders).items()
    }
    return new_record(
        TASK,
        command=arguments.command,
        seed=arguments.seed,
        data={"simulated training features": digest_of(features.files.values())},
        weights=profile.manifest.digests
        | {name: digest_of([p / CONFIG_FILE, p / WEIGHTS_FILE]) for name, p in folders.items()},
        timings_s={"all": round(time.perf_counter() - started, 1)},
        arguments=arguments.model_dump(mode="json"),
        scores={"num_videos": len(videos), "gradual": list(GRADUAL), "rows": rows},
    )


def kinds_of_clips(video: Video, num_clips: int) -> tuple[str, ...]:
    """The kind of the anomaly in the middle of each clip."""
    middles = (np.arange(num_clips) + 0.5) * CLIP_S
    kinds = [NORMAL] * num_clips
    for event in video.scene.anomalies:
        for clip in np.flatnonzero((event.start_s <= middles) & (middles < event.end_s)):
            kinds[clip] = event.kind
    return tuple(kinds)


def highest_score(z: Float32[np.ndarray, "t *w d"], bank: Bank) -> Float32[np.ndarray, " t"]:
    """A clip's score; the highest of its windows', where each has a vector."""
    flat = z.reshape(-1, z.shape[-1])
    return score(flat, bank.normal, bank.anomalous).scores.reshape(len(z), -1).max(axis=1)


def apart(network: TraceNetwork) -> TraceNetwork:
    """The same weights with windows that answer for themselves."""
    other = TraceNetwork(replace(network.config, mix="max"))
    other.load_state_dict(network.state_dict())
    return other.eval()


def _networks(folders: Mapping[str, Path]) -> dict[str, TraceNetwork]:
    networks = {name: TraceNetwork.from_pretrained(folder) for name, folder in folders.items()}
    several = [
        name
        for name, network in networks.items()
        if len(network.config.windows) > 1 and network.config.mix == "gate"
    ]
    return networks | {name + APART: apart(networks[name]) for name in several}


def _held_out(arguments: GradualArguments) -> tuple[list[Video], SimulatedFeatures]:
    videos = programme("train", arguments.last)[arguments.first :]
    folder = arguments.work / features_key()
    files = {video.name: folder / features_name(video) for video in videos}
    make_features([(v, files[v.name]) for v in videos], num_workers=2, progress=None)
    return videos, SimulatedFeatures(files)


def _score(network: TraceNetwork, video: Video, features: SimulatedFeatures, bank: Bank) -> _Scored:
    scores = highest_score(embed(network, features.read(video.name)), bank)
    return _Scored(kinds_of_clips(video, len(scores)), scores)


def _measured(videos: Sequence[_Scored], arguments: GradualArguments) -> dict[str, Any]:
    """AUC in percent, with the 95 % interval over draws of videos."""
    rng = np.random.default_rng(arguments.seed)
    draws = [rng.integers(len(videos), size=len(videos)) for _ in range(arguments.rounds)]
    found = dict[str, Any]()
    for group in ("gradual", "others"):
        resampled = [auc_of([videos[k] for k in draw], group) for draw in draws]
        low, high = np.nanpercentile(resampled, [2.5, 97.5])
        found[group] = [auc_of(videos, group), float(low), float(high)]
    return found


def auc_of(videos: Sequence[_Scored], group: str) -> float:
    """Of the clips of a group of events against those without an anomaly; nan without either."""
    kinds = np.array([kind for video in videos for kind in video.kinds])
    scores = np.concatenate([video.scores for video in videos])
    normal: Bool[np.ndarray, " n"] = kinds == NORMAL
    chosen = np.isin(kinds, GRADUAL) == (group == "gradual")
    if normal.all() or not (chosen & ~normal).any() or not normal.any():
        return float("nan")
    rows = normal | chosen
    return 100 * float(roc_auc_score(~normal[rows], scores[rows]))
