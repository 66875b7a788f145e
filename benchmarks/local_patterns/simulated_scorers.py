"""Ways to say how odd each region of a video is, from normal footage or from words alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Float32
from sklearn.covariance import LedoitWolf
from sklearn.neighbors import NearestNeighbors

from detectors.local_patterns.reconstruction import ReconstructionConfig, ReconstructionModule
from detectors.local_patterns.scoring import region_errors
from detectors.local_patterns.stored import StoredRegions

RegionScores = Float32[np.ndarray, "t f n"]
"""Higher is more anomalous; 0 or more, and 0 where no region is."""
Score = Callable[[StoredRegions], RegionScores]
NEAREST = 3
MOST_COMPARED = 6000
"""Normal regions that are kept to find the nearest among."""
SHARPNESS = 0.05
"""Temperature of the share of odd sentences."""


@dataclass(frozen=True, eq=False)
class Normal:
    """Regions of normal footage."""

    features: Float32[np.ndarray, "k d"]
    """[G; M]."""
    appearance_dim: int


Fit = Callable[[Normal], Score]


def speed(_normal: Normal) -> Score:
    """How fast a region is; nothing is learned."""
    return lambda regions: region_errors(regions, None).sum(axis=-1)


def crowd(_normal: Normal) -> Score:
    """How many regions its picture has: something goes on, whatever it is."""
    return lambda regions: np.where(regions.is_there, regions.counts[..., None], 0).astype(
        np.float32
    )


def reconstruction(config: ReconstructionConfig, *, seed: int = 0) -> Fit:
    """RM; a block that the config gives no dimensions is left out.

    Args:
        config: its sizes say only which blocks there are.
    """

    def fit(normal: Normal) -> Score:
        blocks = _Blocks(normal, config.appearance_dim > 0, config.motion_dim > 0)
        sized = replace(config, appearance_dim=blocks.sizes[0], motion_dim=blocks.sizes[1])
        module = ReconstructionModule.fit(blocks.of(normal.features), sized, seed=seed)
        return _everywhere(lambda rows: module.score(blocks.of(rows)))

    return fit


def mahalanobis(normal: Normal) -> Score:
    """Distance from the mean of normal regions, under their covariance (Ledoit and Wolf)."""
    scale = _Standard(normal.features)
    spread = LedoitWolf().fit(scale(normal.features))
    return _everywhere(lambda rows: np.sqrt(spread.mahalanobis(scale(rows))))


def neighbours(normal: Normal) -> Score:
    """Mean distance to the nearest normal regions."""
    scale = _Standard(normal.features)
    step = -(-len(normal.features) // MOST_COMPARED)
    known = NearestNeighbors(n_neighbors=NEAREST).fit(scale(normal.features[::step]))
    return _everywhere(lambda rows: known.kneighbors(scale(rows))[0].mean(axis=1))


def words(vectors: Float[np.ndarray, "s d"], is_odd: Bool[np.ndarray, " s"]) -> Fit:
    """Share of odd sentences among all that a region's pattern G could be told in.

    Args:
        vectors: of the bank's sentences, in the space of G.
    """
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def share(rows: Float32[np.ndarray, "k d"]) -> Float[np.ndarray, " k"]:
        patterns = rows[:, : units.shape[1]]
        length = np.maximum(np.linalg.norm(patterns, axis=1, keepdims=True), 1e-12)
        odds = np.exp((patterns / length @ units.T) / SHARPNESS)
        return odds[:, is_odd].sum(axis=1) / odds.sum(axis=1)

    return lambda _normal: _everywhere(share)


def together(fits: Sequence[Fit]) -> Fit:
    """The product of several scores, so that no unit of measurement decides."""

    def fit(normal: Normal) -> Score:
        scores = [each(normal) for each in fits]
        return lambda regions: np.prod([score(regions) for score in scores], axis=0)

    return fit


class _Standard:
    """Rows in units of the deviation of each block of normal features."""

    def __init__(self, features: Float32[np.ndarray, "k d"]) -> None:
        self._mean, self._deviation = features.mean(axis=0), features.std(axis=0) + 1e-6

    def __call__(self, rows: Float32[np.ndarray, "k d"]) -> Float32[np.ndarray, "k d"]:
        return (rows - self._mean) / self._deviation


class _Blocks:
    """The columns of G, of M, or of both."""

    def __init__(self, normal: Normal, has_appearance: bool, has_motion: bool) -> None:
        width, motion_dim = normal.features.shape[1], 0
        motion_dim = width - normal.appearance_dim
        self.sizes = (normal.appearance_dim * has_appearance, motion_dim * has_motion)
        first = 0 if has_appearance else normal.appearance_dim
        self._columns = slice(first, first + sum(self.sizes))

    def of(self, rows: Float32[np.ndarray, "k d"]) -> Float32[np.ndarray, "k b"]:
        return np.ascontiguousarray(rows[:, self._columns])


def _everywhere(score: Callable[[Float32[np.ndarray, "k d"]], Float[np.ndarray, " k"]]) -> Score:
    def everywhere(regions: StoredRegions) -> RegionScores:
        scores = np.zeros(regions.is_there.shape, np.float32)
        if regions.is_there.any():
            scores[regions.is_there] = score(regions.features())
        return scores

    return everywhere
