"""The losses of joint training: alignment (Eq. 6) and the detector's (Eq. 7-8)."""

from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import binary_cross_entropy

Reduction = Literal["mean", "sum"]


def margin_ranking_loss(
    similarity: Float[Tensor, "b b"],
    *,
    margin: float,
    reduction: Reduction = "mean",
    same: Bool[Tensor, "b b"] | None = None,
) -> Float[Tensor, ""]:
    """Every pair on the diagonal must beat the others of its row and column by `margin` (Eq. 6).

    Args:
        similarity: of video i and query j; i = j belong together.
        reduction: "mean" over the 2B(B-1) terms, as the code that the paper follows does, or "sum"
            divided by B, as printed.
        same: True where i and j say the same, so that they are no negatives of each other.
    """
    pairs = similarity.diagonal()
    excluded = torch.eye(len(pairs), dtype=torch.bool, device=pairs.device)
    negative = ~(excluded if same is None else excluded | same)
    by_row = (similarity - pairs[:, None] + margin).clamp(min=0)
    by_column = (similarity - pairs[None, :] + margin).clamp(min=0)
    total = ((by_row + by_column) * negative).sum()
    count = len(pairs) if reduction == "sum" else (2 * negative.sum()).clamp(min=1)
    return total / count


def topk_loss(
    scores: Float[Tensor, "b t"],
    mask: Bool[Tensor, "b t"],
    labels: Float[Tensor, " b"],
    *,
    divisor: int = 16,
) -> Float[Tensor, ""]:
    """Binary cross-entropy of the mean of each video's k highest scores (Eq. 7-8).

    Args:
        scores: in [0, 1].
        labels: 1 for anomalous videos, 0 for normal ones.
        divisor: k = max(1, T // divisor) with T the video's number of clips.
    """
    peak = topk_mean(scores.float(), mask, divisor=divisor)
    with torch.autocast(peak.device.type, enabled=False):  # logarithms near 0 need float32
        return binary_cross_entropy(peak, labels.float())


def topk_mean(
    scores: Float[Tensor, "b t"], mask: Bool[Tensor, "b t"], *, divisor: int = 16
) -> Float[Tensor, " b"]:
    """ρ of Eq. 7: the mean of the k highest scores among the real clips."""
    k = (mask.sum(dim=1) // divisor).clamp(min=1)
    highest = scores.masked_fill(~mask, -torch.inf).sort(dim=1, descending=True).values
    ranks = torch.arange(scores.shape[1], device=scores.device)
    return highest.where(ranks < k[:, None], 0.0).sum(dim=1) / k
