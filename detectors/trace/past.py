"""What windows still read of the clips so far: for each window, the mean of the last `stride`
tokens at every clip.

All windows read the same tokens, so sums of few clips are what sums of more are made of: strides of
4 and 16 cost four additions per clip and not twenty, and a live camera adds one row per window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from detectors.trace.config import Window


@dataclass(frozen=True)
class Past:
    """Tokens as windows read them; the last channel says whether there was a real clip."""

    windows: tuple[Window, ...]
    tail: Float[Tensor, "b r c1"]
    """The newest tokens, as many as the widest mean still needs beside the next one."""
    means: tuple[Float[Tensor, "b n c1"], ...]
    """Of each window: at every clip, oldest first, the mean of the real ones among `stride`."""

    @classmethod
    def before(cls, tokens: Float[Tensor, "b t c"], windows: Sequence[Window]) -> Self:
        """Nothing has come yet; the tokens say only how many rows, channels and what numbers."""

        def nothing(length: int) -> Tensor:
            return tokens.new_zeros(len(tokens), length, tokens.shape[2] + 1)

        means = tuple(nothing(window.clips - window.stride) for window in windows)
        return cls(tuple(windows), nothing(max((w.stride for w in windows), default=1) - 1), means)

    @property
    def num_rows(self) -> int:
        """Rows in memory."""
        return self.tail.shape[1] + sum(mean.shape[1] for mean in self.means)

    def add(self, tokens: Float[Tensor, "b t c"], mask: Bool[Tensor, "b t"]) -> "Past":
        """The next clips come; of those that are masked only time passes."""
        real = mask[..., None].to(tokens.dtype)
        rows = torch.cat([self.tail, torch.cat([tokens * real, real], dim=-1)], dim=1)
        fresh = _means(rows, [window.stride for window in self.windows], mask.shape[1])
        means = zip(self.means, fresh, strict=True)
        tail = rows[:, rows.shape[1] - self.tail.shape[1] :]
        return Past(self.windows, tail, tuple(torch.cat(pair, dim=1) for pair in means))

    def wait(self, clips: int) -> "Past":
        """Time passes without clips."""
        width = self.tail.shape[2] - 1
        tokens = self.tail.new_zeros(len(self.tail), clips, width)
        return self.add(tokens, tokens.new_zeros(tokens.shape[:2], dtype=torch.bool))

    def forget(self) -> "Past":
        """The same without what no later clip reads."""
        kept = zip(self.windows, self.means, strict=True)
        lengths = [(mean, window.clips - window.stride) for window, mean in kept]
        means = tuple(mean[:, mean.shape[1] - length :] for mean, length in lengths)
        return Past(self.windows, self.tail, means)

    def slots(
        self, ages: Int[Tensor, " q"]
    ) -> tuple[Float[Tensor, "b q s c"], Bool[Tensor, "b q s"]]:
        """What windows hold that ended some clips ago; which of it rests on a real clip.

        Args:
            ages: 0 ends at the newest clip.

        Returns:
            The slots of all windows side by side, the newest of each first.
        """
        rows = torch.cat([self._rows(w, ages) for w in range(len(self.windows))], dim=1)
        found = torch.cat(self.means, dim=1).index_select(1, rows.flatten())
        slots = found.unflatten(1, rows.shape)
        return slots[..., :-1], slots[..., -1] > 0

    def _rows(self, w: int, ages: Int[Tensor, " q"]) -> Int[Tensor, "q w"]:
        """Where the slots of a window lie among the means of all windows."""
        newest = sum(mean.shape[1] for mean in self.means[: w + 1]) - 1
        back = self.windows[w].stride * torch.arange(self.windows[w].slots, device=ages.device)
        return newest - ages[:, None] - back


def _means(
    rows: Float[Tensor, "b n c1"], strides: Sequence[int], count: int
) -> list[Float[Tensor, "b t c1"]]:
    """At each of the last `count` rows the mean of the real ones among the last `stride` rows."""
    sums = {1: rows}
    for stride in sorted(set(strides) - {1}):
        base = max(width for width in sums if stride % width == 0)
        sums[stride] = _running(sums[base], stride // base, step=base)
    newest = [sums[stride][:, sums[stride].shape[1] - count :] for stride in strides]
    return [row / row[..., -1:].clamp(min=1) for row in newest]


def _running(rows: Float[Tensor, "b n c"], count: int, *, step: int) -> Float[Tensor, "b m c"]:
    """Sums of `count` rows that lie `step` apart, at the last of them; by halves."""
    if count == 1:
        return rows
    half = _running(rows, count // 2, step=step)
    apart = count // 2 * step
    both = half[:, apart:] + half[:, : half.shape[1] - apart]
    if count % 2 == 0:
        return both
    return both[:, step:] + rows[:, : both.shape[1] - step]
