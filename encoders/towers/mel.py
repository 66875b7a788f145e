"""CLAP's log-mel: sounds repeated to the model's window, as decibels in bands, in batches."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import pad
from torchaudio import functional
from transformers.audio_utils import mel_filter_bank

from encoders.towers.loading import read_json
from segments.errors import WeightsMissing

SETTINGS = "preprocessor_config.json"
FLOOR = 1e-10
"""Power that counts as nothing: -100 dB."""


@dataclass(frozen=True)
class MelSpec:
    """How a CLAP checkpoint hears."""

    rate_hz: int
    window_s: float
    fft_samples: int
    hop_samples: int
    num_bands: int
    band_hz: tuple[float, float]

    @classmethod
    def read(cls, folder: Path) -> "MelSpec":
        """From preprocessor_config.json.

        Raises:
            WeightsMissing: it is absent, lacks a value, or describes a model that fuses several
                views of long sounds or pads short ones otherwise than by repeating them.
        """
        settings = read_json(folder / SETTINGS)
        habits = settings.get("truncation"), settings.get("padding")
        if habits != ("rand_trunc", "repeatpad"):
            raise WeightsMissing(
                f"the model in {folder} truncates and pads by {habits}: only the unfused CLAP "
                "models ('rand_trunc', 'repeatpad') can be used"
            )
        try:
            return cls(
                rate_hz=settings["sampling_rate"],
                window_s=float(settings["max_length_s"]),
                fft_samples=settings["fft_window_size"],
                hop_samples=settings["hop_length"],
                num_bands=settings["feature_size"],
                band_hz=(settings["frequency_min"], settings["frequency_max"]),
            )
        except KeyError as error:
            raise WeightsMissing(
                f"{folder / SETTINGS} lacks {error}: pull the model again"
            ) from error

    @property
    def window_samples(self) -> int:
        """Samples of a whole window."""
        return round(self.window_s * self.rate_hz)


class LogMel(nn.Module):
    """Sounds of at most a window to decibels, computed in float64.

    Within 1e-5 dB of transformers' `ClapFeatureExtractor`; in float32 a pure tone's empty bands
    would be 0.15 dB off.
    """

    hann: Tensor
    filters: Tensor

    def __init__(self, spec: MelSpec) -> None:
        super().__init__()
        self.spec = spec
        hann = torch.hann_window(spec.fft_samples, dtype=torch.float64)
        self.register_buffer("hann", hann, persistent=False)
        self.register_buffer("filters", torch.from_numpy(_filters(spec)), persistent=False)

    def forward(self, sounds: Float[Tensor, "b s"]) -> Float[Tensor, "b 1 t m"]:
        """float32; t is window_samples // hop_samples + 1.

        Raises:
            ValueError: the sounds are empty or longer than the window.
        """
        power = functional.spectrogram(
            self._window(sounds.double()),
            pad=0,
            window=self.hann,
            n_fft=self.spec.fft_samples,
            hop_length=self.spec.hop_samples,
            win_length=self.spec.fft_samples,
            power=2.0,
            normalized=False,
        )
        bands = power.transpose(1, 2) @ self.filters
        return (10 * bands.clamp(min=FLOOR).log10()).float().unsqueeze(1)

    def _window(self, sounds: Float[Tensor, "b s"]) -> Float[Tensor, "b w"]:
        """As many whole repetitions as fit, then silence."""
        window, samples = self.spec.window_samples, sounds.shape[1]
        if not 0 < samples <= window:
            raise ValueError(f"sounds of {samples} samples: expected 1 to {window}")
        repeated = sounds.repeat(1, window // samples)
        return pad(repeated, (0, window - repeated.shape[1]))


def _filters(spec: MelSpec) -> np.ndarray:
    """The family's own bands: Slaney's scale, each of unit area."""
    low, high = spec.band_hz
    return mel_filter_bank(
        num_frequency_bins=spec.fft_samples // 2 + 1,
        num_mel_filters=spec.num_bands,
        min_frequency=low,
        max_frequency=high,
        sampling_rate=spec.rate_hz,
        norm="slaney",
        mel_scale="slaney",
    )
