from collections.abc import Sequence

import numpy as np

from encoders.regions.words import KnownWords, Nearest, Words


class Reader:
    """One token per word, [length of the word, 1]; the sentence's own is their sum."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, texts: Sequence[str]) -> list[Words]:
        self.asked.append(tuple(texts))
        rows = [[[len(word), 1.0] for word in text.split()] for text in texts]
        return [np.array([np.sum(row, axis=0), *row], np.float32) for row in rows]


def test_each_sentence_is_read_once() -> None:
    read = Reader()
    words = KnownWords(read, 2)
    first = words.sentences(["a cat", "a"])
    np.testing.assert_array_equal(first, [[4, 2], [1, 1]])
    np.testing.assert_array_equal(words.sentences(["a", "a cat", "a"]), first[[1, 0, 1]])
    assert read.asked == [("a", "a cat")]


def test_tokens_are_padded_with_zeros_and_marked() -> None:
    tokens, mask = KnownWords(Reader(), 2).tokens(["a", "a big cat"])
    np.testing.assert_array_equal(tokens[0], [[1, 1], [1, 1], [0, 0], [0, 0]])
    np.testing.assert_array_equal(tokens[1], [[7, 3], [1, 1], [3, 1], [3, 1]])
    assert mask.tolist() == [[True, True, False, False], [True] * 4]


def test_long_sentences_are_cut_and_none_asks_nothing() -> None:
    words = KnownWords(Reader(), 2, most=3)
    assert words.tokens(["one two three four"])[0].shape == (1, 3, 2)
    assert words.sentences([]).shape == (0, 2)
    tokens, mask = words.tokens([])
    assert (tokens.shape[0], mask.shape[0]) == (0, 0)


def test_what_is_remembered_is_bounded() -> None:
    read = Reader()
    words = KnownWords(read, 2, at_once=5000)
    words.sentences([f"{number}" for number in range(4096)])
    assert words.sentences(["0"]).tolist() == [[1, 1]]
    assert len(read.asked) == 1
    words.sentences(["one more"])
    words.sentences(["0"])
    assert read.asked[1:] == [("one more",), ("0",)]


def test_the_nearest_sentence_agrees_with_the_tokens_together() -> None:
    """One token along x and two along y: 1 for "x", 2 for "y", 3 / sqrt(2) for "both"."""
    nearest = Nearest(["x", "y", "both"], np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    tokens = np.array([[[9, 0], [0, 1], [0, 1]], [[0, 1], [0, 2], [0, 3]]], np.float32)
    assert nearest.of(tokens) == ["both", "y"]
    assert nearest.of(np.zeros((0, 3, 2), np.float32)) == []
