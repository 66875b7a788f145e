"""Regions to scores: how odd each clip is, and which of its regions make it so."""

import numpy as np
from jaxtyping import Float32, Int64

from detectors.local_patterns.base import Pooling
from detectors.local_patterns.reconstruction import ReconstructionModule
from detectors.local_patterns.stored import StoredRegions
from segments.region_reasons import RegionReasons

NUM_REASONS = 3
_MOST = 3

Errors = Float32[np.ndarray, "t f n 3"]
"""Of each region how much of its score is appearance, how much motion, and how much what it does;
0 where none is."""


def region_errors(
    regions: StoredRegions, module: ReconstructionModule | None, *, highest: float = 0.0
) -> Errors:
    """What is odd about what each region does, and what RM cannot give back of it.

    Where words say what regions do, the module adds only what lies beyond anything that it was
    fitted on, in units of that: errors of normal footage would drown the words. Where nothing says
    it, the module's errors are all; without one too, a region is as odd as its mean speed in frame
    heights per second, all of it motion.

    Args:
        highest: error of a region among those that the module was fitted on.
    """
    there = regions.is_there
    errors = np.zeros((*there.shape, 3), np.float32)
    errors[..., 2] = regions.odds
    is_told = bool(regions.acts.any())
    if module is not None:
        with_looks = module.config.appearance_dim > 0
        found = module.errors(regions.features(with_looks=with_looks))
        errors[there, :2] = beyond(found, highest) if is_told and highest > 0 else found
    elif not is_told:
        errors[there, 1] = regions.speeds[there]
    return errors


def beyond(errors: Float32[np.ndarray, "k 2"], highest: float) -> Float32[np.ndarray, "k 2"]:
    """By how many times the highest error of normal footage is exceeded, in the same parts."""
    whole = errors.sum(axis=1, keepdims=True)
    excess = np.maximum(whole / highest - 1, 0)
    return np.divide(errors * excess, whole, out=np.zeros_like(errors), where=whole > 0)


def clip_scores(errors: Errors, *, pooling: Pooling = "max") -> Float32[np.ndarray, " t"]:
    """A raw score per clip, 0 or more; 0 where no region is."""
    scores = errors.sum(axis=3)
    if pooling == "top3":
        return -np.sort(-scores.reshape(len(errors), -1))[:, :_MOST].sum(axis=1) / _MOST
    of_pictures = scores.max(axis=2, initial=0.0)
    return of_pictures.max(axis=1) if pooling == "max" else of_pictures.mean(axis=1)


def strongest(regions: StoredRegions, errors: Errors) -> RegionReasons:
    """The `NUM_REASONS` oddest things of each clip: each track's oddest view, oddest first."""
    chosen = [_oddest(*clip) for clip in zip(errors, regions.tracks, regions.is_there, strict=True)]
    counts = np.array([len(rows) for rows in chosen], np.uint8)
    shown_s = np.broadcast_to(regions.shown_s[..., None], regions.is_there.shape)

    def picked(array: np.ndarray) -> np.ndarray:
        flat = array.reshape(len(array), -1, *array.shape[3:])
        kept = np.zeros((len(array), NUM_REASONS, *array.shape[3:]), array.dtype)
        for row, values, indices in zip(kept, flat, chosen, strict=True):
            row[: len(indices)] = values[indices]
        return kept

    return RegionReasons(
        counts=counts,
        shown_s=picked(shown_s),
        boxes=picked(regions.boxes),
        tracks=picked(regions.tracks),
        captions=picked(regions.captions),
        is_carried=picked(regions.is_carried),
        errors=picked(errors),
        acts=picked(regions.acts),
        heat=picked(regions.heat),
    )


def _oddest(
    errors: Float32[np.ndarray, "f n 3"], tracks: np.ndarray, is_there: np.ndarray
) -> Int64[np.ndarray, " k"]:
    """Places in the clip, pictures one after the other; the earlier of equals."""
    places = np.flatnonzero(is_there)
    scores = errors.sum(axis=2).ravel()[places]
    ranked = places[np.argsort(-scores, kind="stable")]
    _, first = np.unique(tracks.ravel()[ranked], return_index=True)
    return ranked[np.sort(first)][:NUM_REASONS]
