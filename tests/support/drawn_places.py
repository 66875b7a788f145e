"""A few pictures of drawn places, as the compact profile sees them."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float32

from benchmarks.simulator.render import render_frames
from benchmarks.simulator.sampling import sample_scene, split_seeds
from benchmarks.simulator.scenes import Scene
from encoders.compact.profile import CompactProfile

DURATION_S = 0.7
"""Eight pictures."""


def drawn_footage(
    profile: CompactProfile, places: Sequence[str], *, views: int
) -> dict[tuple[str, int], Float32[np.ndarray, "t d"]]:
    """Unit appearance vectors of test scenes without anomalies, by place and view."""
    return {
        (place, view): _look(
            profile,
            sample_scene(seed, duration_s=DURATION_S, place=place, kind="walk", weather="clear"),
        )
        for place in places
        for view, seed in enumerate(split_seeds("test", views))
    }


def _look(profile: CompactProfile, scene: Scene) -> Float32[np.ndarray, "t d"]:
    height, width = profile.spec.frame_size
    pictures = [cv2.resize(picture, (width, height)) for picture in render_frames(scene)]
    vectors = profile.encoders.look(np.stack(pictures)[:, None])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
