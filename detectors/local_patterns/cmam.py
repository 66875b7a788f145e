"""CMAM: a region's image tokens, weighed by how near each is to the sentence (paper, Eq. 1)."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

Attention = Literal["cosine", "softmax", "image", "text"]
"""Eq. 1; the softmax of the same cosines; and one modality alone (Table 3, settings 5 and 4)."""


def local_pattern(
    tokens: Float[Tensor, "b n d"],
    sentence: Float[Tensor, "b d"],
    *,
    attention: Attention = "cosine",
    temperature: float = 1.0,
) -> Float[Tensor, "b d"]:
    """What of each region the words speak of: G in the paper.

    "cosine" is the released code's reading of Eq. 1 (METHODS C.3): the sum of the raw tokens, each
    times its cosine to the sentence; the weights are neither scaled nor made to add up to 1.
    "image" is the tokens' mean and "text" the sentence, the paper's single modalities.

    Args:
        tokens: F^I, one row per query token.
        sentence: F^T[0], of the same width.
        temperature: of "softmax" only.
    """
    if attention == "text":
        return sentence
    if attention == "image":
        return tokens.mean(dim=1)
    weights = token_weights(tokens, sentence)
    if attention == "softmax":
        weights = torch.softmax(weights / temperature, dim=-1)
    return torch.einsum("bn,bnd->bd", weights, tokens)


def token_weights(
    tokens: Float[Tensor, "b n d"], sentence: Float[Tensor, "b d"]
) -> Float[Tensor, "b n"]:
    """Each token's cosine to the sentence, in [-1, 1]; 0 where either is all zeros.

    Their sum says how well a caption fits its region: the released code takes the caption with the
    greatest one as a template.
    """
    return F.cosine_similarity(tokens, sentence[:, None], dim=-1)
