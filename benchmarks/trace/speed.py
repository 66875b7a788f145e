"""How fast TRACE itself is, after the encoders: live clip by clip, and from an archive.

Features are random numbers of the profile's widths: speed does not depend on what they say. Where
the encoders are those of the paper, the whole way from pictures to scores is measured, too.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float32

from benchmarks.arguments import TaskArguments
from benchmarks.records import RunRecord, new_record
from benchmarks.tower_speed.arguments import SizeName
from benchmarks.trace.whole_speed import whole_rows
from benchmarks.training_speed.measures import device_name
from detectors.trace.config import TraceConfig, Window
from detectors.trace.network import TraceNetwork
from detectors.trace.scoring import TraceSet, score
from detectors.trace.sentences import Trace
from detectors.trace.stream import TraceStream
from encoders.registry import resolve_device
from segments.levels import CLIP_S
from segments.trace_words import Kind

TASK = "trace-speed"
PAPER = "clip"
WIDTHS = {"compact": (384, 128), PAPER: (512, 768)}
"""Of appearance and temporal tokens: the compact profile, and CLIP ViT-B/16 with TimeSformer."""
WINDOWS = {
    "W = 16": (Window(16),),
    "W = 8, 32 and 128 in 8 slots": (Window(8), Window(8, 4), Window(8, 16)),
}


class SpeedArguments(TaskArguments):
    """What `retrace bench trace-speed` was asked for."""

    task: str = TASK
    profile: str = "compact"
    device: str = "cpu"
    clips: int = 4096
    """Of the archive; a live camera gives an eighth of them."""
    traces: int = 770
    """Of each label."""
    threads: int = 2
    size: SizeName = "real"
    """Of the paper's encoders; "smoke" are tiny ones, to see the whole way run."""


@dataclass(frozen=True)
class _Footage:
    appearance: Float32[np.ndarray, "t d"]
    motion: Float32[np.ndarray, "t m"]
    normal: TraceSet
    anomalous: TraceSet


def run_speed(arguments: SpeedArguments) -> RunRecord:
    """Times network and scoring, windows fixed and mixed."""
    torch.set_num_threads(arguments.threads)
    dim, motion_dim = WIDTHS[arguments.profile]
    footage = _footage(arguments, dim, motion_dim)
    rows: dict[str, dict[str, float]] = {}
    for name, windows in WINDOWS.items():
        config = TraceConfig(dim, motion_dim, windows=windows)
        network = TraceNetwork(config).eval().to(resolve_device(arguments.device))
        flops = flops_per_clip(config, traces=2 * arguments.traces)
        rows[f"{name}, archive"] = _row(
            arguments.clips, flops, lambda n=network: _archive(n, footage)
        )
        live = arguments.clips // 8
        rows[f"{name}, live, one clip at a time"] = _row(
            live, flops, lambda n=network, count=live: _live(n, footage, count)
        )
    whole = dict[str, dict[str, float]]()
    if arguments.profile == PAPER:
        device = resolve_device(arguments.device)
        whole = whole_rows(device, arguments.size, partial(_traces, arguments.traces))
    return new_record(
        TASK,
        command=arguments.command,
        seed=0,
        data={},
        weights={},
        timings_s={name: row["clips_per_s"] ** -1 for name, row in rows.items()},
        arguments=arguments.model_dump(mode="json"),
        scores={
            "device": device_name(resolve_device(arguments.device)),
            "rows": rows,
            "whole": whole,
        },
    )


def flops_per_clip(config: TraceConfig, *, traces: int) -> float:
    """Multiplications and additions of the matrix products, cross-attention, by hand."""
    d, hidden, slots = config.dim, config.visual_hidden, sum(w.slots for w in config.windows)
    visual = 2 * d * hidden
    temporal = (config.motion_dim + d) * config.temporal_hidden
    projections = d * 2 * d + 2 * d * d  # keys and values; query and output
    attention = 2 * slots * d
    return 2.0 * (visual + temporal + projections + attention + traces * d)


def _archive(network: TraceNetwork, footage: _Footage) -> None:
    score(
        TraceStream.whole(network, footage.appearance, footage.motion),
        footage.normal,
        footage.anomalous,
    )


def _live(network: TraceNetwork, footage: _Footage, count: int) -> None:
    stream = TraceStream(network)
    for t in range(count):
        z = stream.push(footage.appearance[t : t + 1], footage.motion[t : t + 1])
        score(z, footage.normal, footage.anomalous)


def _row(clips: int, flops: float, run: Callable[[], None]) -> dict[str, float]:
    """The second of two runs."""
    run()
    started = time.perf_counter()
    run()
    rate = clips / (time.perf_counter() - started)
    return {
        "clips_per_s": rate,
        "times_real_time": rate * CLIP_S,
        "ms_per_clip": 1000 / rate,
        "mflop_per_clip": flops / 1e6,
    }


def _footage(arguments: SpeedArguments, dim: int, motion_dim: int) -> _Footage:
    rng = np.random.default_rng(0)

    return _Footage(
        rng.standard_normal((arguments.clips, dim), np.float32),
        rng.standard_normal((arguments.clips, motion_dim), np.float32),
        *_traces(arguments.traces, dim),
    )


def _traces(count: int, dim: int) -> tuple[TraceSet, TraceSet]:
    """As many normal as anomalous ones, of random vectors."""
    rng = np.random.default_rng(1)

    def some(label: str, kind: Kind | None) -> TraceSet:
        rows = [Trace(f"{label} {n}", "anywhere", kind is not None, kind) for n in range(count)]
        return TraceSet.of(rows, rng.standard_normal((count, dim), np.float32))

    return some("normal", None), some("anomalous", "other")
