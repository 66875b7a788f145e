"""What is minimised, by hand: who must find whom, and what counts neither way."""

import math

import pytest
import torch

from detectors.trace.batches import Batch
from detectors.trace.objective import contrast_clips, contrast_footage, loss_of, or_alike, pool


def test_pooled_logits_are_a_soft_maximum_over_some_clips() -> None:
    logits = torch.tensor([[[1.0], [3.0], [9.0]]])
    where = torch.tensor([[[True], [True], [False]]])
    expected = math.log((math.exp(1) + math.exp(3)) / 2)
    assert pool(logits, where).item() == pytest.approx(expected, rel=1e-5)
    assert pool(logits, torch.zeros_like(where)).item() < -1000


def test_footage_and_sentences_find_each_other() -> None:
    logits, own = torch.tensor([[2.0, 1.0], [0.0, 3.0]]), torch.eye(2).bool()
    loss = contrast_footage(logits, own, logits.masked_fill(own, -1e4))
    by_word = [math.log(1 + math.exp(-2)), math.log(1 + math.exp(-2))]  # 2 over 0, 3 over 1
    by_footage = [math.log(1 + math.exp(-1)), math.log(1 + math.exp(-3))]
    assert loss.item() == pytest.approx((sum(by_word) + sum(by_footage)) / 4, rel=1e-5)


def test_clips_and_sentences_find_each_other() -> None:
    """Two clips of one footage, two sentences, each said of one of the clips."""
    logits = torch.tensor([[[2.0, 1.0], [0.0, 3.0]]])
    true = torch.eye(2).bool()[None]
    loss = contrast_clips(logits, true, ~true)
    by_clip = [math.log(1 + math.exp(-1)), math.log(1 + math.exp(-3))]
    by_word = [math.log(1 + math.exp(-2)), math.log(1 + math.exp(-2))]
    assert loss.item() == pytest.approx((sum(by_clip) + sum(by_word)) / 4, rel=1e-5)


def test_a_long_span_counts_no_more_than_a_short_one_among_sentences() -> None:
    """The first sentence holds in three clips, the second in one; all logits are 0."""
    true = torch.tensor([[[1, 0], [1, 0], [1, 0], [0, 1]]]).bool()
    loss = contrast_clips(torch.zeros(1, 4, 2), true, ~true)
    by_clip = math.log(2)  # one other sentence each
    by_word = (math.log(2) + math.log(4)) / 2  # one clip is false of the first, three of the second
    assert loss.item() == pytest.approx((by_clip + by_word) / 2, rel=1e-5)


def test_several_things_said_of_one_do_not_compete() -> None:
    logits = torch.tensor([[5.0, 5.0, -9.0], [-9.0, -9.0, 5.0]])
    own = torch.tensor([[True, True, False], [False, False, True]])
    assert contrast_footage(logits, own, logits.masked_fill(own, -1e4)).item() < 1e-4


def test_what_is_said_in_nearly_the_same_words_is_said_too() -> None:
    alike = torch.tensor([[True, True, False], [True, True, False], [False, False, True]])
    said = torch.tensor([[[True, False, False], [False, False, True]]])
    assert or_alike(said, alike).tolist() == [[[True, True, False], [False, False, True]]]


def test_nothing_said_costs_nothing() -> None:
    nothing = torch.zeros(1, 2, 3, dtype=torch.bool)
    assert contrast_clips(torch.randn(1, 2, 3), nothing, ~nothing).item() == 0.0


def test_the_same_words_of_another_clip_count_neither_way() -> None:
    """Two footages, each with one clip and the same sentence in other words."""
    words = torch.nn.functional.normalize(torch.tensor([[1.0, 0.0], [0.99, 0.1]]), dim=-1)
    z = words[:, None].clone()
    batch, alike = _batch(torch.eye(2), timed=True), torch.ones(2, 2).bool()
    assert loss_of(batch, z, words, alike=alike, tau=0.1).item() < 1e-6
    assert loss_of(batch, z, words, alike=torch.eye(2).bool(), tau=0.1).item() > 0.3


def test_of_windows_that_answer_apart_the_best_counts() -> None:
    words = torch.eye(2)
    z = torch.tensor([[[[0.0, 1.0], [1.0, 0.0]]], [[[0.0, 1.0], [0.0, 1.0]]]])
    batch = _batch(torch.eye(2), timed=True)
    apart = loss_of(batch, z, words, alike=torch.eye(2).bool(), tau=1.0)
    best = torch.tensor([[[1.0, 1.0]], [[0.0, 1.0]]])  # cosines, of the better window each
    true = torch.eye(2).bool()[:, None]
    assert apart.item() == pytest.approx(contrast_clips(best, true, ~true).item(), rel=1e-5)


def test_outside_its_span_a_sentence_is_false_of_its_own_footage() -> None:
    """One footage, two clips; the sentence is said of the first, and the second looks like it."""
    words, z = torch.tensor([[1.0, 0.0]]), torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])
    alike = torch.ones(1, 1).bool()
    batch = _batch(torch.tensor([[[1], [0]]]), timed=True)
    timed = loss_of(batch, z, words, alike=alike, tau=0.1)
    assert timed.item() == pytest.approx(math.log(2) / 2, rel=1e-5)  # no other sentence to find
    batch = _batch(torch.tensor([[[1], [1]]]), timed=False)
    untimed = loss_of(batch, z, words, alike=alike, tau=0.1)
    assert untimed.item() == pytest.approx(0.0, abs=1e-6)


def _batch(inside: torch.Tensor, *, timed: bool) -> Batch:
    """Footage of real clips only; a matrix says which sentence is said of which footage."""
    inside = (inside if inside.ndim == 3 else inside[:, None]).bool()
    b, q, s = inside.shape
    return Batch(
        appearance=torch.zeros(b, q, 1),
        motion=torch.zeros(b, q, 1),
        mask=torch.ones(b, q, dtype=torch.bool),
        clips=torch.arange(q),
        rows=torch.arange(s),
        inside=inside,
        timed=torch.full((b, s), timed),
    )
