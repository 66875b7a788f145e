"""How well videos and queries agree (Eq. 3-5), and the vectors whose inner product says so."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import normalize

from encoders.alan.outputs import QueryOutput, VideoOutput


def similarity_matrix(
    videos: VideoOutput, queries: QueryOutput, *, alpha: float
) -> Float[Tensor, "v q"]:
    """s(v, q) = α Σ_x w_x cos(g_x) + (1 - α) Σ_x w'_x cos(h_x) of every pair (Eq. 3-5)."""
    s_g = _weighted_cosines(videos.g, queries.g, queries.w_g)
    s_h = _weighted_cosines(videos.h, queries.h, queries.w_h)
    return alpha * s_g + (1.0 - alpha) * s_h


def stored_vectors(g: Float[Tensor, "b x d"], h: Float[Tensor, "b x d"]) -> Float[Tensor, "b q"]:
    """[g_1..g_n, h_1..h_n] with every block of length 1: what is stored of a segment's video."""
    return normalize(torch.cat([g, h], dim=1), dim=-1).flatten(1)


def dual_embedding(g: Float[Tensor, "b x d"], h: Float[Tensor, "b x d"]) -> Float[Tensor, "b q"]:
    """[g_1..g_n, h_1..h_n] of length 1 as a whole: what sounds are compared with sounds by."""
    return normalize(stored_vectors(g, h), dim=-1)


def _weighted_cosines(
    videos: Float[Tensor, "v x d"], queries: Float[Tensor, "q x d"], weights: Float[Tensor, "q x"]
) -> Float[Tensor, "v q"]:
    cosines = torch.einsum("vxd,qxd->vqx", normalize(videos, dim=-1), normalize(queries, dim=-1))
    return (cosines * weights).sum(dim=-1)
