"""Crops of few recordings, changed at each visit.

With so few, nearly all that can be learned wrong is a recording's own room, microphone and
loudness: each visit changes level, colour, pitch and background, and mixes sounds. All of it
happens on mel power, where sounds add up and filters multiply.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor
from torch.nn import functional as F

from encoders.compact.mel import (
    CLIP_FRAMES,
    CLIP_SAMPLES,
    FULL_SCALE,
    MARGIN_FRAMES,
    NUM_MELS,
    MelPower,
)

Sound = tuple[Float32[np.ndarray, " s"], str]
"""Mono samples at 16 kHz and the name of what is heard."""


@dataclass(frozen=True)
class Augmentation:
    """How far a visit may change a recording."""

    crop_clips: int = 4
    """Clips that one visit hears."""
    level_db: tuple[float, float] = (-35.0, -15.0)
    """Range of the crop's level, in dB of full scale."""
    colour: float = 1.0
    """Standard deviation of the log gain at six knots over the bands."""
    pitch_bands: int = 2
    noise_share: float = 0.5
    noise_nepers: tuple[float, float] = (-9.0, -2.0)
    """Log power of the added noise, over the crop's."""
    mix_share: float = 0.5
    mix_beta: float = 0.4
    masked_bands: int = 11


class SoundBatches:
    """Draws crops, each of a kind drawn at random, and changes them."""

    def __init__(
        self, sounds: Sequence[Sound], augmentation: Augmentation, *, batch_size: int
    ) -> None:
        self.augmentation = augmentation
        self.batch_size = batch_size
        names = sorted({name for _, name in sounds})
        self.kinds = torch.tensor([names.index(name) for _, name in sounds])
        self.num_kinds = len(names)
        self.chances = 1.0 / self.kinds.bincount()[self.kinds]
        self.length = augmentation.crop_clips * CLIP_FRAMES + 2 * MARGIN_FRAMES
        spectrum = MelPower()
        self.powers = [self._padded(spectrum(whole_clips(samples))) for samples, _ in sounds]

    def draw(self) -> tuple[Float[Tensor, "b m n"], Float[Tensor, "b k"]]:
        """Mel power of a batch of crops, and what share of each is of which kind."""
        rows = self.chances.multinomial(self.batch_size, replacement=True)
        power = torch.stack([self._crop(self.powers[row]) for row in rows.tolist()])
        kinds = F.one_hot(self.kinds[rows], self.num_kinds).float()
        power = self._add_noise(self._shift_pitch(self._colour(_level_to(power, 0.0))))
        power, kinds = self._mix(power, kinds)
        return self._mask(_level_to(power, self._uniform(*self.augmentation.level_db))), kinds

    def _padded(self, power: Float[Tensor, "m n"]) -> Float[Tensor, "m p"]:
        missing = max(0, self.length - 2 * MARGIN_FRAMES - power.shape[1])
        return F.pad(power, (MARGIN_FRAMES, MARGIN_FRAMES + missing))

    def _crop(self, power: Float[Tensor, "m p"]) -> Float[Tensor, "m n"]:
        """A piece that is not much quieter than the recording, where eight tries find one."""
        crop = power[:, : self.length]
        for _ in range(8):
            start = int(torch.randint(power.shape[1] - self.length + 1, ()))
            crop = power[:, start : start + self.length]
            if crop.mean() > 0.05 * power.mean():
                break
        return crop

    def _colour(self, power: Float[Tensor, "b m n"]) -> Float[Tensor, "b m n"]:
        return power * _smooth_gains(len(power), knots=6, spread=self.augmentation.colour)

    def _shift_pitch(self, power: Float[Tensor, "b m n"]) -> Float[Tensor, "b m n"]:
        most = self.augmentation.pitch_bands
        shifts = torch.randint(-most, most + 1, (len(power), 1))
        bands = (torch.arange(NUM_MELS) - shifts).clamp(0, NUM_MELS - 1)
        return power.gather(1, bands[:, :, None].expand_as(power))

    def _add_noise(self, power: Float[Tensor, "b m n"]) -> Float[Tensor, "b m n"]:
        level = self._uniform(*self.augmentation.noise_nepers).exp()
        level = level * (torch.rand(len(power), 1, 1) < self.augmentation.noise_share)
        colour = _smooth_gains(len(power), knots=4, spread=1.0)
        mean = power.mean(dim=(1, 2), keepdim=True)
        return power + mean * level * colour * torch.empty_like(power).exponential_()

    def _mix(
        self, power: Float[Tensor, "b m n"], kinds: Float[Tensor, "b k"]
    ) -> tuple[Float[Tensor, "b m n"], Float[Tensor, "b k"]]:
        beta = torch.distributions.Beta(self.augmentation.mix_beta, self.augmentation.mix_beta)
        alone = torch.rand(len(power)) >= self.augmentation.mix_share
        share = beta.sample((len(power),)).masked_fill(alone, 1.0)[:, None]
        other = torch.randperm(len(power))
        mixed = torch.lerp(power[other], power, share[..., None])
        return mixed, torch.lerp(kinds[other], kinds, share)

    def _mask(self, power: Float[Tensor, "b m n"]) -> Float[Tensor, "b m n"]:
        widths = torch.randint(self.augmentation.masked_bands + 1, (len(power), 1))
        first = (torch.rand(len(power), 1) * (NUM_MELS - widths)).floor()
        bands = torch.arange(NUM_MELS)
        masked = (bands >= first) & (bands < first + widths)
        return power.masked_fill(masked[:, :, None], 0.0)

    def _uniform(self, low: float, high: float) -> Float[Tensor, "b 1 1"]:
        return low + (high - low) * torch.rand(self.batch_size, 1, 1)


def whole_clips(samples: Float32[np.ndarray, " s"]) -> Float[Tensor, " n"]:
    """The sound, filled up with silence to a whole number of clips."""
    return F.pad(torch.from_numpy(samples), (0, -len(samples) % CLIP_SAMPLES))


def _level_to(
    power: Float[Tensor, "b m n"], level_db: Float[Tensor, "b 1 1"] | float
) -> Float[Tensor, "b m n"]:
    """Scales each crop to a level, in dB of full scale."""
    full = FULL_SCALE / NUM_MELS * 10.0 ** (level_db / 10.0)
    return power * (full / power.mean(dim=(1, 2), keepdim=True).clamp(min=1e-9))


def _smooth_gains(count: int, *, knots: int, spread: float) -> Float[Tensor, "b m 1"]:
    """Random power gains over the bands, log-linear between knots."""
    logs = F.interpolate(
        spread * torch.randn(count, 1, knots), NUM_MELS, mode="linear", align_corners=True
    )
    return logs.exp().transpose(1, 2)
