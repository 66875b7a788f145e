"""Which clips of a segment are looked at: fixed-frame and anomaly-led sampling (METHODS A.4).

Both are deterministic unless `random`; indices come in ascending order. A segment with no more
clips than there are samples takes every clip once, in both sequences.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

BOUNDARY = 1e-9
"""A draw this close above q_i takes clip i: rounding in the sum must not decide (Eq. 2)."""


@dataclass(frozen=True)
class ClipSamples:
    """The clips drawn from each segment of a batch."""

    clips: Int64[Tensor, "b 2 n"]
    """Clip indices of the fixed-frame and of the anomaly-led sequence; 0 where padded."""
    mask: Bool[Tensor, "b n"]
    """False for the slots that a short segment does not fill; the same for both sequences."""
    lengths: Int64[Tensor, " b"]
    """Clips of each segment."""

    def gather(self, features: Float[Tensor, "b t c"]) -> Float[Tensor, "b 2 n c"]:
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
    num_samples: int,
    tau: float,
    random: bool = False,
    generator: torch.Generator | None = None,
) -> ClipSamples:
    """Draws both sequences of every segment; no gradient passes.

    Args:
        scores: MIL confidence of each clip, in [0, 1].
        mask: True for real clips; padding comes after them, and every row has a real clip.
        random: draw at random (training) instead of evenly (inference).
    """
    lengths = mask.sum(dim=1)
    slots = min(num_samples, mask.shape[1])
    every = torch.arange(slots, device=mask.device).expand(len(mask), slots)
    fixed = fixed_frame(lengths, slots, random=random, generator=generator)
    led = anomaly_led(scores, mask, slots, tau=tau, random=random, generator=generator)
    takes_all = (lengths <= num_samples)[:, None, None]
    clips = torch.where(takes_all, every[:, None], torch.stack([fixed, led], dim=1))
    filled = length_mask(lengths, slots)
    return ClipSamples(clips.where(filled[:, None], 0), filled, lengths)


def fixed_frame(
    lengths: Int64[Tensor, " b"],
    num_samples: int,
    *,
    random: bool = False,
    generator: torch.Generator | None = None,
) -> Int64[Tensor, "b n"]:
    """One clip from each of N equal pieces: the middle one, or any where `random`."""
    shape = (len(lengths), num_samples)
    steps = torch.arange(num_samples, device=lengths.device)
    inside = _rand(shape, lengths.device, generator) if random else 0.5
    clips = ((steps + inside) * (lengths[:, None].double() / num_samples)).long()
    return clips.minimum(lengths[:, None] - 1)


def anomaly_led(
    scores: Float[Tensor, "b t"],
    mask: Bool[Tensor, "b t"],
    num_samples: int,
    *,
    tau: float,
    random: bool = False,
    generator: torch.Generator | None = None,
) -> Int64[Tensor, "b n"]:
    """N clips by roulette over the softmax of the scores, with replacement (Eq. 1-2).

    Where not `random` the wheel has N evenly spaced pointers, r_k = (k - 0.5) / N.
    """
    logits = (scores.detach().double() / tau).masked_fill(~mask, -torch.inf)
    wheel = logits.softmax(dim=1).cumsum(dim=1)
    pointers = _pointers((len(scores), num_samples), scores.device, random, generator)
    clips = torch.searchsorted(wheel, pointers - BOUNDARY)
    return clips.minimum(mask.sum(dim=1, keepdim=True) - 1)


def _pointers(
    shape: tuple[int, int], device: torch.device, random: bool, generator: torch.Generator | None
) -> Float64[Tensor, "b n"]:
    if random:
        return _rand(shape, device, generator).sort(dim=1).values
    steps = torch.arange(shape[1], device=device, dtype=torch.float64)
    return ((steps + 0.5) / shape[1]).expand(shape).contiguous()


def _rand(
    shape: tuple[int, int], device: torch.device, generator: torch.Generator | None
) -> Float64[Tensor, "b n"]:
    source = device if generator is None else generator.device
    return torch.rand(shape, dtype=torch.float64, device=source, generator=generator).to(device)
