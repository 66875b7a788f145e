"""What can be measured of a clip without any network: colour, brightness, motion, loudness."""

import cv2
import numpy as np
from jaxtyping import Float32

from benchmarks.simulator.recording import DrawnClip

COLOUR_BINS = 3
COLUMNS: dict[str, int] = {
    "colour": 6 + COLOUR_BINS**3,
    "brightness": 4,
    "motion": 6,
    "change": 1,
    "loudness": 1,
}
"""Groups of measures with their widths, in order."""
SILENCE = 1e-4
MOVING = 0.05
"""Frame heights per second, above which a cell moves."""


def measure_clip(clip: DrawnClip) -> Float32[np.ndarray, " k"]:
    """All that one clip's pictures and motion tell."""
    return np.concatenate([_colour(clip), _grey_levels(clip), _motion(clip)], dtype=np.float32)


def measure_video(
    clips: Float32[np.ndarray, "t k"], sound: Float32[np.ndarray, "t s"]
) -> Float32[np.ndarray, "t m"]:
    """`measure_clip` of every clip, with the change of brightness since the clip before and the
    loudness: the columns of `COLUMNS`.
    """
    brightness = clips[:, COLUMNS["colour"]]
    change = np.abs(np.diff(brightness, prepend=brightness[0]))
    loudness = np.log10(np.sqrt(np.square(sound).mean(axis=1)) + SILENCE)
    return np.column_stack([clips, change, loudness]).astype(np.float32)


def group(measures: Float32[np.ndarray, "t k"], name: str) -> Float32[np.ndarray, "t g"]:
    """One group of the measures."""
    names = list(COLUMNS)
    start = sum(COLUMNS[other] for other in names[: names.index(name)])
    return measures[:, start : start + COLUMNS[name]]


def _colour(clip: DrawnClip) -> Float32[np.ndarray, " c"]:
    """Mean and deviation of red, green and blue, and the shares of coarse colours."""
    pixels = clip.frames[0].reshape(-1, 3)
    bins = (pixels.astype(np.int64) * COLOUR_BINS) // 256
    code = (bins[:, 0] * COLOUR_BINS + bins[:, 1]) * COLOUR_BINS + bins[:, 2]
    shares = np.bincount(code, minlength=COLOUR_BINS**3) / len(pixels)
    mean, deviation = (stat.ravel() / 255 for stat in cv2.meanStdDev(clip.frames[0]))
    return np.concatenate([mean, deviation, np.sqrt(shares)], dtype=np.float32)


def _grey_levels(clip: DrawnClip) -> Float32[np.ndarray, " 4"]:
    grey = cv2.cvtColor(clip.frames[-1], cv2.COLOR_RGB2GRAY) / 255
    return np.array([grey.mean(), grey.std(), *np.percentile(grey, (10, 90))], np.float32)


def _motion(clip: DrawnClip) -> Float32[np.ndarray, " 6"]:
    """Mean, deviation and largest speed, share of moving cells, and the mean direction."""
    x, y = clip.motion[..., 0], clip.motion[..., 1]
    speed = np.hypot(x, y)
    values = (speed.mean(), speed.std(), speed.max(), (speed > MOVING).mean(), x.mean(), y.mean())
    return np.array(values, np.float32)
