"""One run of Local Patterns on UCSD Ped2, from arguments to a record."""

import hashlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32

from benchmarks.datasets.files import existing
from benchmarks.datasets.frame_labels import PED2_SOURCE, open_ped2
from benchmarks.frame_metrics import FrameTrack
from benchmarks.frame_scores.resampling import METRICS, ChanceFrames, RankedFrames, intervals
from benchmarks.local_patterns.arguments import TASK, PatternArguments
from benchmarks.local_patterns.parts import YOLOX, BenchmarkParts
from benchmarks.local_patterns.scoring import (
    fastest,
    leave_one_out,
    module_config,
    region_rows,
    smoothed,
)
from benchmarks.local_patterns.settings import CHOSEN, Setting, settings_named
from benchmarks.local_patterns.store import PatternStore
from benchmarks.records import RunRecord, digest_of, new_record
from segments.arrays import to_npz
from segments.files import write_atomically
from segments.media import VideoSource
from segments.reading import probe

CHANCE = "chance"
SHOWN = METRICS[:3]
Say = Callable[[str], None]
Truth = Bool[np.ndarray, " f"]


def run_ped2(arguments: PatternArguments, *, say: Say = lambda text: None) -> RunRecord:
    """Scores the 12 test clips by every setting, leaving out the clip that is scored.

    What is read of videos, and each setting's scores, are kept in the work folder: a run that is
    stopped goes on where it was.

    Raises:
        DatasetMissing: clips, labels or the region network are not in the shared folder.
        UserError: there is no such setting.
        WeightsMissing: the compact profile is not on this machine.
    """
    started = time.perf_counter()
    settings = settings_named(arguments.setting)
    folder = arguments.shared / "data" / "ucsd-ped2"
    labels = open_ped2(folder)
    clips = [existing(folder / f"{name}.mp4", source=PED2_SOURCE) for name in labels.videos]
    sources = [probe(path) for path in clips]
    parts = BenchmarkParts(arguments.shared)
    run = _Ped2(arguments, sources, PatternStore(arguments.work, parts))
    truths = [labels.truth(name, run.num_frames(i)) for i, name in enumerate(labels.videos)]
    rows = []
    for setting in settings:
        rows.append(_row(setting, run.scores(setting, truths), truths, arguments))
        say(f"{setting.name}: {rows[-1]['micro_auc'][0]:.1f}")
    return new_record(
        TASK,
        command=arguments.command,
        seed=0,
        data={"ucsd-ped2": digest_of([*clips, folder / "labels.csv"])},
        weights=_weights(settings, parts, arguments),
        timings_s={"all": round(time.perf_counter() - started, 1)},
        arguments=arguments.model_dump(mode="json"),
        scores={
            "num_videos": len(truths),
            "num_frames": sum(map(len, truths)),
            "num_abnormal": int(sum(truth.sum() for truth in truths)),
            "num_normal_only_in": sum(not truth.all() for truth in truths),
            "chosen": CHOSEN,
            "rows": [*rows, _chance(truths, arguments)],
        },
    )


def _weights(
    settings: Sequence[Setting], parts: BenchmarkParts, arguments: PatternArguments
) -> dict[str, str]:
    """Of what the settings were made with, and of nothing else."""
    digests: dict[str, str] = {}
    if any(setting.reading.encoder for setting in settings):
        digests |= parts.digests
    if any(setting.reading.engine.startswith("yolox") for setting in settings):
        digests["yolox-nano"] = digest_of([arguments.shared / YOLOX])
    return digests


class _Ped2:
    """The clips, read as settings want them."""

    def __init__(
        self, arguments: PatternArguments, sources: Sequence[VideoSource], store: PatternStore
    ) -> None:
        self._arguments, self._sources, self._store = arguments, sources, store

    def num_frames(self, clip: int) -> int:
        return len(self._store.fields(self._sources[clip], "flow").pts_s)

    def scores(
        self, setting: Setting, truths: Sequence[Truth]
    ) -> list[list[Float32[np.ndarray, " f"]]]:
        """By seed, then by clip."""
        seeds = self._arguments.seeds if setting.module else 1
        return [self._kept(setting, truths, seed) for seed in range(seeds)]

    def _kept(
        self, setting: Setting, truths: Sequence[Truth], seed: int
    ) -> list[Float32[np.ndarray, " f"]]:
        named = repr((setting.reading, setting.blocks, setting.module, seed))
        path = self._scores / f"{hashlib.sha256(named.encode()).hexdigest()[:16]}.npz"
        if not path.exists():
            found = self._made(setting, truths, seed)
            write_atomically(path, to_npz({str(i): row for i, row in enumerate(found)}))
        with np.load(path) as arrays:
            return [arrays[str(i)] for i in range(len(truths))]

    @property
    def _scores(self) -> Path:
        return self._arguments.work / "scores"

    def _made(
        self, setting: Setting, truths: Sequence[Truth], seed: int
    ) -> list[Float32[np.ndarray, " f"]]:
        frames = [self._store.patterns(source, setting.reading) for source in self._sources]
        if setting.module is None:
            return [fastest(of_clip)[: len(t)] for of_clip, t in zip(frames, truths, strict=True)]
        rows = [region_rows(f, t, setting) for f, t in zip(frames, truths, strict=True)]
        config = module_config(setting, patterns_dim=frames[0][0].patterns.shape[1])
        return leave_one_out(rows, config, seed=seed)


def _row(
    setting: Setting,
    by_seed: Sequence[Sequence[Float32[np.ndarray, " f"]]],
    truths: Sequence[Truth],
    arguments: PatternArguments,
) -> dict[str, Any]:
    runs = [
        RankedFrames(
            [
                FrameTrack(smoothed(scores, setting.smoothing), truth)
                for scores, truth in zip(of_seed, truths, strict=True)
            ]
        )
        for of_seed in by_seed
    ]
    found = intervals(runs, len(truths), rounds=arguments.rounds)
    return {"name": setting.name, "table": setting.table} | {
        name: [found[name].value, found[name].low, found[name].high] for name in SHOWN
    }


def _chance(truths: Sequence[Truth], arguments: PatternArguments) -> dict[str, Any]:
    nothing = [FrameTrack(np.zeros(len(truth)), truth) for truth in truths]
    found = intervals([ChanceFrames(nothing)], len(truths), rounds=arguments.rounds)
    return {"name": CHANCE, "table": "baseline"} | {
        name: [found[name].value, found[name].low, found[name].high] for name in SHOWN
    }
