"""What a sentence encoder says of captions and questions, each asked once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32

Words = Float32[np.ndarray, "s d"]
Read = Callable[[Sequence[str]], list[Words]]
"""Sentences to their tokens, each with the vector that stands for the whole sentence first."""
_MOST_KNOWN = 4096


@dataclass
class KnownWords:
    """Remembers sentences: those of a bank come up in every picture.

    Args:
        read: asked in pieces of `at_once`; its answers must not depend on what is asked with them.
        most: tokens of a sentence that are kept, its own first.
    """

    read: Read
    dim: int
    most: int = 32
    at_once: int = 64

    def __post_init__(self) -> None:
        self._known: dict[str, Words] = {}

    def sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "k d"]:
        """The vector that stands for each sentence."""
        rows = [words[0] for words in self._all(texts)]
        return np.array(rows, np.float32).reshape(len(texts), self.dim)

    def tokens(
        self, texts: Sequence[str]
    ) -> tuple[Float32[np.ndarray, "k s d"], Bool[np.ndarray, "k s"]]:
        """All tokens, padded with zeros to the longest; True where a token is one."""
        found = self._all(texts)
        length = max((len(words) for words in found), default=1)
        padded = np.zeros((len(texts), length, self.dim), np.float32)
        for row, words in zip(padded, found, strict=True):
            row[: len(words)] = words
        lengths = np.array([len(words) for words in found])
        return padded, np.arange(length) < lengths[:, None]

    def _all(self, texts: Sequence[str]) -> list[Words]:
        new = sorted(set(texts) - self._known.keys(), key=lambda text: (len(text), text))
        if len(self._known) + len(new) > _MOST_KNOWN:
            self._known = {}
            new = sorted(set(texts), key=lambda text: (len(text), text))
        for start in range(0, len(new), self.at_once):
            some = new[start : start + self.at_once]
            for text, words in zip(some, self.read(some), strict=True):
                self._known[text] = np.ascontiguousarray(words[: self.most], np.float32)
        return [self._known[text] for text in texts]


class SentenceHalf:
    """The half of a region encoder that reads sentences (`RegionEncoder`)."""

    _words: KnownWords

    def encode_texts(self, texts: Sequence[str]) -> Float32[np.ndarray, "k d"]:
        return self._words.sentences(texts)

    def encode_questions(
        self, texts: Sequence[str]
    ) -> tuple[Float32[np.ndarray, "k s d"], Bool[np.ndarray, "k s"]]:
        return self._words.tokens(texts)


class Nearest:
    """The sentence of a bank that agrees most with a region's tokens."""

    def __init__(self, sentences: Sequence[str], vectors: Float[np.ndarray, "k d"]) -> None:
        self._sentences = tuple(sentences)
        self._vectors = _unit(vectors)

    def of(self, tokens: Float32[np.ndarray, "n q d"]) -> list[str]:
        """By the sum of the cosines of a region's tokens, which CMAM weighs them by too."""
        agreement = _unit(tokens).sum(axis=1) @ self._vectors.T
        return [self._sentences[k] for k in agreement.argmax(axis=1).tolist()]


def _unit(vectors: Float[np.ndarray, "*k d"]) -> Float32[np.ndarray, "*k d"]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
