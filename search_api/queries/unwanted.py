"""What hits should not show: moments that are unusually like an unwanted sentence lose by it.

A moment's similarity to the unwanted is standardised by what is usual in the library, which centres
the embeddings: what all footage shares counts for nothing. What exceeds FROM is taken off, in the
standard deviations of the wanted similarity. Both constants were chosen on simulated training
videos (`python -m benchmarks.asking`).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float32

from search_api.queries.background import Background, Usual
from search_api.queries.probes import Probe
from segments.media import Level
from segments.store.base import Match

FROM = -1.0
"""Standard deviations from the usual similarity to the unwanted: below, nothing is taken off."""
WEIGHT = 0.75
VECTOR = "alan"


class Unwanted:
    """Unwanted sentences, compared with one library."""

    def __init__(
        self,
        vectors: Mapping[str, Float32[np.ndarray, " d"]],
        background: Background,
        level: Level,
    ) -> None:
        """
        Args:
            vectors: of the sentences, by sentence.
        """
        self._vectors = dict(vectors)
        usual = [background.usual(VECTOR, vector, level) for vector in self._vectors.values()]
        self._usual = dict(zip(self._vectors, usual, strict=True))

    def penalties(
        self, probe: Probe, usual: Usual, matches: Sequence[Match]
    ) -> dict[str, dict[str, float]]:
        """What each match loses, by point and by part ("without." and the sentence); <= 0.

        Args:
            probe: whose similarities are lowered.
            usual: its own.
            matches: with vectors.
        """
        return {match.point.id: self._of(match, usual.spread) for match in matches}

    def _of(self, match: Match, spread: float) -> dict[str, float]:
        stored = match.point.vectors[VECTOR]
        return {
            f"without.{text}": penalty(
                self._usual[text].standardised(float(vector @ stored)), spread
            )
            for text, vector in self._vectors.items()
        }


def penalty(standardised: float, spread: float) -> float:
    """What a standardised similarity to the unwanted takes off a score with such a spread."""
    return min(0.0, WEIGHT * spread * (FROM - standardised))
