"""BLIP-2's first stage as a region encoder: EVA ViT-g, then the Q-Former (METHODS C.2, C.3)."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from torch.nn import functional as F
from transformers import Blip2ForImageTextRetrieval

from encoders.regions.blip2_writing import HEAD_FILE, CaptionWriter, WordHead, Writing
from encoders.regions.crops import crops
from encoders.regions.grids import heat_of
from encoders.regions.sights import Sights
from encoders.regions.words import KnownWords, Nearest, SentenceHalf, Words
from encoders.towers.base import Placement
from encoders.towers.loading import load_model, load_tokenizer
from encoders.towers.pixels import Pixels, PixelSpec
from encoders.towers.tower import Tower

MAX_TOKENS = 32
"""Of a sentence, as the authors cut it."""
_SLOPES_AT_ONCE = 32
"""Regions whose gradients are in memory together."""


class Blip2RegionEncoder(SentenceHalf):
    """Raw Q-Former states: 32 image tokens of 768 numbers, and [CLS] of the text (`RegionEncoder`).

    Captions are generated where the folder has the word head of LAVIS's checkpoint, and else the
    nearest of a bank; see `blip2_writing`.

    Args:
        folder: Blip2ForImageTextRetrieval with its tokenizer and processor settings.
        captions: the sentences to describe regions with where none can be written.
        inside: share of the width and height of the boxes given, around their middle, that heat
            maps are of; 1 takes them whole.

    Raises:
        WeightsMissing: the folder lacks something, or holds another model.
    """

    def __init__(
        self,
        folder: Path,
        captions: Sequence[str],
        *,
        place: Placement | None = None,
        writing: Writing | None = None,
        inside: float = 1.0,
    ) -> None:
        place = place or Placement()
        model = load_model(Blip2ForImageTextRetrieval, folder)
        config = model.config
        self.dim: int = config.qformer_config.hidden_size
        self.num_tokens: int = config.num_query_tokens
        edge = config.vision_config.image_size
        self._pixels = Pixels(PixelSpec.read(folder), (edge, edge), place.device)
        self._patches, self._inside = edge // config.vision_config.patch_size, inside
        self._backbone = _Backbone(model, folder, place)
        self._queries = _Queries(model, folder, place)
        self._model = self._queries.model
        self._tokenizer = load_tokenizer(folder)
        self._captions, self._words = tuple(captions), KnownWords(self._read, self.dim)
        self._sights = Sights()
        self._writer: CaptionWriter | None = None
        if (folder / HEAD_FILE).is_file():
            head = WordHead.read(folder)
            self._writer = CaptionWriter(self._model, head, self._tokenizer, writing)

    def encode(
        self, pictures: UInt8[np.ndarray, "f h w 3"], boxes: Sequence[Float32[np.ndarray, "n 4"]]
    ) -> list[Float32[np.ndarray, "n q d"]]:
        """F^I of the boxes of each picture; the boxes of all pictures are looked at together."""
        counts = [len(found) for found in boxes]
        if sum(counts) == 0:
            return [np.zeros((0, self.num_tokens, self.dim), np.float32) for _ in counts]
        features = self._look(pictures, boxes)
        tokens = self._queries.run(features).numpy()
        self._sights.keep(tokens, features)
        return np.split(tokens, np.cumsum(counts)[:-1])

    def describe(self, tokens: Float32[np.ndarray, "n q d"]) -> list[str]:
        """Written from the regions' features, which `encode` remembers for a while.

        A region that it no longer remembers is given the nearest sentence of the bank.
        """
        if len(tokens) == 0:
            return []
        said = self._nearest.of(tokens)
        features = self._sights.of(tokens)
        rows = [row for row, feature in enumerate(features) if feature is not None]
        if self._writer is None or not rows:
            return said
        written = self._writer.write(torch.stack([f for f in features if f is not None]))
        for row, sentence in zip(rows, written, strict=True):
            said[row] = sentence
        return said

    def heat(
        self,
        tokens: Float32[np.ndarray, "n q d"],
        words: Float32[np.ndarray, "n d"],
        size: tuple[int, int],
    ) -> Float32[np.ndarray, "n h w"]:
        """Grad-CAM (paper, Fig. 4), from the regions' features, which `encode` remembers a while.

        All 0 for a region that it no longer remembers.
        """
        features = self._sights.of(tokens)
        rows = [row for row, feature in enumerate(features) if feature is not None]
        maps = np.zeros((len(tokens), self._patches**2), np.float32)
        for start in range(0, len(rows), _SLOPES_AT_ONCE):
            some = rows[start : start + _SLOPES_AT_ONCE]
            seen = torch.stack([f for row in some if (f := features[row]) is not None])
            maps[some] = self._grad_cam(seen, torch.from_numpy(words[some])).numpy()
        wide = (round(size[0] / self._inside), round(size[1] / self._inside))
        top, left = (wide[0] - size[0]) // 2, (wide[1] - size[1]) // 2
        whole = heat_of(maps, (self._patches, self._patches), wide)
        return whole[:, top : top + size[0], left : left + size[1]]

    def _grad_cam(
        self, features: Float[Tensor, "n p c"], words: Float[Tensor, "n d"]
    ) -> Float[Tensor, "n patches"]:
        """Features of the patches, weighed by how the sum of the image tokens' cosines to the
        sentence changes with each channel; what speaks against it counts as 0."""
        with torch.enable_grad():
            seen = self._queries.prepare(features).requires_grad_()
            image = self._queries.forward(seen).float()
            sentence = words.to(image.device)[:, None]
            total = F.cosine_similarity(image, sentence, dim=-1).sum()
            (slope,) = torch.autograd.grad(total, seen)
        channels = slope[:, 1:].mean(dim=1, keepdim=True).float().cpu()
        return (channels * features.detach()[:, 1:].float().cpu()).sum(dim=-1).relu()

    def _look(
        self, pictures: UInt8[np.ndarray, "f h w 3"], boxes: Sequence[Float32[np.ndarray, "n 4"]]
    ) -> Float32[Tensor, "n p c"]:
        """H of every box: [CLS], then the patches."""
        pairs = zip(pictures, boxes, strict=True)
        cut = [crops(picture, found, self._pixels) for picture, found in pairs if len(found)]
        return self._backbone.run(torch.cat(cut))

    @torch.inference_mode()
    def _read(self, texts: Sequence[str]) -> list[Words]:
        """The text transformer's states, [CLS] first; padding is not seen."""
        cut = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
        ).to(self._model.device)
        states = self._model.qformer(
            query_embeds=self._model.embeddings(input_ids=cut["input_ids"]),
            query_length=0,
            attention_mask=cut["attention_mask"],
        ).last_hidden_state
        rows = zip(states.float().cpu(), cut["attention_mask"].bool().cpu(), strict=True)
        return [state[own].numpy() for state, own in rows]

    @cached_property
    def _nearest(self) -> Nearest:
        return Nearest(self._captions, self.encode_texts(self._captions))


class _Backbone(Tower):
    """Crops to H."""

    def prepare(self, batch: Float[Tensor, "b 3 h w"], /) -> Float[Tensor, "b 3 h w"]:
        return batch.to(self.device, self.dtype)

    def forward(self, batch: Float[Tensor, "b 3 h w"], /) -> Float[Tensor, "b p c"]:
        return self.model.vision_model(pixel_values=batch).last_hidden_state


class _Queries(Tower):
    """H to F^I."""

    def prepare(self, batch: Float[Tensor, "b p c"], /) -> Float[Tensor, "b p c"]:
        return batch.to(self.device, self.dtype)

    def forward(self, batch: Float[Tensor, "b p c"], /) -> Float[Tensor, "b q d"]:
        queries = self.model.query_tokens.expand(len(batch), -1, -1)
        return self.model.qformer(
            query_embeds=queries, encoder_hidden_states=batch
        ).last_hidden_state
