"""Systems that are fitted on training videos and then compare texts with videos."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float, Float32

from benchmarks.c3d.features import peak, scaled_clips
from benchmarks.datasets.base import FeatureReader, Item
from benchmarks.metrics import DirectionRanks, unit
from benchmarks.retrieval.embedding import Embedded
from benchmarks.retrieval.hubness import corrected_ranks
from encoders.alan.closed_form import ridge_map
from encoders.alan.training import Sentences

Compare = Callable[[Sequence[Item], Sequence[Item]], Float[np.ndarray, "q v"]]
"""Similarity of some items' sentences, rows, with some items' videos, columns."""


class System(Protocol):
    """Something that learns to compare."""

    def fit(self, items: Sequence[Item]) -> Compare: ...


@dataclass(frozen=True)
class Ranked:
    """A system's ranks of the same test pairs, as they are and after the hubness correction."""

    plain: DirectionRanks
    corrected: DirectionRanks


def rank(compare: Compare, train: Sequence[Item], test: Sequence[Item]) -> Ranked:
    """Ranks of the test pairs; the correction knows training pairs only."""
    similarity = compare(test, test)
    return Ranked(
        DirectionRanks.of(similarity),
        corrected_ranks(
            similarity,
            of_bank_queries=compare(train, test),
            of_bank_videos=compare(test, train),
        ),
    )


def pooled(folds: Sequence[Ranked]) -> Ranked:
    """The pairs of all folds."""
    return Ranked(
        DirectionRanks.pooled([fold.plain for fold in folds]),
        DirectionRanks.pooled([fold.corrected for fold in folds]),
    )


@dataclass(frozen=True)
class Ridge:
    """Ridge regression from a pooled video to its sentence: the line that a network must pass."""

    raw: FeatureReader
    sentences: Sentences
    by_peak: bool
    penalty: float

    def fit(self, items: Sequence[Item]) -> Compare:
        said = self._said(items)
        found = ridge_map(self._seen(items), said, penalty=self.penalty)
        middle = said.mean(axis=0)

        def compare(queries: Sequence[Item], videos: Sequence[Item]) -> Float[np.ndarray, "q v"]:
            return unit(self._said(queries) - middle) @ unit(found(self._seen(videos))).T

        return compare

    def _seen(self, items: Sequence[Item]) -> Float32[np.ndarray, "n d"]:
        if self.by_peak:
            return np.stack([peak(self.raw, item.video) for item in items])
        return np.stack([scaled_clips(self.raw, item.video).mean(axis=0) for item in items])

    def _said(self, items: Sequence[Item]) -> Float32[np.ndarray, "n c"]:
        return self.sentences([item.texts[0] for item in items])


def compare_embedded(items: Sequence[Item], embedded: Embedded, *, alpha: float) -> Compare:
    """Compares items that were embedded before."""
    similarity = embedded.similarity(alpha)
    row_of: Mapping[str, int] = {item.video: row for row, item in enumerate(items)}

    def compare(queries: Sequence[Item], videos: Sequence[Item]) -> Float[np.ndarray, "q v"]:
        rows, columns = ([row_of[item.video] for item in some] for some in (queries, videos))
        return similarity[np.ix_(rows, columns)]

    return compare
