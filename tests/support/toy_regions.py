"""An encoder whose space has one axis per colour: what a region shows is what a sentence says."""

from collections.abc import Sequence

import numpy as np

from detectors.local_patterns.smm_training import SmmLessons

COLOURS = ("red", "green", "blue")
SENTENCES = tuple(f"a {colour} thing" for colour in COLOURS)


class ToyEncoder:
    """Four image tokens of eight numbers: colours, then "yes", "no", and three of noise."""

    dim, num_tokens = 8, 4

    def encode(self, pictures, boxes: Sequence[np.ndarray]) -> list[np.ndarray]:
        raise NotImplementedError

    def describe(self, tokens) -> list[str]:
        return [SENTENCES[k] for k in tokens[..., :3].sum(axis=1).argmax(axis=1)]

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 8), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for axis, word in enumerate((*COLOURS, "yes", "no")):
                row[axis] = word in text.split()
        return rows

    def encode_questions(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """The sentence's own vector, one of ones, and padding that must count for nothing."""
        own = self.encode_texts(texts)
        tokens = np.stack([own, np.ones_like(own), np.full_like(own, 9.0)], axis=1)
        mask = np.ones((len(texts), 3), bool)
        mask[:, 2] = False
        return tokens, mask

    def heat(self, tokens, words, size) -> np.ndarray:
        raise NotImplementedError


def toy_lessons(count: int, *, seed: int = 0) -> SmmLessons:
    """Regions of one colour each, with noise; the other two colours are false."""
    rng = np.random.default_rng(seed)
    true = rng.integers(3, size=count)
    tokens = rng.normal(0, 0.1, (count, 4, 8))
    tokens[np.arange(count), :, true] += 2.0
    false = tuple(np.array([k for k in range(3) if k != own]) for own in true)
    return SmmLessons(tokens.astype(np.float16), SENTENCES, true, false)
