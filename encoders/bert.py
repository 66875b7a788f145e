"""BERT-shaped text backbones from a local folder: word pieces, words and a sentence embedding."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from jaxtyping import Bool, Float, Int
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import normalize
from transformers import BertConfig, BertModel

from segments.errors import WeightsMissing

MAX_TOKENS = 64
Pooling = Literal["cls", "mean"]
OLD_NAMES = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}
"""Of checkpoints converted from TensorFlow, as BERT-base-cased is."""


@dataclass(frozen=True)
class WordPieces:
    """Texts as the tokenizer cuts them, padded to the longest."""

    ids: Int[Tensor, "b l"]
    """Rows of the vocabulary."""
    attended: Bool[Tensor, "b l"]
    """False at padding."""
    words: Bool[Tensor, "b l"]
    """True at word pieces; False at [CLS], [SEP] and padding."""
    offsets: Int[Tensor, "b l 2"]
    """Characters [start, end) of each piece within its text; 0, 0 where it is no word piece."""


@dataclass(frozen=True)
class TokenOutputs:
    """What the text encoder of ALAN takes."""

    tokens: Float[Tensor, "b l c"]
    """Last hidden states."""
    words: Bool[Tensor, "b l"]
    """True at word pieces; False at [CLS], [SEP] and padding."""
    sentence: Float[Tensor, "b c"]
    """The first token's state, or the unit mean over all tokens that are not padding."""


class BertText(nn.Module):
    """A BERT encoder with its tokenizer."""

    def __init__(self, bert: BertModel, tokenizer: Tokenizer, *, pooling: Pooling) -> None:
        super().__init__()
        self.bert = bert
        self.tokenizer = tokenizer
        self.pooling: Pooling = pooling
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.enable_padding(pad_id=tokenizer.token_to_id("[PAD]") or 0, pad_token="[PAD]")

    @classmethod
    def from_pretrained(cls, folder: Path, *, pooling: Pooling) -> "BertText":
        """Reads config.json, tokenizer.json and model.safetensors of a folder, on the CPU.

        Args:
            pooling: what stands for the whole text: "cls" as in the paper (BERT-base-cased), or
                "mean" as sentence encoders are trained for.

        Raises:
            WeightsMissing: a file is absent or damaged, or holds another network.
        """
        for name in ("config.json", "tokenizer.json", "model.safetensors"):
            if not (folder / name).is_file():
                raise WeightsMissing(
                    f"no text backbone in {folder}: {name} is missing; name a folder with "
                    "config.json, tokenizer.json and model.safetensors"
                )
        try:
            bert = BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False)
            bert.load_state_dict(_own_weights(bert, load_file(folder / "model.safetensors")))
        except (KeyError, RuntimeError, SafetensorError) as error:
            raise WeightsMissing(
                f"the text backbone in {folder} cannot be used: {error}; fetch it again"
            ) from error
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        return cls(bert.eval(), tokenizer, pooling=pooling)

    def save_pretrained(self, folder: Path) -> None:
        """Writes what `from_pretrained` reads."""
        self.bert.save_pretrained(folder)
        self.tokenizer.save(str(folder / "tokenizer.json"))

    @property
    def dim(self) -> int:
        """Width of its states."""
        return int(self.bert.config.hidden_size)

    @property
    def vocabulary(self) -> int:
        """Word pieces that it knows (28,996 for BERT-base-cased)."""
        return int(self.bert.config.vocab_size)

    def freeze(self) -> "BertText":
        """Takes its weights out of training."""
        self.requires_grad_(False).eval()
        return self

    def cut(self, texts: Sequence[str]) -> WordPieces:
        """Word pieces of texts; what is past MAX_TOKENS is cut off."""
        encodings = self.tokenizer.encode_batch(list(texts))
        ids, attended, special, offsets = (
            torch.tensor([getattr(encoding, name) for encoding in encodings])
            for name in ("ids", "attention_mask", "special_tokens_mask", "offsets")
        )
        return WordPieces(ids, attended.bool(), ~special.bool(), offsets)

    def encode(
        self, ids: Int[Tensor, "b l"], attended: Bool[Tensor, "b l"], words: Bool[Tensor, "b l"]
    ) -> TokenOutputs:
        """States of word pieces; gradients pass unless frozen."""
        mask = attended.long()
        tokens = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        return TokenOutputs(tokens, words, self._sentence(tokens, mask))

    @torch.inference_mode()
    def forward(self, texts: Sequence[str]) -> TokenOutputs:
        """States of texts, for inference."""
        pieces = self.cut(texts)
        device = self.bert.device
        parts = (part.to(device) for part in (pieces.ids, pieces.attended, pieces.words))
        return self.encode(*parts)

    def _sentence(
        self, tokens: Float[Tensor, "b l c"], mask: Int[Tensor, "b l"]
    ) -> Float[Tensor, "b c"]:
        if self.pooling == "cls":
            return tokens[:, 0]
        shares = (mask / mask.sum(dim=1, keepdim=True)).unsqueeze(-1)
        return normalize((tokens * shares).sum(dim=1), dim=-1)


def _own_weights(bert: BertModel, stored: dict[str, Tensor]) -> dict[str, Tensor]:
    """The encoder's weights among those of a checkpoint, whatever heads it has as well."""
    known: dict[str, Tensor] = {}
    for name, value in stored.items():
        for old, new in OLD_NAMES.items():
            name = name.replace(old, new)
        known[name.removeprefix("bert.")] = value
    return {name: known[name] for name in bert.state_dict()}
