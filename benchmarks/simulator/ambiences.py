"""The sounds of places, which go on all the time."""

import numpy as np

from benchmarks.simulator.cues import crowd
from benchmarks.simulator.synthesis import (
    Sound,
    Synthesis,
    band_noise,
    beats,
    clock,
    glide,
    repeat,
    samples,
    swell,
    voice,
)


def _band(low_hz: float, high_hz: float, *, sway_hz: float) -> Synthesis:
    """Noise that comes and goes."""

    def synthesis(rng: np.random.Generator, length: int) -> Sound:
        phase = 2 * np.pi * (sway_hz * clock(length) + float(rng.random()))
        return band_noise(rng, length, low_hz, high_hz) * (0.7 + 0.3 * np.sin(phase))

    return synthesis


def _birds(rng: np.random.Generator, length: int) -> Sound:
    chirp = glide(samples(0.12), 3200, 4600) * swell(samples(0.12))
    song = repeat(length, chirp, beats(rng, length, every_s=0.7, jitter=0.5))
    return song + 0.1 * band_noise(rng, length, 100, 2000)


def _hum(rng: np.random.Generator, length: int) -> Sound:
    return glide(length, 100, 100, harmonics=4) + 0.5 * band_noise(rng, length, 60, 900)


def _music(rng: np.random.Generator, length: int) -> Sound:
    notes_hz = 220 * 2 ** (rng.choice([0, 2, 4, 7, 9, 12], 64) / 12)
    index = (clock(length) / 0.4).astype(int) % 64
    tune = voice(notes_hz[index].astype(np.float32), harmonics=4)
    return tune + 0.3 * band_noise(rng, length, 100, 3000)


AMBIENCES: dict[str, Synthesis] = {
    "traffic": _band(50, 900, sway_hz=0.15),
    "wind": _band(60, 500, sway_hz=0.3),
    "birds": _birds,
    "rails": _band(30, 350, sway_hz=0.8),
    "hum": _hum,
    "music": _music,
    "murmur": crowd,
    "rain": _band(1200, 7500, sway_hz=0.05),
}
