"""Losses by hand numbers."""

import math

import pytest
import torch

from encoders.alan import margin_ranking_loss, topk_loss
from encoders.alan.losses import topk_mean
from encoders.alan.training import AlanRecipe
from tests.support.alan import all_true

SIMILARITY = torch.tensor([[0.5, 0.4, 0.6], [0.1, 0.3, 0.2], [0.5, 0.0, 0.9]])
# Margin 0.1. Rows, s_ij - s_ii + .1:    .0 .2 | -.1 .0 | -.3 -.8  -> .2
# Columns, s_ji - s_ii + .1:             -.3 .1 |  .2 -.2 | -.2 -.6 -> .3
TOTAL = 0.5


def test_margin_loss_with_the_mean_over_the_terms() -> None:
    loss = margin_ranking_loss(SIMILARITY, margin=0.1)
    assert float(loss) == pytest.approx(TOTAL / 12)


def test_margin_loss_as_printed() -> None:
    loss = margin_ranking_loss(SIMILARITY, margin=0.1, reduction="sum")
    assert float(loss) == pytest.approx(TOTAL / 3)


def test_trap_4_the_reductions_differ_126_fold_in_a_batch_of_64() -> None:
    """METHODS G: a sum over B against a mean over 2B(B-1) terms, so λ1 and λ2 weigh differently."""
    similarity = torch.randn(64, 64, generator=torch.Generator().manual_seed(0))
    as_printed, as_coded = (
        float(margin_ranking_loss(similarity, margin=0.05, reduction=reduction))
        for reduction in ("sum", "mean")
    )
    assert as_printed / as_coded == pytest.approx(126)
    assert AlanRecipe().reduction == "mean"


def test_pairs_that_say_the_same_are_no_negatives() -> None:
    same = torch.zeros(3, 3, dtype=torch.bool)
    same[0, 2] = same[2, 0] = True
    # Without (0, 2) and (2, 0) the row term .2 and the column term .1 go; the column term .2 stays.
    loss = margin_ranking_loss(SIMILARITY, margin=0.1, same=same)
    assert float(loss) == pytest.approx(0.2 / 8)


def test_a_batch_without_negatives_costs_nothing() -> None:
    assert float(margin_ranking_loss(torch.rand(2, 2), margin=0.1, same=all_true(2, 2))) == 0.0
    assert float(margin_ranking_loss(torch.rand(1, 1), margin=0.1)) == 0.0


def test_margin_loss_of_the_right_order_is_zero() -> None:
    assert float(margin_ranking_loss(torch.eye(4), margin=0.05)) == 0.0


def test_k_is_a_sixteenth_of_the_clips_and_at_least_one() -> None:
    scores = torch.linspace(0.0, 0.39, 40)[None].repeat(3, 1)
    mask = torch.arange(40) < torch.tensor([40, 5, 31])[:, None]
    # 40 clips: k = 2, the mean of .39 and .38; 5 clips: k = 1, .04; 31 clips: k = 1, .30.
    rho = topk_mean(scores, mask)
    torch.testing.assert_close(rho, torch.tensor([0.385, 0.04, 0.30]))


def test_topk_loss_by_hand() -> None:
    scores = torch.tensor([[0.2, 0.8], [0.9, 0.4]])
    mask = torch.tensor([[True, True], [False, True]])
    loss = topk_loss(scores, mask, torch.tensor([1.0, 0.0]))
    assert float(loss) == pytest.approx((-math.log(0.8) - math.log(0.6)) / 2)


def test_topk_loss_teaches_the_highest_clip_only() -> None:
    scores = torch.tensor([[0.2, 0.8, 0.5]], requires_grad=True)
    topk_loss(scores, all_true(1, 3), torch.tensor([1.0])).backward()
    assert scores.grad is not None
    assert scores.grad.tolist() == [[0.0, pytest.approx(-1 / 0.8), 0.0]]
