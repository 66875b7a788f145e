"""Frame scores of footage whose own normal frames are all there is to learn from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Float32
from scipy.ndimage import gaussian_filter1d

from benchmarks.local_patterns.settings import SIGMA_FRAMES, Setting, Smoothing
from detectors.local_patterns.base import PatternFrame
from detectors.local_patterns.reconstruction import ReconstructionConfig, ReconstructionModule

_CUT_OFF = 4.0
"""Deviations after which a Gaussian is 0."""


@dataclass(frozen=True, eq=False)
class RegionRows:
    """The features of the regions of each frame of one video."""

    truth: Bool[np.ndarray, " f"]
    frames: Sequence[Float32[np.ndarray, "n d"]]

    @property
    def normal(self) -> Float32[np.ndarray, "n d"]:
        """Of all regions of the normal frames."""
        width = self.frames[0].shape[1]
        rows = [rows for rows, odd in zip(self.frames, self.truth, strict=True) if not odd]
        return np.concatenate([np.zeros((0, width), np.float32), *rows])


def region_rows(
    frames: Sequence[PatternFrame], truth: Bool[np.ndarray, " f"], setting: Setting
) -> RegionRows:
    """What a setting's module takes of each frame."""
    blocks = {"appearance": "patterns", "motion": "motion"}
    rows = [
        np.concatenate([getattr(frame, blocks[name]) for name in setting.blocks], axis=1)
        for frame in frames[: len(truth)]
    ]
    return RegionRows(truth[: len(rows)], rows)


def fastest(frames: Sequence[PatternFrame]) -> Float32[np.ndarray, " f"]:
    """Mean speed within the fastest region of each frame; 0 without regions."""
    return np.array([frame.speeds.max(initial=0.0) for frame in frames], np.float32)


def leave_one_out(
    videos: Sequence[RegionRows], config: ReconstructionConfig, *, seed: int
) -> list[Float32[np.ndarray, " f"]]:
    """Each video's frame scores, by a module that learns from the normal frames of the others.

    A frame is as odd as its oddest region, and 0 without regions. Videos without a normal frame
    share one module: what it would leave out is nothing.
    """
    shared: ReconstructionModule | None = None
    scores = []
    for held_out, video in enumerate(videos):
        others = [other.normal for place, other in enumerate(videos) if place != held_out]
        rows = np.concatenate(others)
        if not video.truth.all():
            scores.append(_scored(video, ReconstructionModule.fit(rows, config, seed=seed)))
            continue
        shared = shared or ReconstructionModule.fit(rows, config, seed=seed)
        scores.append(_scored(video, shared))
    return scores


def module_config(setting: Setting, *, patterns_dim: int) -> ReconstructionConfig:
    """The setting's module, as wide as its features."""
    assert setting.module is not None
    return replace(
        setting.module,
        appearance_dim=patterns_dim if "appearance" in setting.blocks else 0,
        motion_dim=setting.module.motion_dim if "motion" in setting.blocks else 0,
    )


def smoothed(
    scores: Float[np.ndarray, " f"], how: Smoothing, *, sigma: float = SIGMA_FRAMES
) -> Float[np.ndarray, " f"]:
    """One video's scores over time: "centred" looks ahead, "causal" back only."""
    if how == "none":
        return scores
    if how == "centred":
        return gaussian_filter1d(scores, sigma, mode="nearest")
    ages = np.arange(int(_CUT_OFF * sigma) + 1)
    weights = np.exp(-0.5 * (ages / sigma) ** 2)
    before = np.concatenate([np.full(len(ages) - 1, scores[0]), scores])
    return np.convolve(before, weights / weights.sum(), mode="valid")


def _scored(video: RegionRows, module: ReconstructionModule) -> Float32[np.ndarray, " f"]:
    scores = module.score(np.concatenate(video.frames))
    ends = np.cumsum([len(rows) for rows in video.frames])
    return np.array([part.max(initial=0.0) for part in np.split(scores, ends[:-1])], np.float32)
