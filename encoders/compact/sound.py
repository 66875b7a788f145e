"""The compact profile's sound encoder: a small CNN over log-mel pictures of about a second.

A clip's direction says what is heard, whatever its level; its length says how much there is to
hear. Silence is (nearly) the zero vector, so that means over clips are means over the audible ones.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from encoders.compact.mel import (
    CLIP_SAMPLES,
    NUM_STATISTICS,
    MelPower,
    audibility,
    cut_windows,
    normalise_level,
    statistics,
)

LEARNED_DIM = 96
SUMMARY_DIM = 32
DIM = LEARNED_DIM + SUMMARY_DIM
SUMMARY_WEIGHT = 0.6
"""Length of the statistics' part beside 1 of the CNN's."""

_WIDTHS = (24, 48, 96, 128)
_WINDOWS_AT_ONCE = 256


class SoundEncoder(nn.Module):
    """Mono sound at 16 kHz to one vector per clip (0.2 M parameters).

    A vector has two parts: what the CNN has learned to tell apart, and whitened statistics of the
    spectrum, which know no kinds of sound and so cannot be wrong about new ones.
    """

    def __init__(self) -> None:
        super().__init__()
        self.spectrum = MelPower()
        layers = zip((1, *_WIDTHS), _WIDTHS, strict=False)
        self.stages = nn.Sequential(*(_conv_norm(width_in, width) for width_in, width in layers))
        self.drop = nn.Dropout(0.3)
        self.head = nn.Sequential(
            nn.Linear(2 * _WIDTHS[-1], LEARNED_DIM), nn.BatchNorm1d(LEARNED_DIM)
        )
        self.summary = nn.Linear(NUM_STATISTICS, SUMMARY_DIM).requires_grad_(False)

    def forward(self, clips: Float[Tensor, "t s"]) -> Float[Tensor, "t 128"]:
        """Features of consecutive clips.

        Args:
            clips: CLIP_SAMPLES samples each, in [-1, 1]; silence is assumed around them.

        Returns:
            Vectors no longer than 1: what is heard, times how audible the clip itself is.
        """
        if clips.shape[1] != CLIP_SAMPLES:
            raise ValueError(f"a clip is {CLIP_SAMPLES} samples long: {clips.shape = }")
        windows = cut_windows(self.spectrum(clips.flatten()))
        heard = torch.cat([self.describe(some) for some in windows.split(_WINDOWS_AT_ONCE)])
        return heard * audibility(windows)[:, None]

    def describe(self, windows: Float[Tensor, "n m w"]) -> Float[Tensor, "n 128"]:
        """Unit vectors of windows of mel power; the windows' level has no part in them."""
        measured = F.normalize(self.summary(statistics(windows)), dim=1)
        both = torch.cat([self.embed(windows), SUMMARY_WEIGHT * measured], dim=1)
        return F.normalize(both, dim=1)

    def embed(self, windows: Float[Tensor, "n m w"]) -> Float[Tensor, "n 96"]:
        """Unit vectors of the CNN alone."""
        maps = self.stages(normalise_level(windows)[:, None]).mean(dim=2)
        pooled = torch.cat([maps.mean(dim=2), maps.amax(dim=2)], dim=1)
        return F.normalize(self.head(self.drop(pooled)), dim=1)


def _conv_norm(width_in: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(width_in, width, kernel_size=3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )
