"""Clips whose frames are known to be normal or not, scored by settings and counted."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32

from benchmarks.frame_metrics import FrameTrack
from benchmarks.frame_scores.resampling import (
    METRICS,
    ChanceFrames,
    RankedFrames,
    Resampled,
    intervals,
)
from benchmarks.local_patterns.arguments import PatternArguments
from benchmarks.local_patterns.scoring import (
    fastest,
    leave_one_out,
    module_config,
    region_rows,
    smoothed,
)
from benchmarks.local_patterns.settings import CHOSEN, Setting
from benchmarks.local_patterns.store import PatternStore
from segments.arrays import to_npz
from segments.files import write_atomically
from segments.media import VideoSource

CHANCE = "chance"
SHOWN = METRICS[:3]
Say = Callable[[str], None]
Truth = Bool[np.ndarray, " f"]


@dataclass(frozen=True, eq=False)
class KnownClip:
    """One clip, where what is read of it is kept, and which of its frames are abnormal."""

    source: VideoSource
    store: PatternStore
    truth: Truth


class KnownClips:
    """Clips of one place, each scored by what the others have of normal."""

    def __init__(self, arguments: PatternArguments, clips: Sequence[KnownClip]) -> None:
        self._arguments, self._clips = arguments, clips

    def row(self, setting: Setting) -> dict[str, Any]:
        """A setting's metrics in percent, with intervals over clips; means over seeds.

        Scores are kept in the work folder: a run that is stopped goes on where it was.
        """
        seeds = self._arguments.seeds if setting.name == CHOSEN else 1
        runs = [self._ranked(setting, seed) for seed in range(seeds)]
        return self._counted(setting.name, setting.table, runs)

    def chance(self) -> dict[str, Any]:
        """Metrics of scores that say nothing."""
        nothing = [FrameTrack(np.zeros(len(clip.truth)), clip.truth) for clip in self._clips]
        return self._counted(CHANCE, "baseline", [ChanceFrames(nothing)])

    def _counted(self, name: str, table: str, runs: Sequence[Resampled]) -> dict[str, Any]:
        found = intervals(runs, len(self._clips), rounds=self._arguments.rounds)
        return {"name": name, "table": table} | {
            metric: [found[metric].value, found[metric].low, found[metric].high] for metric in SHOWN
        }

    def _ranked(self, setting: Setting, seed: int) -> RankedFrames:
        pairs = zip(self._kept(setting, seed), self._clips, strict=True)
        return RankedFrames(
            [FrameTrack(smoothed(row, setting.smoothing), clip.truth) for row, clip in pairs]
        )

    def _kept(self, setting: Setting, seed: int) -> list[Float32[np.ndarray, " f"]]:
        named = repr((setting.reading, setting.blocks, setting.module, seed))
        name = f"{hashlib.sha256(named.encode()).hexdigest()[:16]}.npz"
        path = self._arguments.work / "scores" / name
        if not path.exists():
            found = self._made(setting, seed)
            write_atomically(path, to_npz({str(i): row for i, row in enumerate(found)}))
        with np.load(path) as arrays:
            return [arrays[str(i)] for i in range(len(self._clips))]

    def _made(self, setting: Setting, seed: int) -> list[Float32[np.ndarray, " f"]]:
        frames = [clip.store.patterns(clip.source, setting.reading) for clip in self._clips]
        pairs = list(zip(frames, [clip.truth for clip in self._clips], strict=True))
        if setting.module is None:
            return [fastest(of_clip)[: len(truth)] for of_clip, truth in pairs]
        rows = [region_rows(of_clip, truth, setting) for of_clip, truth in pairs]
        config = module_config(setting, patterns_dim=frames[0][0].patterns.shape[1])
        return leave_one_out(rows, config, seed=seed)


def scored(
    arguments: PatternArguments,
    settings: Sequence[Setting],
    clips: Sequence[KnownClip],
    *,
    say: Say = lambda text: None,
) -> dict[str, Any]:
    """A record's scores: what the clips are, a row per setting, and chance."""
    for clip in clips:
        clip.store.prepare(clip.source, [setting.reading for setting in settings])
    known, rows = KnownClips(arguments, clips), list[dict[str, Any]]()
    for setting in settings:
        rows.append(known.row(setting))
        say(f"{setting.name}: {rows[-1]['micro_auc'][0]:.1f}")
    truths = [clip.truth for clip in clips]
    return {
        "num_videos": len(truths),
        "num_frames": sum(map(len, truths)),
        "num_abnormal": int(sum(truth.sum() for truth in truths)),
        "num_normal_only_in": sum(not truth.all() for truth in truths),
        "chosen": CHOSEN,
        "rows": [*rows, known.chance()],
    }
