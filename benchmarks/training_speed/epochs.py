"""One epoch of batches by itself: what it holds, and what making and moving it takes."""

import time
from dataclasses import dataclass, fields
from typing import Any

from torch import Tensor, device

from benchmarks.training_speed.flops import BatchShape, step_flops
from benchmarks.training_speed.material import Size
from benchmarks.training_speed.measures import synchronize
from encoders.alan.training.batches import BatchMaker, TextBatch, VideoBatch

EPOCH_VIDEOS = 1610
"""Training videos of UCFCrime-AR, the epoch that numbers are given for."""


@dataclass(frozen=True)
class Epoch:
    """An epoch as it was drawn."""

    shapes: tuple[BatchShape, ...]
    num_clips: int
    """Real ones, without padding."""
    num_bytes: int
    make_s: float
    """Drawing, padding and stacking, on the CPU."""
    move_s: float
    """Copying to the device, which is waited for."""

    @property
    def num_videos(self) -> int:
        return sum(shape.videos for shape in self.shapes)

    @property
    def share(self) -> float:
        """What takes x here takes `share` · x in an epoch of `EPOCH_VIDEOS` videos."""
        return EPOCH_VIDEOS / self.num_videos

    def flops(self, size: Size, *, checkpointed: bool = False) -> dict[str, float]:
        """Operations of a mean step by part of the network."""
        steps = [
            step_flops(shape, size.config, size.bert, checkpointed=checkpointed)
            for shape in self.shapes
        ]
        return {part: sum(step[part] for step in steps) / len(steps) for part in steps[0]}

    def scores(self) -> dict[str, Any]:
        """Per `EPOCH_VIDEOS` videos."""
        padded = sum(shape.videos * shape.clips for shape in self.shapes)
        return {
            "make_s": self.make_s * self.share,
            "move_s": self.move_s * self.share,
            "bytes": round(self.num_bytes * self.share),
            "padding": 1 - self.num_clips / padded,
        }


def look_at(maker: BatchMaker, on: device) -> Epoch:
    """Draws one epoch and moves it to a device, batch by batch, without training on it."""
    shapes, clips, num_bytes, make_s, move_s = list[BatchShape](), 0, 0, 0.0, 0.0
    batches = maker.epoch()
    for _ in range(maker.steps_per_epoch):
        started = time.perf_counter()
        batch = next(batches)
        made = time.perf_counter()
        batch.to(on)
        synchronize(on.type)
        moved = time.perf_counter()
        make_s, move_s = make_s + made - started, move_s + moved - made
        shapes.append(BatchShape.of(batch))
        clips += int(batch.mask.sum())
        num_bytes += batch_bytes(batch)
    return Epoch(tuple(shapes), clips, num_bytes, make_s, move_s)


def batch_bytes(batch: VideoBatch | TextBatch) -> int:
    """Of all tensors in a batch, its texts' included: what is copied to the device."""
    parts = [getattr(batch, field.name) for field in fields(batch)]
    parts += [stream for part in parts if isinstance(part, dict) for stream in part.values()]
    own = sum(part.nbytes for part in parts if isinstance(part, Tensor))
    return own + sum(batch_bytes(part) for part in parts if isinstance(part, TextBatch))
