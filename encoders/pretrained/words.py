"""The words of a text tower, as training takes them from a text backbone."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from transformers import BatchEncoding

from encoders.alan.tokens import masked_mean
from encoders.bert import TokenOutputs, WordPieces
from encoders.towers.tower import TextHalf

LEAST = 1e-6
"""Words of one text that differ less are alike."""


class TowerWords:
    """A text tower as a frozen `TextBackbone`.

    Of a text tower only whole texts live in the pictures' space; the states of its words do not,
    and they are of any size. So the states are moved: their mean over the words of a text is the
    text's unit vector, and their deviation from it has RMS norm 1. ALAN's query AVG, which is the
    mean of the words, then starts as the whole text, as its query CLS does, and VPMPM can tell
    words from each other whatever the family. What is no word is the text's vector itself.

    Word pieces are numbered in the order in which `cut` first sees them. VPMPM has one class per
    piece: for all 256,000 of SigLIP 2 these would be 197 M weights, nearly all never asked for.
    """

    def __init__(self, tower: TextHalf) -> None:
        self._tower = tower
        self._numbers: dict[int, int] = {}

    @property
    def dim(self) -> int:
        """Width of its states and of its sentence embedding."""
        return self._tower.dim

    @property
    def vocabulary(self) -> int:
        """Different pieces that `cut` has seen so far, special ones included."""
        return len(self._numbers)

    def cut(self, texts: Sequence[str]) -> WordPieces:
        """Word pieces of texts; what is past the tower's length is cut off.

        Offsets are of the text as the tower words it: in lower case for some.
        """
        said = self._tower.pieces(texts)
        attended, words = _masks(said)
        length = words.shape[1]
        ids = [
            [self._number(piece) for piece in row[:length]] for row in said["input_ids"].tolist()
        ]
        offsets = said["offset_mapping"][:, :length] * words[..., None]
        return WordPieces(torch.tensor(ids), attended, words, offsets)

    def __call__(self, texts: Sequence[str]) -> TokenOutputs:
        """States and unit vectors of texts, float32 on the CPU."""
        _, words = _masks(self._tower.pieces(texts))
        vectors, states = self._tower.encode_with_tokens(texts)
        sentences = torch.from_numpy(vectors)
        tokens = torch.from_numpy(states)[:, : words.shape[1]]
        return TokenOutputs(around(sentences, tokens, words), words, sentences)

    def _number(self, piece: int) -> int:
        return self._numbers.setdefault(piece, len(self._numbers))


def around(
    sentences: Float[Tensor, "b d"], states: Float[Tensor, "b l d"], words: Bool[Tensor, "b l"]
) -> Float[Tensor, "b l d"]:
    """States whose mean over the words is the sentence, and whose deviation has RMS norm 1.

    What is no word becomes the sentence; so does the only word of a text.
    """
    away = (states - masked_mean(states, words)[:, None]) * words[..., None]
    squares = masked_mean(away.square(), words).sum(dim=1)
    return sentences[:, None] + away / squares.sqrt().clamp(min=LEAST)[:, None, None]


def _masks(said: BatchEncoding) -> tuple[Bool[Tensor, "b l"], Bool[Tensor, "b l"]]:
    """What is no padding, and what of it are words; as wide as the longest text."""
    attended = said["attention_mask"].bool()
    attended = attended[:, : int(attended.sum(dim=1).max())]
    return attended, attended & ~said["special_tokens_mask"].bool()[:, : attended.shape[1]]
