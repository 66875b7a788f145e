"""How fast TRACE is from pictures to scores, with towers of the paper's sizes and random weights.

CLIP ViT-B/16 looks at every clip's picture, TimeSformer at the pictures of eight clips together.
How fast they are does not depend on what they know.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Self

import numpy as np
from jaxtyping import UInt8

from benchmarks.tower_speed.arguments import SizeName
from benchmarks.tower_speed.checkpoints import write_checkpoint
from benchmarks.tower_speed.flops import counted_flops
from benchmarks.tower_speed.halves import Half, one_item
from benchmarks.tower_speed.towers import seconds_of
from benchmarks.training_speed.measures import peak_tflops
from benchmarks.training_speed.modes import why_not_compiled
from detectors.trace.config import TraceConfig
from detectors.trace.network import TraceNetwork
from detectors.trace.scoring import TraceSet, score
from detectors.trace.stream import TraceStream
from encoders.pretrained.clips import ClipTowers
from encoders.towers import opening
from encoders.towers.base import PictureTower, Placement, TemporalTower
from encoders.towers.precision import best_dtype
from segments.media import MOTION_GRID, ClipBatch

APPEARANCE = Half("clip-vit-base-patch16", "pictures")
TEMPORAL = Half("timesformer-base-finetuned-k400", "windows")
BATCH: dict[SizeName, int] = {"real": 256, "smoke": 16}
"""Clips of an archive that are encoded together."""
LIVE: dict[SizeName, int] = {"real": 100, "smoke": 10}
"""Clips that come one by one, after `WARM` that do not count."""
WARM = 5
Rows = dict[str, dict[str, float]]
MakeTraces = Callable[[int], tuple[TraceSet, TraceSet]]
"""Normal and anomalous traces whose vectors have that width."""


def whole_rows(device: str, size: SizeName, make_traces: MakeTraces) -> Rows:
    """Pictures to scores, batched and live, as the towers run and compiled, beside the FLOP floor.

    Checkpoints of 1.1 GB are written to a temporary folder.

    Args:
        make_traces: what windows are compared with.
    """
    dtype = best_dtype(device)
    peak = peak_tflops(device, dtype) * 1e12
    rows: Rows = {}
    with tempfile.TemporaryDirectory(prefix="retrace-trace-speed-") as root:
        for half in (APPEARANCE, TEMPORAL):
            write_checkpoint(half.model, Path(root) / half.model, size=size, device=device)
        floor_s = _floors(Path(root), Placement(device, dtype), peak=peak)
        for compiled in (False, True):
            if compiled and why_not_compiled(device):
                continue
            whole = _Whole.open(Path(root), Placement(device, dtype, compiled), make_traces)
            kind = str(dtype).removeprefix("torch.") + (", compiled" if compiled else "")
            archive, live = whole.archive(BATCH[size]), whole.live(LIVE[size])
            rows[f"pictures to scores, archive, {kind}"] = archive | {"floor_ms": floor_s[0] * 1e3}
            rows[f"pictures to scores, live, {kind}"] = live | {"floor_ms": floor_s[1] * 1e3}
    return rows


def _floors(root: Path, place: Placement, *, peak: float) -> tuple[float, float]:
    """Seconds that a clip's matrix products take at `peak`: in an archive, and live.

    A live camera follows a whole window for every clip, an archive shares it among its clips.
    """
    looks, follows = _open(root, place)
    look = counted_flops(looks, one_item(APPEARANCE, looks, seed=0))  # type: ignore[arg-type]
    follow = counted_flops(follows, one_item(TEMPORAL, follows, seed=0))  # type: ignore[arg-type]
    return (look + follow / follows.num_frames) / peak, (look + follow) / peak


def _open(root: Path, place: Placement) -> tuple[PictureTower, TemporalTower]:
    looks = opening.open_pictures(root / APPEARANCE.model, place)
    return looks, opening.open_temporal(root / TEMPORAL.model, place)


@dataclass(frozen=True)
class _Whole:
    """Everything between pictures and scores."""

    looks: PictureTower
    follows: TemporalTower
    network: TraceNetwork
    traces: tuple[TraceSet, TraceSet]

    @classmethod
    def open(cls, root: Path, place: Placement, make_traces: MakeTraces) -> Self:
        looks, follows = _open(root, place)
        config = TraceConfig(looks.dim, follows.dim)
        network = TraceNetwork(config).eval().to(place.device)
        return cls(looks, follows, network, make_traces(looks.dim))

    def archive(self, clips: int) -> dict[str, float]:
        """A batch of clips at once."""
        towers = ClipTowers(self.looks, self.follows, None)
        batch = _batch(self._pictures(clips))

        def work() -> None:
            streams = towers.encode(batch).streams
            score(
                TraceStream.whole(self.network, streams["appearance"], streams["motion"]),
                *self.traces,
            )

        seconds = seconds_of(work)
        return {"frames_per_s": clips / seconds, "ms_per_clip": 1e3 * seconds / clips}

    def live(self, clips: int) -> dict[str, float]:
        """Clip by clip, each looked at alone and followed in the window that it ends."""
        window = self.follows.num_frames
        pictures = self._pictures(window + WARM + clips)
        stream, taken = TraceStream(self.network), list[float]()
        for newest in range(window, len(pictures)):
            started = perf_counter()
            looks = self.looks.encode(pictures[newest : newest + 1, None])
            tokens = self.follows.encode(pictures[newest + 1 - window : newest + 1][None])
            score(stream.push(looks, tokens[0, -1:]), *self.traces)
            taken.append(1e3 * (perf_counter() - started))
        median, late = np.percentile(taken[WARM:], [50, 95])
        return {
            "frames_per_s": 1e3 / float(np.mean(taken[WARM:])),
            "ms_per_clip": float(median),
            "ms_95": float(late),
        }

    def _pictures(self, count: int) -> UInt8[np.ndarray, "n h w 3"]:
        rng = np.random.default_rng(0)
        return rng.integers(0, 256, (count, *self.looks.frame_size, 3), np.uint8)


def _batch(pictures: UInt8[np.ndarray, "n h w 3"]) -> ClipBatch:
    """Silent clips of one picture each, as the reader hands them to a profile."""
    clips = len(pictures)
    return ClipBatch(
        video_id="0" * 64,
        clips=range(clips),
        frames=pictures[:, None],
        frame_pts_s=np.zeros((clips, 1)),
        motion=np.zeros((clips, 0, *MOTION_GRID, 2), np.float32),
        motion_origin="flow",
        audio=None,
    )
