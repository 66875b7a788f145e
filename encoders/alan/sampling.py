"""Which clips of a segment are looked at: fixed-frame and anomaly-led sampling (METHODS A.4).

Both are deterministic unless `random`; indices come in ascending order. A segment with no more
clips than there are samples takes every clip once, in every sequence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

from encoders.alan.config import Sampling

BOUNDARY = 1e-9
"""A draw this close above q_i takes clip i: rounding in the sum must not decide (Eq. 2)."""


@dataclass(frozen=True)
class ClipSamples:
    """The clips drawn from each segment of a batch."""

    clips: Int64[Tensor, "b q n"]
    """Clip indices of each sequence; 0 where padded."""
    mask: Bool[Tensor, "b n"]
    """False for the slots that a short segment does not fill; the same for all sequences."""
    lengths: Int64[Tensor, " b"]
    """Clips of each segment."""

    def gather(self, features: Float[Tensor, "b t c"]) -> Float[Tensor, "b q n c"]:
        """The features of the drawn clips."""
        rows = torch.arange(len(features), device=features.device)
        return features[rows[:, None, None], self.clips]


def length_mask(lengths: Int64[Tensor, " b"], size: int) -> Bool[Tensor, "b t"]:
    """True for the first `lengths` of `size` places of each row."""
    return torch.arange(size, device=lengths.device) < lengths[:, None]


def draw_clips(
    scores: Float[Tensor, "b t"],
    mask: Bool[Tensor, "b t"],
    *,
    sequences: Sequence[Sampling] = ("fixed", "led"),
    num_samples: int,
    tau: float,
    random: bool = False,
    generator: torch.Generator | None = None,
) -> ClipSamples:
    """Draws the sequences of every segment; no gradient passes.

    Args:
        scores: MIL confidence of each clip, in [0, 1].
        mask: True for real clips; padding comes after them, and every row has a real clip.
        sequences: how each is drawn; fixed-frame sequences take turns, led ones are drawn anew.
        random: draw at random (training) instead of evenly (inference).
    """
    lengths = mask.sum(dim=1)
    slots = min(num_samples, mask.shape[1])
    every = torch.arange(slots, device=mask.device).expand(len(mask), slots)
    turns = _turns(sequences)
    drawn = [
        fixed_frame(lengths, slots, turn=turn, random=random, generator=generator)
        if kind == "fixed"
        else anomaly_led(
            scores, mask, slots, tau=tau, turn=turn, random=random, generator=generator
        )
        for kind, turn in zip(sequences, turns, strict=True)
    ]
    takes_all = (lengths <= num_samples)[:, None, None]
    clips = torch.where(takes_all, every[:, None], torch.stack(drawn, dim=1))
    filled = length_mask(lengths, slots)
    return ClipSamples(clips.where(filled[:, None], 0), filled, lengths)


def _turns(sequences: Sequence[Sampling]) -> list[float]:
    """Where in its piece each sequence looks: alone in the middle, two at 1/4 and 3/4, ..."""
    return [
        (sequences[:place].count(kind) + 0.5) / sequences.count(kind)
        for place, kind in enumerate(sequences)
    ]


def fixed_frame(
    lengths: Int64[Tensor, " b"],
    num_samples: int,
    *,
    turn: float = 0.5,
    random: bool = False,
    generator: torch.Generator | None = None,
) -> Int64[Tensor, "b n"]:
    """One clip from each of N equal pieces: at `turn` of its length, or any where `random`."""
    shape = (len(lengths), num_samples)
    steps = torch.arange(num_samples, device=lengths.device)
    inside = _rand(shape, lengths.device, generator) if random else turn
    clips = ((steps + inside) * (lengths[:, None].double() / num_samples)).long()
    return clips.minimum(lengths[:, None] - 1)


def anomaly_led(
    scores: Float[Tensor, "b t"],
    mask: Bool[Tensor, "b t"],
    num_samples: int,
    *,
    tau: float,
    turn: float = 0.5,
    random: bool = False,
    generator: torch.Generator | None = None,
) -> Int64[Tensor, "b n"]:
    """N clips by roulette over the softmax of the scores, with replacement (Eq. 1-2).

    Where not `random` the wheel has N evenly spaced pointers, r_k = (k - 1 + turn) / N.
    """
    logits = (scores.detach().double() / tau).masked_fill(~mask, -torch.inf)
    wheel = logits.softmax(dim=1).cumsum(dim=1)
    shape = (len(scores), num_samples)
    pointers = (
        _rand(shape, scores.device, generator).sort(dim=1).values
        if random
        else _even_pointers(shape, turn, scores.device)
    )
    clips = torch.searchsorted(wheel, pointers - BOUNDARY)
    return clips.minimum(mask.sum(dim=1, keepdim=True) - 1)


def _even_pointers(
    shape: tuple[int, int], turn: float, device: torch.device
) -> Float64[Tensor, "b n"]:
    steps = torch.arange(shape[1], device=device, dtype=torch.float64)
    return ((steps + turn) / shape[1]).expand(shape).contiguous()


def _rand(
    shape: tuple[int, int], device: torch.device, generator: torch.Generator | None
) -> Float64[Tensor, "b n"]:
    if generator is None:  # torch.compile refuses a generator where shapes vary, even None
        return torch.rand(shape, dtype=torch.float64, device=device)
    drawn = torch.rand(shape, dtype=torch.float64, device=generator.device, generator=generator)
    return drawn.to(device)
