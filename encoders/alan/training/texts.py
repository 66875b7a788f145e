"""Sentences as ALAN learns from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from jaxtyping import Bool, Float16, Float32

from encoders.alan.masking import Masking, maskables
from encoders.alan.phrases import Phrases, phrase_finder
from encoders.alan.training.examples import TextTable
from encoders.bert import TokenOutputs, WordPieces

TEXTS_AT_ONCE = 128


class TextBackbone(Protocol):
    """What ALAN learns words from; only a `BertText` can be trained along."""

    @property
    def dim(self) -> int:
        """Width of its states."""
        ...

    @property
    def vocabulary(self) -> int:
        """Word pieces that it knows: ids of `cut` are below."""
        ...

    def cut(self, texts: Sequence[str]) -> WordPieces:
        """Word pieces of texts; padding comes after all else."""
        ...

    def __call__(self, texts: Sequence[str]) -> TokenOutputs:
        """States of texts, for inference; as wide as `cut` of the same texts."""
        ...


class Sentences:
    """What a text backbone says of sentences, each asked once."""

    def __init__(self, backbone: TextBackbone) -> None:
        self.backbone = backbone
        self._known: dict[str, _Sentence] = {}

    def __call__(self, texts: Sequence[str]) -> Float32[np.ndarray, "n d"]:
        """Sentence embeddings."""
        return np.stack([sentence.vector for sentence in self._all(texts)])

    def outputs(
        self, text: str
    ) -> tuple[Float32[np.ndarray, "l c"], Bool[np.ndarray, " l"], Float32[np.ndarray, " c"]]:
        """States, which of them are words, and the sentence embedding of one text."""
        known = self._all([text])[0]
        return known.tokens.astype(np.float32), known.words, known.vector

    def table(
        self,
        said: Sequence[tuple[str, str]],
        *,
        masking: Masking = "none",
        find: Callable[[str], Phrases] | None = None,
        cut_by: TextBackbone | None = None,
    ) -> TextTable:
        """Sentences, each with what it means, through the frozen backbone.

        Args:
            masking: what VPMPM may mask.
            find: the parser of phrases; the best one installed where not given.
            cut_by: numbers the word pieces, where the backbone of one run has numbers of its own;
                it cuts as this one does.
        """
        sentences = self._all([text for text, _ in said])
        cut = pieces_table(cut_by or self.backbone, said, masking=masking, find=find)
        length = cut.ids.shape[1]
        tokens = np.zeros((len(said), length, sentences[0].tokens.shape[1]), np.float16)
        for row, sentence in enumerate(sentences):
            tokens[row, : len(sentence.tokens)] = sentence.tokens
        vectors = np.stack([sentence.vector for sentence in sentences])
        return replace(cut, tokens=tokens, sentences=vectors)

    def _all(self, texts: Sequence[str]) -> list["_Sentence"]:
        new = sorted(set(texts) - set(self._known), key=lambda text: (len(text), text))
        for start in range(0, len(new), TEXTS_AT_ONCE):
            some = new[start : start + TEXTS_AT_ONCE]
            outputs = self.backbone(some)
            lengths = self.backbone.cut(some).attended.sum(dim=1).tolist()
            parts = (outputs.tokens.half(), outputs.words, outputs.sentence)
            rows = zip(some, lengths, *(part.cpu().numpy() for part in parts), strict=True)
            for text, length, tokens, words, vector in rows:
                self._known[text] = _Sentence(tokens[:length], words[:length], vector)
        return [self._known[text] for text in texts]


@dataclass(frozen=True)
class _Sentence:
    tokens: Float16[np.ndarray, "l c"]
    words: Bool[np.ndarray, " l"]
    vector: Float32[np.ndarray, " c"]


def pieces_table(
    backbone: TextBackbone,
    said: Sequence[tuple[str, str]],
    *,
    masking: Masking = "none",
    find: Callable[[str], Phrases] | None = None,
) -> TextTable:
    """Sentences as word pieces only, for a backbone that is trained along."""
    texts = [text for text, _ in said]
    pieces = backbone.cut(texts)
    words, offsets = pieces.words.numpy(), pieces.offsets.numpy()
    parse = find or (phrase_finder()[1] if masking != "none" else _no_phrases)
    return TextTable(
        ids=pieces.ids.numpy().astype(np.int32),
        attended=pieces.attended.numpy(),
        words=words,
        meanings=tuple(meaning for _, meaning in said),
        maskable=maskables(texts, parse, words, offsets, masking),
    )


def _no_phrases(text: str) -> Phrases:
    return Phrases((), ())
