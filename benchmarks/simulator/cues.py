"""The sounds of events."""

import numpy as np

from benchmarks.simulator.synthesis import (
    Sound,
    Synthesis,
    band_noise,
    beats,
    clock,
    decay,
    glide,
    repeat,
    samples,
    swell,
    voice,
)
from segments.media import AUDIO_RATE_HZ


def _steps(every_s: float) -> Synthesis:
    def synthesis(rng: np.random.Generator, length: int) -> Sound:
        burst = band_noise(rng, samples(0.12), 80, 900) * decay(samples(0.12), 0.02)
        return repeat(length, burst, beats(rng, length, every_s=every_s))

    return synthesis


def _speech(rng: np.random.Generator, length: int, *, pitch_hz: float = 140) -> Sound:
    """Syllables of a gliding pitch, with pauses."""
    track = np.zeros(length, np.float32)
    for start_s in beats(rng, length, every_s=0.22, jitter=0.2).tolist():
        size, start = samples(float(rng.uniform(0.1, 0.2))), samples(start_s)
        low = pitch_hz * float(rng.uniform(0.8, 1.4))
        part = glide(size, low, low * float(rng.uniform(0.8, 1.2)), harmonics=12) * swell(size)
        if rng.random() < 0.8 and start < length:
            track[start : start + size] += part[: length - start]
    return track


def _shouting(rng: np.random.Generator, length: int) -> Sound:
    voices = _speech(rng, length, pitch_hz=280) + _speech(rng, length, pitch_hz=210)
    return np.tanh(2 * voices) + 0.1 * band_noise(rng, length, 500, 4000)


def crowd(rng: np.random.Generator, length: int) -> Sound:
    pitches = rng.uniform(100, 240, 6).tolist()
    voices = np.sum([_speech(rng, length, pitch_hz=p) for p in pitches], axis=0)
    return (voices + band_noise(rng, length, 200, 1500)).astype(np.float32)


def _scream(rng: np.random.Generator, length: int) -> Sound:
    t = clock(length)
    hz = 900 + 350 * np.sin(np.pi * np.linspace(0, 1, length)) + 25 * np.sin(2 * np.pi * 7 * t)
    hz *= float(rng.uniform(0.85, 1.25))
    return voice(hz.astype(np.float32), harmonics=5) * swell(length) ** 0.4


def _engine(rng: np.random.Generator, length: int) -> Sound:
    base_hz = float(rng.uniform(55, 95))
    hz = base_hz * (1 + 0.15 * np.sin(np.linspace(0, 3, length)))
    tone = voice(hz.astype(np.float32), harmonics=16)
    return (tone + 0.5 * band_noise(rng, length, 60, 700)) * (0.25 + 0.75 * swell(length))


def _tyres(rng: np.random.Generator, length: int) -> Sound:
    hz = np.linspace(1250, 820, length) + 60 * rng.standard_normal(length)
    return voice(hz.astype(np.float32), harmonics=3) + 0.3 * band_noise(rng, length, 600, 3000)


def _crash(rng: np.random.Generator, length: int) -> Sound:
    thump = band_noise(rng, length, 30, 400) * decay(length, 0.09)
    metal = band_noise(rng, length, 700, 5000) * decay(length, 0.16)
    return 2 * thump + metal + 0.5 * _glass(rng, length)


def _glass(rng: np.random.Generator, length: int) -> Sound:
    """Blows, each with a shower of short high tones."""
    track = np.zeros(length, np.float32)
    size = samples(0.25)
    for blow_s in beats(rng, length, every_s=1.1).tolist():
        for _ in range(18):
            tone = glide(size, *(2 * [float(rng.uniform(2500, 7000))])) * decay(size, 0.03)
            track += repeat(length, tone, np.array([blow_s + rng.exponential(0.15)], np.float32))
        hit = band_noise(rng, samples(0.1), 1000, 7000) * decay(samples(0.1), 0.02)
        track += 3 * repeat(length, hit, np.array([blow_s], np.float32))
    return track


def _gunshots(rng: np.random.Generator, length: int) -> Sound:
    size = samples(0.5)
    crack = band_noise(rng, size, 100, 7500) * decay(size, 0.018)
    tail = band_noise(rng, size, 60, 1200) * decay(size, 0.1)
    every_s = 0.9
    starts_s = np.arange(0, length / AUDIO_RATE_HZ, every_s)
    return repeat(length, crack + 0.4 * tail, starts_s.astype(np.float32))


