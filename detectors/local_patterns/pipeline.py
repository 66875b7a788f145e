"""Pictures to patterns: regions, their tokens and captions, what of them the words speak of, and
how they move (paper Fig. 2 up to the Reconstruction Module).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float32, Float64, Int64, UInt8

from detectors.local_patterns.base import PatternFrame, RegionEncoder, RegionEngine, Regions
from detectors.local_patterns.caption_memory import CaptionMemory, Observation, Rule, SayYes
from detectors.local_patterns.cmam import Attention, local_pattern, token_weights
from detectors.local_patterns.motion_histogram import (
    Mean,
    mean_speed,
    motion_histograms,
)
from detectors.local_patterns.tracks import Tracker, areas, busiest, expanded


@dataclass(frozen=True)
class PatternConfig:
    """How regions become patterns."""

    expand: float = 0.5
    """Share of a box's size that is added on each side before it is looked at."""
    most: int = 8
    """Regions of one picture; of more, those that move most are kept (`tracks.busiest`)."""
    attention: Attention = "cosine"
    mean_over: Mean = "bin"
    least_speed: float = 0.0
    """Frame heights per second; slower cells have no direction."""
    memory: Rule | Literal["off"] = "sharpest"
    """Which earlier caption may stand for a later view (`caption_memory`)."""
    least_overlap: float = 0.3
    gap: int = 5
    """Pictures that a track outlives without a box."""


class LocalPatterns:
    """An engine, an encoder and the answers to questions, ready for any number of videos.

    Args:
        encoder: None for motion alone.
        says_yes: whether a caption still holds; None: no caption is carried on.
        heat_size: rows and columns of heat maps; None: none are made.
    """

    def __init__(
        self,
        engine: RegionEngine,
        encoder: RegionEncoder | None,
        config: PatternConfig | None = None,
        *,
        says_yes: SayYes | None = None,
        heat_size: tuple[int, int] | None = None,
    ) -> None:
        self.engine, self.encoder = engine, encoder
        self.config = config or PatternConfig()
        self.says_yes = says_yes
        self.heat_size = heat_size

    def follow(self) -> "PatternReader":
        """A reader for a new run of pictures."""
        return PatternReader(self)


@dataclass(frozen=True, eq=False)
class _Kept:
    """The regions of a picture that are looked at."""

    boxes: Float32[np.ndarray, "n 4"]
    seen: Float32[np.ndarray, "n 4"]
    speeds: Float32[np.ndarray, " n"]
    labels: tuple[str, ...]


