"""The frozen test split of the simulated benchmark.

It was frozen on 2026-11-21, before any detector or retrieval model had been judged on it; only the
trivial baselines had been looked at. What was decided before drawing (scenes and captions of all
250 test videos) is frozen by a digest. Pictures and sounds are compared by coarse means, so that
another build of OpenCV or of the FFT does not count as another benchmark.

Whoever changes the test split changes these constants, and with them every published number.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float64

from benchmarks.simulator.programme import NUM_VIDEOS, Video, programme, specification_digest
from benchmarks.simulator.render import Renderer
from benchmarks.simulator.sounds import render_sound

FROZEN = "a6dada58bf3b64648a368a0790990f038ce058c26acda767454d4534dfaa353b"
"""`specification_digest` of the test split."""
LOOKS: tuple[tuple[float, ...], ...] = (
    (192.7, 183.2, 155.1, 167.7, 180.9, 128.2, 130.2, 121.0, 164.0, 122.4, 121.8, 119.8, 49.8),
    (174.4, 174.5, 174.9, 175.1, 138.3, 138.3, 140.9, 138.5, 148.1, 139.1, 150.1, 154.4, 51.8),
    (195.8, 185.7, 174.1, 196.4, 117.3, 103.5, 108.8, 107.0, 105.6, 101.9, 100.1, 101.6, 27.7),
    (138.8, 141.6, 145.2, 144.3, 147.6, 151.9, 156.1, 149.7, 126.9, 139.0, 132.8, 139.7, 42.0),
)
"""`look` of the first test videos."""
TOLERANCE = 1.0


def frozen_digest() -> str:
    """What `FROZEN` must be."""
    return specification_digest(programme("test", NUM_VIDEOS["test"]))


def looks(videos: Sequence[Video]) -> Float64[np.ndarray, "n 13"]:
    """`look` of each video."""
    return np.stack([look(video) for video in videos])


def look(video: Video) -> Float64[np.ndarray, " 13"]:
    """Brightness of 4 x 3 parts of the picture halfway through the main event, of 255, and the
    mean strength of the sound, of 1000.
    """
    event, renderer = video.scene.event, Renderer(video.scene)
    time_s = (event.start_s + event.end_s) / 2
    picture = renderer.draw(renderer.visible(time_s), time_s)
    parts = cv2.resize(picture.mean(axis=2), (4, 3), interpolation=cv2.INTER_AREA)
    sound = render_sound(video.scene)
    assert sound is not None, f"{video.name} has no sound"
    return np.round([*parts.ravel(), 1000 * float(np.abs(sound).mean())], 1)
