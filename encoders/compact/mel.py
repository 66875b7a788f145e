"""Sound as mel power, and what is measured on it without learning: windows, level, statistics."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from torchaudio import functional

from segments.media import AUDIO_RATE_HZ

CLIP_SAMPLES = 10_240
"""0.64 s, one clip of `segments.levels`."""
FFT_SAMPLES = 512
FRAME_SAMPLES = 400
"""25 ms."""
HOP_SAMPLES = 160
"""10 ms."""
NUM_MELS = 64
BAND_HZ = (60.0, 7500.0)
CLIP_FRAMES = CLIP_SAMPLES // HOP_SAMPLES
WINDOW_FRAMES = 2 * CLIP_FRAMES
"""1.28 s: a clip and half a clip on either side."""
MARGIN_FRAMES = (WINDOW_FRAMES - CLIP_FRAMES) // 2
FULL_SCALE = FFT_SAMPLES / 2 * FRAME_SAMPLES * 3 / 8
"""Summed band power of noise of RMS 1: 3/8 is the mean of a squared Hann window."""
HEARING_DBFS = -60.0
"""Level of a clip that is half audible."""
HEARING_WIDTH_DB = 4.0
FLOOR_NEPERS = 8.0
"""Log power under a window's mean (35 dB) that counts as nothing."""
ACTIVE_NEPERS = 7.0
"""Log power under a window's loudest frame (30 dB) to which frames count as active."""
NUM_STATISTICS = 4 * NUM_MELS

_TINY = 1e-10


class MelPower(nn.Module):
    """Power in NUM_MELS bands, one frame per HOP_SAMPLES; nothing in it is learned or saved."""

    hann: Tensor
    filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        filters = functional.melscale_fbanks(
            FFT_SAMPLES // 2 + 1, *BAND_HZ, NUM_MELS, AUDIO_RATE_HZ, mel_scale="htk"
        )
        self.register_buffer("hann", torch.hann_window(FRAME_SAMPLES), persistent=False)
        self.register_buffer("filters", filters, persistent=False)

    def forward(self, samples: Float[Tensor, " s"]) -> Float[Tensor, "m n"]:
        """Frame i is centred on sample i * HOP_SAMPLES; n = s // HOP_SAMPLES.

        The bands of noise of RMS r sum to about r² times FULL_SCALE.
        """
        power = functional.spectrogram(
            samples,
            pad=0,
            window=self.hann,
            n_fft=FFT_SAMPLES,
            hop_length=HOP_SAMPLES,
            win_length=FRAME_SAMPLES,
            power=2.0,
            normalized=False,
            pad_mode="constant",
        )
        return self.filters.T @ power[:, : len(samples) // HOP_SAMPLES]


def cut_windows(power: Float[Tensor, "m n"]) -> Float[Tensor, "t m w"]:
    """One window of WINDOW_FRAMES per clip, centred on it; silence before and after the sound."""
    padded = F.pad(power, (MARGIN_FRAMES, MARGIN_FRAMES))
    return padded.unfold(1, WINDOW_FRAMES, CLIP_FRAMES).transpose(0, 1)


def audibility(windows: Float[Tensor, "*b m w"]) -> Float[Tensor, "*b"]:
    """How much there is to hear in the clip in the middle of each window, in [0, 1].

    A soft threshold on its level, at HEARING_DBFS, over the frames that lie wholly inside it.
    """
    clip = windows[..., MARGIN_FRAMES + 2 : MARGIN_FRAMES + CLIP_FRAMES - 1]
    level_db = 10.0 * (clip.sum(dim=-2).mean(dim=-1) / FULL_SCALE + 1e-14).log10()
    return ((level_db - HEARING_DBFS) / HEARING_WIDTH_DB).sigmoid()


def normalise_level(windows: Float[Tensor, "n m w"]) -> Float[Tensor, "n m w"]:
    """Log power over each window's mean power, from the floor up, scaled to about 1."""
    level = windows.mean(dim=(1, 2), keepdim=True) + _TINY
    logs = ((windows + _TINY) / level).log().clamp(min=-FLOOR_NEPERS)
    return (logs + FLOOR_NEPERS / 4) / 4


def statistics(windows: Float[Tensor, "n m w"]) -> Float[Tensor, "n 256"]:
    """Per band, over the active frames: mean and deviation of log power and of its change.

    The window's level is taken out. Change is the absolute difference of neighbouring frames.
    """
    logs = (windows + _TINY).log()
    loudness = (windows.sum(dim=1, keepdim=True) + _TINY).log()
    active = (loudness > loudness.amax(dim=2, keepdim=True) - ACTIVE_NEPERS).to(logs.dtype)
    mean, deviation = _moments(logs, active)
    change = _moments(logs.diff(dim=2).abs(), active[..., 1:] * active[..., :-1])
    return torch.cat([mean - mean.mean(dim=1, keepdim=True), deviation, *change], dim=1)


def _moments(
    values: Float[Tensor, "n m w"], weights: Float[Tensor, "n 1 w"]
) -> tuple[Float[Tensor, "n m"], Float[Tensor, "n m"]]:
    count = weights.sum(dim=2).clamp(min=1)
    mean = (values * weights).sum(dim=2) / count
    spread = ((values - mean[..., None]).square() * weights).sum(dim=2) / count
    return mean, (spread + 1e-6).sqrt()
