"""Ways to say how odd each region of a video is, from normal footage or from words alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from jaxtyping import Bool, Float, Float32, Shaped
from sklearn.covariance import LedoitWolf
from sklearn.neighbors import NearestNeighbors

from detectors.local_patterns.reconstruction import ReconstructionConfig, ReconstructionModule
from detectors.local_patterns.scoring import region_errors
from detectors.local_patterns.stored import StoredRegions

RegionScores = Float32[np.ndarray, "t f n"]
"""Higher is more anomalous; 0 or more, and 0 where no region is."""
Score = Callable[[StoredRegions], RegionScores]
NEAREST = 3
MOST_COMPARED = 2000
"""Normal regions that are kept to find the nearest among."""
MOST_LEARNED = 5000
"""Normal regions that RM learns from."""
_MOST_APART = 2.0
"""Of two cosines: keeps scores from 0."""


@dataclass(frozen=True, eq=False)
class Footage:
    """Regions of a video, and which of its clips are normal."""

    regions: StoredRegions
    is_normal: Bool[np.ndarray, " t"]

    def of_normal(self, values: Shaped[np.ndarray, "t f n"]) -> Shaped[np.ndarray, " k"]:
        """What belongs to the regions of normal clips."""
        return values[self.regions.is_there & self.is_normal[:, None, None]]


@dataclass(frozen=True, eq=False)
class Normal:
    """Regions of normal footage."""

    footage: Sequence[Footage]

    @cached_property
    def features(self) -> Float32[np.ndarray, "k d"]:
        """[G; M]."""
        clips = [np.nonzero(each.regions.is_there)[0] for each in self.footage]
        pairs = zip(self.footage, clips, strict=True)
        return np.concatenate([e.regions.features()[e.is_normal[clip]] for e, clip in pairs])

    @property
    def appearance_dim(self) -> int:
        """How many of the features are G."""
        return self.footage[0].regions.patterns.shape[-1]


Fit = Callable[[Normal], Score]


def speed(_normal: Normal) -> Score:
    """How fast a region is; nothing is learned."""
    return lambda regions: np.where(regions.is_there, regions.speeds, 0)


def present(_normal: Normal) -> Score:
    """1 of every region: whether anything is there at all."""
    return lambda regions: regions.is_there.astype(np.float32)


def acting(_normal: Normal) -> Score:
    """How far the words for what a region does are those of something anomalous."""
    return lambda regions: regions.odds


def acting_beyond(config: ReconstructionConfig, *, seed: int = 0) -> Fit:
    """The same with what RM finds beyond the oddest region that it learned from, as in a library.

    Args:
        config: its sizes say nothing.
    """

    def fit(normal: Normal) -> Score:
        sized = replace(config, appearance_dim=normal.appearance_dim)
        lessons = _evenly(normal.features, MOST_LEARNED)
        module = ReconstructionModule.fit(lessons, sized, seed=seed)
        highest = float(module.score(lessons).max())
        return lambda regions: region_errors(regions, module, highest=highest).sum(axis=-1)

    return cache(fit)


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
        lessons = _evenly(blocks.of(normal.features), MOST_LEARNED)
        module = ReconstructionModule.fit(lessons, sized, seed=seed)
        return _everywhere(lambda rows: module.score(blocks.of(rows)))

    return cache(fit)


def mahalanobis(normal: Normal) -> Score:
    """Distance from the mean of normal regions, under their covariance (Ledoit and Wolf)."""
    scale = _Standard(normal.features)
    spread = LedoitWolf().fit(scale(normal.features))
    return _everywhere(lambda rows: np.sqrt(spread.mahalanobis(scale(rows))))


def neighbours(normal: Normal) -> Score:
    """Mean distance to the nearest normal regions."""
    scale = _Standard(normal.features)
    known = NearestNeighbors(n_neighbors=NEAREST)
    known.fit(scale(_evenly(normal.features, MOST_COMPARED)))
    return _everywhere(lambda rows: known.kneighbors(scale(rows))[0].mean(axis=1))


def words(normal: Float[np.ndarray, "s d"], anomalous: Float[np.ndarray, "u d"]) -> Fit:
    """How much nearer G is to a sentence of something odd than to any of daily life; from 0.

    Args:
        normal: unit vectors of sentences, in the space of G.
        anomalous: likewise.
    """

    def nearer(rows: Float32[np.ndarray, "k d"]) -> Float[np.ndarray, " k"]:
        patterns = rows[:, : normal.shape[1]]
        unit = patterns / np.maximum(np.linalg.norm(patterns, axis=1, keepdims=True), 1e-12)
        nearest = [(unit @ each.T).max(axis=1) for each in (anomalous, normal)]
        return nearest[0] - nearest[1] + _MOST_APART

    everywhere = _everywhere(nearer)
    return lambda _normal: everywhere


def rarity(fits: Sequence[Fit]) -> Fit:
    """How few normal regions score as high, in every one of several ways at once.

    The sum over the ways of -log of that share, as Fisher joins independent tests: no unit of
    measurement and no weight decides.
    """

    def fit(normal: Normal) -> Score:
        ranked = [_Ranked(score, normal) for score in (each(normal) for each in fits)]
        return lambda regions: np.sum([each(regions) for each in ranked], axis=0)

    return fit


class _Ranked:
    """A score as -log of the share of normal regions that reach it."""

    def __init__(self, score: Score, normal: Normal) -> None:
        self._score = score
        known = [each.of_normal(score(each.regions)) for each in normal.footage]
        self._known = np.sort(np.concatenate(known))

    def __call__(self, regions: StoredRegions) -> RegionScores:
        below = np.searchsorted(self._known, self._score(regions), side="left")
        share = (len(self._known) - below + 1) / (len(self._known) + 1)
        return np.where(regions.is_there, -np.log(share), 0.0).astype(np.float32)


class _Standard:
    """Rows in units of the deviation of each block of normal features."""

    def __init__(self, features: Float32[np.ndarray, "k d"]) -> None:
        self._mean, self._deviation = features.mean(axis=0), features.std(axis=0) + 1e-6

    def __call__(self, rows: Float32[np.ndarray, "k d"]) -> Float32[np.ndarray, "k d"]:
        return (rows - self._mean) / self._deviation


class _Blocks:
    """The columns of G, of M, or of both."""

    def __init__(self, normal: Normal, has_appearance: bool, has_motion: bool) -> None:
        motion_dim = normal.features.shape[1] - normal.appearance_dim
        self.sizes = (normal.appearance_dim * has_appearance, motion_dim * has_motion)
        first = 0 if has_appearance else normal.appearance_dim
        self._columns = slice(first, first + sum(self.sizes))

    def of(self, rows: Float32[np.ndarray, "k d"]) -> Float32[np.ndarray, "k b"]:
        return np.ascontiguousarray(rows[:, self._columns])


def _evenly(rows: Float32[np.ndarray, "k d"], most: int) -> Float32[np.ndarray, "m d"]:
    """At most `most` rows, spread over all."""
    return rows[:: -(-len(rows) // most)]


def _everywhere(score: Callable[[Float32[np.ndarray, "k d"]], Float[np.ndarray, " k"]]) -> Score:
    @cache
    def everywhere(regions: StoredRegions) -> RegionScores:
        scores = np.zeros(regions.is_there.shape, np.float32)
        if regions.is_there.any():
            scores[regions.is_there] = score(regions.features())
        return scores

    return everywhere
