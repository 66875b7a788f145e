"""Videos and queries of a split through a trained network, as the indexer and search would."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from benchmarks.datasets.base import FeatureReader, Item
from encoders.alan import AlanPredictor
from encoders.alan.training import Sentences
from segments.errors import UserError
from segments.vectors import ClipFeatures, DualQuery

VIDEOS_AT_ONCE = 64
Ask = Callable[[AlanPredictor, Item], DualQuery]
"""The query that an item is to be found by."""
Lead = Callable[[Item, ClipFeatures, AlanPredictor], Float32[np.ndarray, " t"]]
"""What leads the sampling of a video, in [0, 1]."""


@dataclass(frozen=True)
class Embedded:
    """A split, embedded; α is still to be chosen."""

    videos: Float32[np.ndarray, "n d"]
    """The stored vectors "alan"."""
    queries: tuple[DualQuery, ...]

    def similarity(self, alpha: float) -> Float32[np.ndarray, "n n"]:
        """Eq. 5 of every query, row, with every video, column."""
        return self.against(self, alpha)

    def against(self, others: "Embedded", alpha: float) -> Float32[np.ndarray, "n m"]:
        """Eq. 5 of these queries, rows, with other videos, columns."""
        return np.stack([query.vector(alpha) for query in self.queries]) @ others.videos.T


def led_by_detector(
    item: Item, features: ClipFeatures, predictor: AlanPredictor
) -> Float32[np.ndarray, " t"]:
    """The network's own MIL confidence, as everywhere outside of ablations."""
    return predictor.score_clips(features)


def ask_by_text(sentences: Sentences) -> Ask:
    """Asks by an item's first sentence."""

    def ask(predictor: AlanPredictor, item: Item) -> DualQuery:
        tokens, words, whole = sentences.outputs(item.texts[0])
        return predictor.encode_text(tokens, words, sentence=whole)

    return ask


def ask_by_sound(features: FeatureReader) -> Ask:
    """Asks by an item's own sound track.

    Raises:
        UserError: it has none.
    """

    def ask(predictor: AlanPredictor, item: Item) -> DualQuery:
        audio = features.read(item.video).audio
        if audio is None:
            raise UserError(f"{item.video} has no sound features to ask by")
        return predictor.encode_sound(audio).video

    return ask


def embed_items(
    predictor: AlanPredictor,
    items: Sequence[Item],
    features: FeatureReader,
    ask: Ask,
    *,
    lead: Lead = led_by_detector,
) -> Embedded:
    """One vector per video from its centre crop, whole, and one query per video.

    Args:
        lead: what leads anomaly-led sampling.
    """
    vectors: list[Float32[np.ndarray, " d"]] = []
    for start in range(0, len(items), VIDEOS_AT_ONCE):
        some = [
            (item, ClipFeatures(features.read(item.video).streams))
            for item in items[start : start + VIDEOS_AT_ONCE]
        ]
        segments = [(found, lead(item, found, predictor)) for item, found in some]
        vectors += [stored["alan"] for stored in predictor.embed_segments(segments)]
    return Embedded(np.stack(vectors), tuple(ask(predictor, item) for item in items))