def _blast(rng: np.random.Generator, length: int) -> Sound:
    boom = band_noise(rng, length, 20, 220) * decay(length, 0.35)
    return np.tanh(3 * (boom + 0.5 * band_noise(rng, length, 100, 4000) * decay(length, 0.12)))


def _crackle(rng: np.random.Generator, length: int) -> Sound:
    count = max(1, round(22 * length / AUDIO_RATE_HZ))
    starts_s = rng.uniform(0, length / AUDIO_RATE_HZ, count).astype(np.float32)
    snap = band_noise(rng, samples(0.02), 1200, 7000) * decay(samples(0.02), 0.004)
    return 4 * repeat(length, snap, starts_s) + 0.5 * band_noise(rng, length, 80, 600)


def _thuds(rng: np.random.Generator, length: int) -> Sound:
    burst = band_noise(rng, samples(0.2), 50, 300) * decay(samples(0.2), 0.035)
    return repeat(length, burst, beats(rng, length, every_s=0.6, jitter=0.2))


def _thud(rng: np.random.Generator, length: int) -> Sound:
    return band_noise(rng, length, 40, 250) * decay(length, 0.06)


def _alarm(rng: np.random.Generator, length: int) -> Sound:
    """A clapper on a bell, 14 strokes a second."""
    t = clock(length)
    ring = sum(np.sin(2 * np.pi * hz * t) / k for k, hz in enumerate((1400, 2850, 4320), 1))
    return (ring * (1 - (t * 14) % 1.0)).astype(np.float32)


def _bell(rng: np.random.Generator, length: int) -> Sound:
    size = samples(0.5)
    ring = (glide(size, 2300, 2300) + 0.6 * glide(size, 3900, 3900)) * decay(size, 0.07)
    return repeat(length, ring, np.array([0.05, 0.25, 0.8, 1.0], np.float32))


def _horn(rng: np.random.Generator, length: int) -> Sound:
    return glide(length, 405, 405, harmonics=8) + glide(length, 510, 510, harmonics=8)


def _barking(rng: np.random.Generator, length: int) -> Sound:
    size = samples(0.18)
    bark = glide(size, 620, 330, harmonics=8) * swell(size) + 0.4 * band_noise(
        rng, size, 400, 2500
    ) * decay(size, 0.04)
    return repeat(length, bark, beats(rng, length, every_s=0.5, jitter=0.25))


def _door(rng: np.random.Generator, length: int) -> Sound:
    creak = glide(length, 300, 420, harmonics=6) * 0.2 * swell(length)
    slam = band_noise(rng, length, 40, 500) * decay(length, 0.05)
    return creak + 2 * np.roll(slam, length // 2) * (np.arange(length) >= length // 2)


def _rattle(rng: np.random.Generator, length: int) -> Sound:
    clink = band_noise(rng, samples(0.06), 1800, 6000) * decay(samples(0.06), 0.012)
    return repeat(length, clink, beats(rng, length, every_s=0.13, jitter=0.3))


def _strokes(low_hz: float, high_hz: float, every_s: float) -> Synthesis:
    def synthesis(rng: np.random.Generator, length: int) -> Sound:
        size = samples(every_s * 0.7)
        stroke = band_noise(rng, size, low_hz, high_hz) * swell(size)
        return repeat(length, stroke, beats(rng, length, every_s=every_s))

    return synthesis


CUES: dict[str, Synthesis] = {
    "footsteps": _steps(0.55),
    "running": _steps(0.27),
    "speech": _speech,
    "shouting": _shouting,
    "crowd": crowd,
    "scream": _scream,
    "engine": _engine,
    "tyres": _tyres,
    "crash": _crash,
    "horn": _horn,
    "glass": _glass,
    "gunshots": _gunshots,
    "blast": _blast,
    "crackle": _crackle,
    "thuds": _thuds,
    "thud": _thud,
    "alarm": _alarm,
    "bell": _bell,
    "barking": _barking,
    "door": _door,
    "rattle": _rattle,
    "rustle": _strokes(2000, 7000, 0.35),
    "sweeping": _strokes(1500, 6000, 0.62),
    "spraying": _strokes(4000, 7800, 1.1),
}
