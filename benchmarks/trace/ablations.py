"""One run of TRACE's ablations: every variant on the same vectors of the same test videos."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
from jaxtyping import Float32

from benchmarks.datasets.simulated import SimulatedBenchmark, open_simulated
from benchmarks.frame_metrics import FrameTrack
from benchmarks.frame_scores.resampling import METRICS, RankedFrames, intervals
from benchmarks.frame_scores.sources import SimulatedClips, SimulatedLabels
from benchmarks.records import RunRecord, digest_of, new_record
from benchmarks.simulator.programme import NUM_VIDEOS
from benchmarks.trace.arguments import TASK, AblationArguments
from benchmarks.trace.detector import Bank, TraceDetector, embed, shipped
from benchmarks.trace.variants import Variant, untrained, variants
from detectors.files import CONFIG_FILE, WEIGHTS_FILE
from detectors.trace.network import TraceNetwork
from encoders.registry import load_profile
from segments.errors import UserError
from segments.vectors import ClipFeatures

Progress = Callable[[int, int], None]
"""Called with the rows that are done and the rows in all."""
Vectors = Mapping[str, Sequence[Float32[np.ndarray, "t d"]]]
"""By network, one array per video."""


def run_ablations(arguments: AblationArguments, *, progress: Progress | None = None) -> RunRecord:
    """Scores the simulated test videos by every variant.

    Raises:
        UserError: a network is not given as NAME=DIR.
        WeightsMissing: a network cannot be used.
    """
    started = time.perf_counter()
    count = arguments.num_videos or NUM_VIDEOS["test"]
    benchmark = open_simulated(arguments.work, query="text", train=0, test=count)
    profile = load_profile("compact", device="cpu")
    names = SimulatedLabels(benchmark).videos
    features = [benchmark.drawn.read(name) for name in names]
    folders = dict(named_folder(text) for text in arguments.network)
    networks = {"shipped": shipped(profile)}
    networks["untrained"] = untrained(networks["shipped"].config)
    networks |= {name: TraceNetwork.from_pretrained(path) for name, path in folders.items()}
    base = TraceDetector(networks["shipped"], Bank.of(profile))
    rows = variants(base, networks, arguments.ablation)
    vectors = {
        name: [embed(network, each) for each in features] for name, network in networks.items()
    }
    found = list[dict[str, Any]]()
    for row in rows:
        tracks = score_videos(row, benchmark, names, features, vectors)
        found.append({"ablation": row.ablation, "name": row.name} | _measured(tracks, arguments))
        if progress:
            progress(len(found), len(rows))
    return new_record(
        TASK,
        command=arguments.command,
        seed=0,
        data={"simulated test features": digest_of(benchmark.drawn.files.values())},
        weights=profile.manifest.digests
        | {name: digest_of([p / CONFIG_FILE, p / WEIGHTS_FILE]) for name, p in folders.items()},
        timings_s={"all": round(time.perf_counter() - started, 1)},
        arguments=arguments.model_dump(mode="json"),
        scores={"num_videos": len(names), "rows": found, "resampling": _spread(found)},
    )


def score_videos(
    row: Variant,
    benchmark: SimulatedBenchmark,
    names: Sequence[str],
    features: Sequence[ClipFeatures],
    vectors: Vectors,
) -> list[FrameTrack]:
    """A variant's scores of every frame of every video."""
    clips = SimulatedClips(benchmark)
    tracks = []
    for name, known, z in zip(names, features, vectors[row.network], strict=True):
        scores = row.detector.smoother(row.detector.compare(z, known).scores)
        frames = scores[clips.clip_of_frame(name, len(known))]
        tracks.append(FrameTrack(frames, benchmark.frame_labels(name)))
    return tracks


def _measured(tracks: Sequence[FrameTrack], arguments: AblationArguments) -> dict[str, Any]:
    found = intervals([RankedFrames(tracks)], len(tracks), rounds=arguments.rounds)
    return {name: [found[name].value, found[name].low, found[name].high] for name in METRICS}


def _spread(rows: Sequence[dict[str, Any]]) -> dict[str, float] | None:
    """Of the micro AUC over the banks of the resampling."""
    values = [row["micro_auc"][0] for row in rows if row["ablation"] == "resampling"]
    if len(values) < 2:
        return None
    return {"banks": len(values), "mean": mean(values), "sd": stdev(values)} | {
        "lowest": min(values),
        "highest": max(values),
    }


def named_folder(text: str) -> tuple[str, Path]:
    """NAME=DIR, as `--network` takes it.

    Raises:
        UserError: it is something else.
    """
    name, _, folder = text.partition("=")
    if not name or not folder:
        raise UserError(f"--network {text!r}: give a name and a folder, e.g. concat=runs/concat")
    return name, Path(folder)
