"""The sound track of a scene."""

import numpy as np

from benchmarks.simulator.ambiences import AMBIENCES
from benchmarks.simulator.cues import CUES
from benchmarks.simulator.scenes import Scene
from benchmarks.simulator.synthesis import Sound, samples

PEAK = 0.7
"""Of the loudest sample of a track."""


def render_sound(scene: Scene) -> Sound | None:
    """The track of a scene: mono at 16 kHz in [-1, 1], as long as the pictures; None if silent."""
    if scene.sound is None:
        return None
    rng = np.random.default_rng([scene.seed, 7])
    length = samples(scene.duration_s)
    ambience = _levelled(AMBIENCES[scene.sound.ambience](rng, length))
    track = ambience * 10 ** (-scene.sound.snr_db / 20)
    for cue in scene.sound.cues:
        first, last = samples(max(0.0, cue.start_s)), min(length, samples(cue.end_s))
        if first < last:
            track[first:last] += _levelled(CUES[cue.kind](rng, last - first))
    return (track * (PEAK / max(float(np.abs(track).max()), 1e-6))).astype(np.float32)


def _levelled(sound: Sound) -> Sound:
    """Loud parts of the same strength for all."""
    loud = float(np.sqrt(np.percentile(sound**2, 95))) if len(sound) else 0.0
    return sound / max(loud, 0.3 * float(np.abs(sound).max(initial=0.0)), 1e-6)