class PatternReader:
    """Reads the pictures of one video, in order; remembers tracks and their captions."""

    def __init__(self, parts: LocalPatterns) -> None:
        config = parts.config
        self._parts, self._config = parts, config
        self._finder = parts.engine.follow()
        self._tracker = Tracker(least_overlap=config.least_overlap, gap=config.gap)
        self._memory = None
        if parts.says_yes is not None and config.memory != "off":
            self._memory = CaptionMemory(parts.says_yes, rule=config.memory)

    def read(
        self,
        pictures: UInt8[np.ndarray, "f h w 3"],
        velocity: Float32[np.ndarray, "f m gh gw 2"],
        pts_s: Float64[np.ndarray, " f"],
    ) -> list[PatternFrame]:
        """The patterns of the next pictures, in order.

        Args:
            velocity: the fields around each picture, in frame heights per second.
        """
        found = self._finder.find(pictures, velocity)
        kept = [self._kept(*pair) for pair in zip(found, velocity, strict=True)]
        tokens = self._tokens(pictures, [one.seen for one in kept])
        frames = zip(kept, velocity, tokens, pts_s.tolist(), strict=True)
        return [self._frame(*frame) for frame in frames]

    def _kept(self, regions: Regions, velocity: Float32[np.ndarray, "m gh gw 2"]) -> _Kept:
        speeds = mean_speed(velocity, regions.boxes)
        rows = busiest(regions.boxes, speeds, most=self._config.most)
        boxes = regions.boxes[rows]
        seen = expanded(boxes, self._config.expand).astype(np.float32)
        return _Kept(boxes, seen, speeds[rows], tuple(regions.labels[row] for row in rows))

    def _tokens(
        self,
        pictures: UInt8[np.ndarray, "f h w 3"],
        boxes: Sequence[Float32[np.ndarray, "n 4"]],
    ) -> list[Float32[np.ndarray, "n q d"]]:
        encoder = self._parts.encoder
        if encoder is None:
            return [np.zeros((len(row), 0, 0), np.float32) for row in boxes]
        return encoder.encode(pictures, boxes)

    def _frame(
        self,
        kept: _Kept,
        velocity: Float32[np.ndarray, "m gh gw 2"],
        tokens: Float32[np.ndarray, "n q d"],
        pts_s: float,
    ) -> PatternFrame:
        tracks, config = self._tracker.update(kept.boxes), self._config
        found, weights = self._described(kept, tracks, tokens)
        captions = tuple(one.caption for one in found)
        return PatternFrame(
            pts_s=pts_s,
            boxes=kept.boxes,
            tracks=tracks,
            motion=motion_histograms(
                velocity, kept.seen, mean_over=config.mean_over, least_speed=config.least_speed
            ),
            speeds=kept.speeds,
            patterns=_rows([one.pattern for one in found], tokens.shape[2]),
            weights=weights,
            captions=captions,
            is_carried=np.array([one.is_carried for one in found], bool),
            labels=kept.labels,
            heat=self._heat(captions, tokens),
        )

    def _heat(
        self, captions: Sequence[str], tokens: Float32[np.ndarray, "n q d"]
    ) -> Float32[np.ndarray, "n hh hw"] | None:
        encoder, size = self._parts.encoder, self._parts.heat_size
        if encoder is None or size is None or len(captions) == 0:
            return None
        return encoder.heat(tokens, encoder.encode_texts(captions), size)

    def _described(
        self, kept: _Kept, tracks: Int64[np.ndarray, " n"], tokens: Float32[np.ndarray, "n q d"]
    ) -> tuple[list[Observation], Float32[np.ndarray, "n q"]]:
        """Each region with the caption to believe, and the tokens' cosines to that caption."""
        captions = self._captions(kept, tokens)
        patterns, weights = self._attend(captions, tokens)
        facts = (tracks.tolist(), areas(kept.boxes).tolist(), captions, tokens, patterns)
        agreements = weights.sum(axis=1).tolist()
        fresh = [Observation(*one) for one in zip(*facts, agreements, strict=True)]
        if self._memory is None:
            return fresh, weights
        believed = self._memory.update(fresh)
        self._memory.keep_only(self._tracker.live)
        if not any(one.is_carried for one in believed):
            return believed, weights
        patterns, weights = self._attend([one.caption for one in believed], tokens)
        if self._config.memory == "template":  # brings the pattern along with the caption
            return believed, weights
        renewed = zip(believed, patterns, strict=True)
        return [replace(one, pattern=pattern) for one, pattern in renewed], weights

    def _captions(self, kept: _Kept, tokens: Float32[np.ndarray, "n q d"]) -> Sequence[str]:
        encoder = self._parts.encoder
        if encoder is None or len(kept.boxes) == 0:
            return kept.labels
        return encoder.describe(tokens)

    def _attend(
        self, captions: Sequence[str], tokens: Float32[np.ndarray, "n q d"]
    ) -> tuple[Float32[np.ndarray, "n d"], Float32[np.ndarray, "n q"]]:
        """What of each region its caption speaks of, and each token's cosine to that."""
        encoder = self._parts.encoder
        if encoder is None or len(captions) == 0:
            nothing = np.zeros((len(tokens), tokens.shape[2]), np.float32)
            return nothing, np.zeros(tokens.shape[:2], np.float32)
        image = torch.from_numpy(tokens)
        words = torch.from_numpy(encoder.encode_texts(captions))
        patterns = local_pattern(image, words, attention=self._config.attention)
        return patterns.numpy(), token_weights(image, words).numpy()


def _rows(vectors: Sequence[Float32[np.ndarray, " d"]], dim: int) -> Float32[np.ndarray, "n d"]:
    return np.array(vectors, np.float32).reshape(len(vectors), dim)
