"""The parts that Local Patterns is put together from, as protocols, and what passes between them.

Pictures are RGB and of any one size; boxes are left, top, right and bottom as shares of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from jaxtyping import Bool, Float32, Int64, UInt8

Pooling = Literal["max", "top3", "mean"]
"""A clip is as odd as the oddest region of its pictures; or as the mean of the three oddest, of
which those that are missing count 0; or as the mean over its pictures of each one's oddest."""


@dataclass(frozen=True, eq=False)
class Regions:
    """What an engine found in one picture."""

    boxes: Float32[np.ndarray, "n 4"]
    confidences: Float32[np.ndarray, " n"]
    """How sure the engine is, from 0 to 1."""
    labels: tuple[str, ...]
    """What the engine calls each; empty words where it does not say."""

    def __post_init__(self) -> None:
        if not len(self.boxes) == len(self.confidences) == len(self.labels):
            lengths = len(self.boxes), len(self.confidences), len(self.labels)
            raise ValueError(f"boxes, confidences and labels of different lengths: {lengths}")

    def __len__(self) -> int:
        return len(self.boxes)


class RegionFinder(Protocol):
    """Finds the regions of the pictures of one video, in order."""

    def find(
        self,
        pictures: UInt8[np.ndarray, "f h w 3"],
        velocity: Float32[np.ndarray, "f m gh gw 2"],
    ) -> list[Regions]:
        """The regions of each picture.

        Args:
            velocity: the fields around each picture, in frame heights per second.
        """
        ...


class RegionEngine(Protocol):
    """A way to find regions."""

    @property
    def name(self) -> str: ...

    def follow(self) -> RegionFinder:
        """A finder for a new run of pictures: it remembers nothing of others."""
        ...


class RegionEncoder(Protocol):
    """What regions look like, as image tokens in one space with sentences."""

    @property
    def dim(self) -> int:
        """Width of every vector here, H_d."""
        ...

    @property
    def num_tokens(self) -> int:
        """Image tokens per region, N_q."""
        ...

    def encode(
        self, pictures: UInt8[np.ndarray, "f h w 3"], boxes: Sequence[Float32[np.ndarray, "n 4"]]
    ) -> list[Float32[np.ndarray, "n q d"]]:
        """The image tokens of the boxes of each picture."""
        ...

    def describe(self, tokens: Float32[np.ndarray, "n q d"]) -> list[str]:
        """A sentence for each region: generated, or the nearest of a bank."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Float32[np.ndarray, "k d"]:
        """A vector per sentence: F^T[0]."""
        ...

    def encode_questions(
        self, texts: Sequence[str]
    ) -> tuple[Float32[np.ndarray, "k s d"], Bool[np.ndarray, "k s"]]:
        """The tokens of questions, the sentence's own first; True where a token is one."""
        ...

    def heat(
        self,
        tokens: Float32[np.ndarray, "n q d"],
        words: Float32[np.ndarray, "n d"],
        size: tuple[int, int],
    ) -> Float32[np.ndarray, "n h w"]:
        """Where in its box each region shows what a sentence speaks of, from 0 to 1.

        Args:
            tokens: as `encode` gave them, not long ago.
            words: of each region's sentence, as `encode_texts` gives them.
            size: height and width of the maps.
        """
        ...


@dataclass(frozen=True, eq=False)
class PatternFrame:
    """The regions of one picture, as Local Patterns sees them."""

    pts_s: float
    boxes: Float32[np.ndarray, "n 4"]
    """As the engine found them, not expanded."""
    tracks: Int64[np.ndarray, " n"]
    """Ids that last from picture to picture."""
    motion: Float32[np.ndarray, "n 8"]
    """Histogram of directions, in frame heights per second."""
    speeds: Float32[np.ndarray, " n"]
    """Mean speed within `boxes`, in frame heights per second."""
    patterns: Float32[np.ndarray, "n d"]
    """G of CMAM; d is 0 without an encoder."""
    weights: Float32[np.ndarray, "n q"]
    """Each image token's cosine to the caption."""
    captions: tuple[str, ...]
    is_carried: Bool[np.ndarray, " n"]
    """Whether a caption is one of an earlier, sharper view."""
    labels: tuple[str, ...]
    """What the engine calls each; empty words where it does not say."""
    heat: Float32[np.ndarray, "n hh hw"] | None = None
    """Where in its box the caption's matter is, from 0 to 1; None where nobody asked for it."""

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def said(self) -> tuple[str, ...]:
        """What is kept of each in words: its caption, after what the engine calls it."""
        pairs = zip(self.labels, self.captions, strict=True)
        return tuple(own if name in ("", own) else f"{name}: {own}" for name, own in pairs)

    @property
    def features(self) -> Float32[np.ndarray, "n _"]:
        """What RM takes: G, then M."""
        return np.concatenate([self.patterns, self.motion], axis=1)
