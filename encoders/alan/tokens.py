"""The tokens [U_CLS, U_1..U_N, R_CLS, R_1..R_N] of one stream, and their pooling (METHODS A.3).

The paper samples two sequences, U and R; any number q is handled alike.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from encoders.alan.config import AlanConfig
from encoders.alan.sampling import ClipSamples


def add_cls(sampled: Float[Tensor, "b q n d"], mask: Bool[Tensor, "b n"]) -> Float[Tensor, "b s d"]:
    """Puts before each sequence its CLS token: the mean of its features."""
    cls = masked_mean(sampled, mask[:, None])[:, :, None]
    return torch.cat([cls, sampled], dim=2).flatten(1, 2)


def token_mask(samples: ClipSamples) -> Bool[Tensor, "b s"]:
    """True for CLS tokens and filled slots."""
    sequence = nn.functional.pad(samples.mask, (1, 0), value=True)
    return sequence.repeat(1, samples.clips.shape[1])


def pool_tokens(
    tokens: Float[Tensor, "b s d"], mask: Bool[Tensor, "b n"]
) -> tuple[Float[Tensor, "b d"], Float[Tensor, "b d"]]:
    """g, the mean of the CLS tokens, and h, the mean of the sequences' means."""
    sequences = tokens.unflatten(1, (-1, mask.shape[1] + 1))
    g = sequences[:, :, 0].mean(dim=1)
    h = masked_mean(sequences[:, :, 1:], mask[:, None]).mean(dim=1)
    return g, h


def masked_mean(
    values: Float[Tensor, "*b n d"], mask: Bool[Tensor, "*#b n"]
) -> Float[Tensor, "*b d"]:
    """Mean over n of what the mask keeps; zeros where it keeps nothing."""
    kept = mask[..., None].to(values.dtype)
    return (values * kept).sum(dim=-2) / kept.sum(dim=-2).clamp(min=1)


class TokenEmbedding(nn.Module):
    """Where a token stands: its time in the segment and which of the sequences it is of.

    Time is the clip's own, quantised to floor(bins · t / T); CLS tokens have a row of their own.
    """

    def __init__(self, config: AlanConfig) -> None:
        super().__init__()
        self.bins = config.position_bins
        self.position = nn.Embedding(self.bins + 1, config.d)
        self.sequence = nn.Embedding(len(config.sequences), config.d)
        nn.init.normal_(self.position.weight, std=0.02)
        nn.init.normal_(self.sequence.weight, std=0.02)

    def forward(self, samples: ClipSamples) -> Float[Tensor, "b s d"]:
        bins = samples.clips * self.bins // samples.lengths[:, None, None]
        bins = nn.functional.pad(bins, (1, 0), value=self.bins)
        return (self.position(bins) + self.sequence.weight[:, None]).flatten(1, 2)


def self_encoder(config: AlanConfig) -> nn.TransformerEncoderLayer:
    """One standard Transformer encoder layer (METHODS A.3 step 4)."""
    return nn.TransformerEncoderLayer(
        config.d, config.heads, config.ffn, config.dropout, activation="gelu", batch_first=True
    )
