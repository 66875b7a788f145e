"""Pictures to patterns: regions, their tokens and captions, what of them the words speak of, and
how they move (paper Fig. 2 up to the Reconstruction Module).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float32, Float64, UInt8

from detectors.local_patterns.base import PatternFrame, RegionEncoder, RegionEngine, Regions
from detectors.local_patterns.caption_memory import CaptionMemory, Observation, Rule, SayYes
from detectors.local_patterns.cmam import Attention, local_pattern, token_weights
from detectors.local_patterns.motion_histogram import (
    NUM_BINS,
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
    """

    def __init__(
        self,
        engine: RegionEngine,
        encoder: RegionEncoder | None,
        config: PatternConfig | None = None,
        *,
        says_yes: SayYes | None = None,
    ) -> None:
        self.engine, self.encoder = engine, encoder
        self.config = config or PatternConfig()
        self.says_yes = says_yes

    def follow(self) -> "PatternReader":
        """A reader for a new run of pictures."""
        return PatternReader(self)


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
        wide = [expanded(r.boxes, self._config.expand).astype(np.float32) for r in kept]
        tokens = self._tokens(pictures, wide)
        frames = zip(kept, wide, velocity, tokens, pts_s.tolist(), strict=True)
        return [self._frame(*frame) for frame in frames]

    def _kept(self, regions: Regions, velocity: Float32[np.ndarray, "m gh gw 2"]) -> Regions:
        speeds = mean_speed(velocity, regions.boxes)
        rows = busiest(regions.boxes, speeds, most=self._config.most)
        labels = tuple(regions.labels[row] for row in rows)
        return Regions(regions.boxes[rows], regions.confidences[rows], labels)

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
        regions: Regions,
        wide: Float32[np.ndarray, "n 4"],
        velocity: Float32[np.ndarray, "m gh gw 2"],
        tokens: Float32[np.ndarray, "n q d"],
        pts_s: float,
    ) -> PatternFrame:
        tracks = self._tracker.update(regions.boxes)
        config = self._config
        motion = motion_histograms(
            velocity, wide, mean_over=config.mean_over, least_speed=config.least_speed
        )
        seen = self._described(regions, tracks.tolist(), tokens)
        shape = (len(regions), 0 if self._parts.encoder is None else self._parts.encoder.dim)
        return PatternFrame(
            pts_s=pts_s,
            boxes=regions.boxes,
            tracks=tracks,
            motion=motion.reshape(-1, NUM_BINS),
            patterns=np.array([one.pattern for one in seen], np.float32).reshape(shape),
            weights=self._weights([one.caption for one in seen], tokens),
            captions=tuple(one.caption for one in seen),
            is_carried=np.array([one.is_carried for one in seen], bool),
            labels=regions.labels,
        )

    def _described(
        self, regions: Regions, tracks: Sequence[int], tokens: Float32[np.ndarray, "n q d"]
    ) -> list[Observation]:
        """Each region with the caption to believe, and what of it that caption speaks of."""
        captions = self._captions(regions, tokens)
        patterns, agreements = self._patterns(captions, tokens)
        fresh = [
            Observation(track, float(area), caption, own, pattern, float(agreement))
            for track, area, caption, own, pattern, agreement in zip(
                tracks, areas(regions.boxes), captions, tokens, patterns, agreements, strict=True
            )
        ]
        if self._memory is None:
            return fresh
        believed = self._memory.update(fresh)
        self._memory.keep_only(self._tracker.live)
        return self._renewed(believed)

    def _captions(self, regions: Regions, tokens: Float32[np.ndarray, "n q d"]) -> Sequence[str]:
        encoder = self._parts.encoder
        if encoder is None or len(regions) == 0:
            return regions.labels
        return encoder.describe(tokens)

    def _renewed(self, believed: Sequence[Observation]) -> list[Observation]:
        """Carried captions speak of other tokens: their patterns are made anew."""
        if self._config.memory == "template" or not any(one.is_carried for one in believed):
            return list(believed)
        tokens = np.stack([one.tokens for one in believed])
        patterns, _ = self._patterns([one.caption for one in believed], tokens)
        return [
            Observation(
                one.track,
                one.area,
                one.caption,
                one.tokens,
                pattern,
                one.agreement,
                one.is_carried,
            )
            for one, pattern in zip(believed, patterns, strict=True)
        ]

    def _patterns(
        self, captions: Sequence[str], tokens: Float32[np.ndarray, "n q d"]
    ) -> tuple[Float32[np.ndarray, "n d"], Float32[np.ndarray, " n"]]:
        encoder = self._parts.encoder
        if encoder is None or len(captions) == 0:
            return np.zeros((len(captions), 0), np.float32), np.zeros(len(captions), np.float32)
        image = torch.from_numpy(tokens)
        words = torch.from_numpy(encoder.encode_texts(captions))
        patterns = local_pattern(image, words, attention=self._config.attention)
        return patterns.numpy(), token_weights(image, words).sum(dim=-1).numpy()

    def _weights(
        self, captions: Sequence[str], tokens: Float32[np.ndarray, "n q d"]
    ) -> Float32[np.ndarray, "n q"]:
        encoder = self._parts.encoder
        if encoder is None or len(captions) == 0:
            return np.zeros(tokens.shape[:2], np.float32)
        words = torch.from_numpy(encoder.encode_texts(captions))
        return token_weights(torch.from_numpy(tokens), words).numpy()
