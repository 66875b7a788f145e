"""Which words of a caption are masked: phrases, single words, or none (METHODS A.7, Table VI)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Int

from encoders.alan.phrases import Phrases, Span

Masking = Literal["none", "words", "noun and verb words", "phrases"]
Pieces = tuple[int, int]
"""Word pieces [first, end) of one text."""


@dataclass(frozen=True)
class Maskable:
    """The spans of one caption that may be masked, in the two passes of the Prompting Decoder."""

    nouns: tuple[Pieces, ...]
    verbs: tuple[Pieces, ...]

    def draw(self, length: int, rng: np.random.Generator) -> Bool[np.ndarray, "2 l"]:
        """One span of each kind, drawn at random: True where masked, nowhere if there is none."""
        masked = np.zeros((2, length), bool)
        for row, spans in enumerate((self.nouns, self.verbs)):
            if spans:
                first, end = spans[rng.integers(len(spans))]
                masked[row, first:end] = True
        return masked


def maskable(
    phrases: Phrases,
    words: Bool[np.ndarray, " l"],
    offsets: Int[np.ndarray, "l 2"],
    masking: Masking,
) -> Maskable:
    """What may be masked of a caption that was cut into word pieces.

    Args:
        words: True at word pieces.
        offsets: characters [start, end) of each piece.
    """
    if masking == "none":
        return Maskable((), ())
    if masking == "words":
        singles = tuple((i, i + 1) for i in np.flatnonzero(words).tolist())
        return Maskable(singles, ())
    kinds = [_covered(spans, words, offsets) for spans in (phrases.nouns, phrases.verbs)]
    if masking == "noun and verb words":
        kinds = [tuple((i, i + 1) for span in spans for i in range(*span)) for spans in kinds]
    return Maskable(*kinds)


def maskables(
    texts: Sequence[str],
    find: Callable[[str], Phrases],
    words: Bool[np.ndarray, "n l"],
    offsets: Int[np.ndarray, "n l 2"],
    masking: Masking,
) -> tuple[Maskable, ...]:
    """`maskable` of every text."""
    return tuple(
        maskable(find(text), words[row], offsets[row], masking) for row, text in enumerate(texts)
    )


def _covered(
    spans: Sequence[Span], words: Bool[np.ndarray, " l"], offsets: Int[np.ndarray, "l 2"]
) -> tuple[Pieces, ...]:
    """The word pieces inside each span of characters; spans that were cut off are left out."""
    found: list[Pieces] = []
    for start, end in spans:
        inside = np.flatnonzero(words & (offsets[:, 0] < end) & (offsets[:, 1] > start))
        if len(inside):
            found.append((int(inside[0]), int(inside[-1]) + 1))
    return tuple(found)
