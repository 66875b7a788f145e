"""Features per clip and embeddings per segment."""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from jaxtyping import Float32, Int

from segments.media import VideoSegment


@dataclass(frozen=True)
class VectorSpec:
    """One named vector of a vector space."""

    name: str
    blocks: tuple[str, ...]
    """Names of the unit vectors it concatenates, e.g. ("cls.appearance", "avg.appearance")."""
    block_dim: int

    @property
    def dim(self) -> int:
        return len(self.blocks) * self.block_dim

    def block(self, vector: Float32[np.ndarray, " d"], name: str) -> Float32[np.ndarray, " b"]:
        """The part of `vector` that belongs to block `name`."""
        start = self.blocks.index(name) * self.block_dim
        return vector[start : start + self.block_dim]

    def parts(
        self, query: Float32[np.ndarray, " d"], stored: Float32[np.ndarray, " d"]
    ) -> dict[str, float]:
        """What each block adds to the inner product of `query` and `stored`."""
        products = (query * stored).reshape(len(self.blocks), self.block_dim).sum(axis=1)
        return dict(zip(self.blocks, products.tolist(), strict=True))


@dataclass(frozen=True)
class ClipFeatures:
    """Features of consecutive clips: what a profile computes once and every level shares."""

    streams: dict[str, Float32[np.ndarray, "t d"]]
    """By stream name ("appearance", "motion"); all have the same number of clips."""
    audio: Float32[np.ndarray, "t d"] | None = None
    """None where the file has no sound."""

    def __post_init__(self) -> None:
        arrays = [*self.streams.values(), *([] if self.audio is None else [self.audio])]
        if len({len(array) for array in arrays}) > 1:
            raise ValueError(f"streams of unequal length: {[array.shape for array in arrays]}")

    def __len__(self) -> int:
        return len(next(iter(self.streams.values())))

    def __getitem__(self, clips: slice | Int[np.ndarray, " _"]) -> "ClipFeatures":
        streams = {name: array[clips] for name, array in self.streams.items()}
        return ClipFeatures(streams, None if self.audio is None else self.audio[clips])


@dataclass(frozen=True)
class SegmentEmbedding:
    """What is stored of one segment."""

    segment: VideoSegment
    vectors: dict[str, Float32[np.ndarray, " d"]]
    """By vector name; "audio" is absent where the segment has no sound."""


@dataclass(frozen=True)
class DualQuery:
    """A query's two alignments, kept apart so that α stays a choice of the moment (Eq. 3-5)."""

    g: Float32[np.ndarray, "x d"]
    """Unit CLS embedding per visual stream."""
    h: Float32[np.ndarray, "x d"]
    """Unit AVG embedding per visual stream."""
    w_g: Float32[np.ndarray, " x"]
    """Weights of the streams in the CLS alignment; they sum to 1."""
    w_h: Float32[np.ndarray, " x"]
    """Likewise in the AVG alignment."""

    def uniform(self) -> Self:
        """The same query with streams that count alike, less those that do not count."""
        return replace(self, w_g=_even(self.w_g), w_h=_even(self.w_h))

    def vector(self, alpha: float) -> Float32[np.ndarray, " q"]:
        """The vector whose inner product with a stored [g_1..g_n, h_1..h_n] is Eq. 5.

        Args:
            alpha: share of the CLS alignment, in [0, 1].
        """
        cls = alpha * self.w_g[:, None] * self.g
        avg = (1.0 - alpha) * self.w_h[:, None] * self.h
        return np.concatenate([cls.ravel(), avg.ravel()]).astype(np.float32)


def _even(weights: Float32[np.ndarray, " x"]) -> Float32[np.ndarray, " x"]:
    counts = (weights > 0).astype(np.float32)
    return counts / counts.sum()


@dataclass(frozen=True)
class SoundQuery:
    """What a sound is searched by."""

    video: DualQuery
    """Sound to video: against the vector "alan"."""
    audio: Float32[np.ndarray, " d"]
    """Sound to sound: the unit dual embedding, against the vector "audio"."""
    heard: dict[str, float] = field(default_factory=dict[str, float])
    """The words that the sound was put into to reach the pictures, by their share; empty where the
    model was trained to compare sounds with pictures."""
