"""What sounds are made of: coloured noise, glides and bursts, at 16 kHz."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float32

from segments.media import AUDIO_RATE_HZ

Sound = Float32[np.ndarray, " s"]
Synthesis = Callable[[np.random.Generator, int], Sound]
"""Makes that many samples; how loud they are does not matter."""


def clock(length: int) -> Sound:
    """Time of each sample in seconds."""
    return np.arange(length, dtype=np.float32) / AUDIO_RATE_HZ


def band_noise(rng: np.random.Generator, length: int, low_hz: float, high_hz: float) -> Sound:
    """Noise between two frequencies, with a standard deviation of 1."""
    if length == 0:
        return np.zeros(0, np.float32)
    spectrum = np.fft.rfft(rng.standard_normal(length))
    hz = np.fft.rfftfreq(length, 1 / AUDIO_RATE_HZ)
    spectrum *= 1 / (1 + (hz / high_hz) ** 8) / (1 + (low_hz / np.maximum(hz, 1)) ** 8)
    noise = np.fft.irfft(spectrum, length)
    return (noise / max(float(noise.std()), 1e-6)).astype(np.float32)


def glide(length: int, start_hz: float, end_hz: float, *, harmonics: int = 1) -> Sound:
    """A tone that changes its pitch evenly; harmonic k has 1/k of the strength."""
    hz = np.linspace(start_hz, end_hz, length)
    return voice(hz.astype(np.float32), harmonics=harmonics)


def voice(hz: Sound, *, harmonics: int) -> Sound:
    """A tone with a pitch given for each sample."""
    angle = 2 * np.pi * np.cumsum(hz.astype(np.float64)) / AUDIO_RATE_HZ
    parts = [np.sin(k * angle) / k for k in range(1, harmonics + 1)]
    return np.sum(parts, axis=0).astype(np.float32)


def decay(length: int, half_life_s: float) -> Sound:
    """1, halved every `half_life_s`."""
    return np.exp2(-clock(length) / half_life_s).astype(np.float32)


def swell(length: int) -> Sound:
    """From 0 to 1 and back."""
    return np.sin(np.pi * np.linspace(0, 1, length)).astype(np.float32)


def repeat(length: int, burst: Sound, starts_s: Float32[np.ndarray, " n"]) -> Sound:
    """The same burst at several times; what reaches over the end is cut."""
    track = np.zeros(length, np.float32)
    for start in np.round(starts_s * AUDIO_RATE_HZ).astype(int).tolist():
        if 0 <= start < length:
            part = burst[: length - start]
            track[start : start + len(part)] += part
    return track


def beats(
    rng: np.random.Generator, length: int, *, every_s: float, jitter: float = 0.05
) -> Float32[np.ndarray, " n"]:
    """Times in seconds that follow each other about every `every_s`.

    Args:
        jitter: standard deviation of each time, as a share of `every_s`.
    """
    count = max(1, int(length / AUDIO_RATE_HZ / every_s))
    times = (np.arange(count) + rng.normal(0, jitter, count) + 0.1) * every_s
    return times.clip(0).astype(np.float32)


def samples(seconds: float) -> int:
    return round(seconds * AUDIO_RATE_HZ)
