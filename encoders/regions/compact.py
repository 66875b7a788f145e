"""The compact profile's regions: a box cut into cells, each in the sentence space of MiniLM."""

from collections.abc import Sequence
from functools import cached_property

import cv2
import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from torch.nn import functional as F

from encoders.bert import BertText
from encoders.compact.appearance import DIM, AppearanceEncoder
from encoders.compact.profile import CompactProfile
from encoders.compact.spec import COMPACT
from encoders.regions.grids import Grid, cells, heat_of, middle
from encoders.regions.words import KnownWords, Nearest, SentenceHalf, Words

GRID: Grid = (8, 4)
"""As many cells as the Q-Former has queries, N_q = 32, and upright as people are."""
INSIDE = 0.5
"""Undoes the paper's expansion of boxes by one half on each side. The map already knows what is
around a cell; over the expanded box three tokens of four would be of the surroundings, and of the
simulator's people 0.32 instead of 0.90 were described as people."""
_AT_ONCE = 16
"""Pictures: one by one they take a third longer, and several threads wait for each other."""


class CompactRegionEncoder(SentenceHalf):
    """Image tokens from the map of the picture encoder, sentences from a bank (`RegionEncoder`).

    A token is the raw output of the region head, before it is made a unit vector: the mean of a
    box's tokens points where the vector of the whole box does. Pictures are looked at in the size
    that the network was trained on: of twice as large ones it knew less.

    Args:
        words: MiniLM.
        captions: the sentences to describe regions with.
        grid: rows and columns that a box is cut into.
        inside: share of the width and height of the boxes given, around their middle, that the
            grid is laid over; 1 takes them whole.
    """

    def __init__(
        self,
        appearance: AppearanceEncoder,
        words: BertText,
        captions: Sequence[str],
        *,
        grid: Grid = GRID,
        inside: float = INSIDE,
    ) -> None:
        self._appearance, self._minilm = appearance, words
        self._grid, self._inside = grid, inside
        self._captions = tuple(captions)
        self._words = KnownWords(self._read, self.dim)

    @classmethod
    def of(
        cls,
        profile: CompactProfile,
        captions: Sequence[str],
        *,
        grid: Grid = GRID,
        inside: float = INSIDE,
    ) -> "CompactRegionEncoder":
        """The encoder of a loaded profile, which shares its networks.

        Raises:
            WeightsMissing: MiniLM is not installed.
        """
        return cls(profile.encoders.appearance, profile.words, captions, grid=grid, inside=inside)

    @property
    def dim(self) -> int:
        return DIM

    @property
    def num_tokens(self) -> int:
        return self._grid[0] * self._grid[1]

    @torch.inference_mode()
    def encode(
        self, pictures: UInt8[np.ndarray, "f h w 3"], boxes: Sequence[Float32[np.ndarray, "n 4"]]
    ) -> list[Float32[np.ndarray, "n q d"]]:
        """The image tokens of the boxes of each picture; pictures without boxes cost nothing."""
        tokens = [np.zeros((0, self.num_tokens, self.dim), np.float32)] * len(pictures)
        rows = [row for row, found in enumerate(boxes) if len(found)]
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            for row, features in zip(some, self._maps(pictures[some]), strict=True):
                tokens[row] = self._tokens(features, boxes[row])
        return tokens

    def describe(self, tokens: Float32[np.ndarray, "n q d"]) -> list[str]:
        return self._nearest.of(tokens)

    def heat(
        self,
        tokens: Float32[np.ndarray, "n q d"],
        words: Float32[np.ndarray, "n d"],
        size: tuple[int, int],
    ) -> Float32[np.ndarray, "n h w"]:
        """By each cell's cosine to the sentence, over what the grid is laid on: the box as it was
        before it was expanded."""
        image, sentence = torch.from_numpy(tokens), torch.from_numpy(words)[:, None]
        weights = F.cosine_similarity(image, sentence, dim=-1).numpy()
        return heat_of(weights, self._grid, size)

    def _maps(self, pictures: UInt8[np.ndarray, "f h w 3"]) -> Float[Tensor, "f c hm wm"]:
        device = next(self._appearance.parameters()).device
        pixels = torch.from_numpy(np.stack([_in_size(picture) for picture in pictures]))
        return self._appearance.features(pixels.to(device))

    def _tokens(
        self, features: Float[Tensor, "c hm wm"], boxes: Float32[np.ndarray, "n 4"]
    ) -> Float32[np.ndarray, "n q d"]:
        parts = torch.from_numpy(cells(middle(boxes, self._inside), self._grid))
        parts = parts.to(features.device).reshape(1, -1, 4)
        tokens = self._pool(features[None], parts)
        return tokens.view(len(boxes), self.num_tokens, self.dim).cpu().numpy()

    def _pool(
        self, features: Float[Tensor, "1 c hm wm"], parts: Float[Tensor, "1 k 4"]
    ) -> Float[Tensor, "1 k d"]:
        return self._appearance.raw_regions(features, parts)

    def _read(self, texts: Sequence[str]) -> list[Words]:
        """The sentence's vector, then its word pieces, as one reads them."""
        outputs = self._minilm(texts)
        rows = zip(outputs.sentence, outputs.tokens, outputs.words, strict=True)
        return [torch.cat([own[None], tokens[words]]).cpu().numpy() for own, tokens, words in rows]

    @cached_property
    def _nearest(self) -> Nearest:
        return Nearest(self._captions, self.encode_texts(self._captions))


def _in_size(picture: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "144 192 3"]:
    """Scaled to the profile's pictures; the aspect ratio is not kept, as in reading."""
    height, width = COMPACT.frame_size
    if picture.shape[:2] == (height, width):
        return np.ascontiguousarray(picture)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
