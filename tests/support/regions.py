"""An engine and an encoder in a few lines of numpy: regions whose tokens can be worked out."""

from collections.abc import Sequence

import numpy as np

from detectors.local_patterns.base import Regions
from detectors.local_patterns.pipeline import LocalPatterns, PatternConfig
from detectors.local_patterns.region_source import RegionSource
from detectors.local_patterns.stored import HEAT_SIZE
from indexer.region_parts import PICTURES, RegionParts
from segments.media import LookSpec

BRIGHT = 140
SENTENCES = ("A red thing is here.", "A green thing is here.", "A blue thing is here.")


class BrightEngine:
    """One region per picture: what is brighter than `BRIGHT`. Remembers how many it has seen."""

    name = "bright"

    def __init__(self, copies: int = 1, *, label: str = "") -> None:
        self.copies = copies
        """Times that each region is found."""
        self.label = label
        """What it calls each."""
        self.runs = 0

    def follow(self) -> "BrightEngine":
        self.runs += 1
        return self

    def find(self, pictures, velocity) -> list[Regions]:
        return [self._regions(picture) for picture in pictures]

    def _regions(self, picture: np.ndarray) -> Regions:
        bright = picture.max(axis=2) > BRIGHT
        if not bright.any():
            return Regions(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), ())
        rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
        height, width = bright.shape
        box = [columns[0] / width, rows[0] / height, (columns[-1] + 1) / width]
        boxes = np.array([[*box, (rows[-1] + 1) / height]] * self.copies, np.float32)
        return Regions(boxes, np.ones(len(boxes), np.float32), (self.label,) * len(boxes))


class ColourEncoder:
    """A token per half of a box, its mean colour; the sentence names the strongest colour."""

    dim, num_tokens = 3, 2

    def encode(self, pictures, boxes: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [
            np.array([_halves(picture, box) for box in found], np.float32).reshape(-1, 2, 3)
            for picture, found in zip(pictures, boxes, strict=True)
        ]

    def describe(self, tokens) -> list[str]:
        return [SENTENCES[colour] for colour in tokens.sum(axis=1).argmax(axis=1).tolist()]

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.eye(3, dtype=np.float32)[[SENTENCES.index(text) for text in texts]]

    def encode_questions(self, texts):
        raise NotImplementedError

    def heat(self, tokens, words, size) -> np.ndarray:
        weights = np.einsum("nqd,nd->nq", tokens / np.linalg.norm(tokens, axis=2)[..., None], words)
        left, right = weights[:, :1, None], weights[:, 1:, None]
        half = (len(weights), size[0], size[1] // 2)
        return np.concatenate([np.broadcast_to(left, half), np.broadcast_to(right, half)], axis=2)


def _halves(picture: np.ndarray, box: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    left, right = round(float(box[0]) * width), round(float(box[2]) * width)
    rows = slice(int(box[1] * height), max(int(box[1] * height) + 1, round(box[3] * height)))
    middle = max(left + 1, (left + right) // 2)
    parts = (picture[rows, left:middle], picture[rows, min(middle, width - 1) : right + 1])
    return np.stack([part.reshape(-1, 3).mean(axis=0) / 255 for part in parts])


def bright_parts(engine: BrightEngine | None = None, *, most: int = 8) -> RegionParts:
    """Parts for the fake profile."""
    config = PatternConfig(most=most, expand=0.0)
    source = RegionSource.of("motion", "compact", config, answers=None)
    patterns = LocalPatterns(engine or BrightEngine(), ColourEncoder(), config, heat_size=HEAT_SIZE)
    return RegionParts(patterns, source, LookSpec(64, PICTURES, 4))
