"""Eq. 1 by hand on two tokens of two numbers."""

import math

import pytest
import torch

from detectors.local_patterns.cmam import local_pattern, token_weights

TOKENS = torch.tensor([[[3.0, 4.0], [2.0, 0.0]]])
SENTENCE = torch.tensor([[5.0, 0.0]])
# cos([3 4], [5 0]) = 15 / 25 = 0.6, and cos([2 0], [5 0]) = 1


def test_the_pattern_is_the_raw_tokens_times_their_cosines() -> None:
    torch.testing.assert_close(token_weights(TOKENS, SENTENCE), torch.tensor([[0.6, 1.0]]))
    # 0.6 [3 4] + 1 [2 0]: neither scaled by the sentence's length 5 nor made to add up to 1
    expected = torch.tensor([[3.8, 2.4]])
    torch.testing.assert_close(local_pattern(TOKENS, SENTENCE), expected)
    torch.testing.assert_close(local_pattern(TOKENS, 7 * SENTENCE), expected)
    torch.testing.assert_close(local_pattern(2 * TOKENS, SENTENCE), 2 * expected)


def test_an_opposite_token_counts_against() -> None:
    torch.testing.assert_close(local_pattern(TOKENS, -SENTENCE), -local_pattern(TOKENS, SENTENCE))


@pytest.mark.parametrize("temperature", [1.0, 0.1])
def test_softmax_makes_the_weights_add_up_to_one(temperature: float) -> None:
    first = 1 / (1 + math.exp(0.4 / temperature))
    expected = torch.tensor([[3 * first + 2 * (1 - first), 4 * first]])
    pattern = local_pattern(TOKENS, SENTENCE, attention="softmax", temperature=temperature)
    torch.testing.assert_close(pattern, expected)


def test_one_modality_alone() -> None:
    mean = torch.tensor([[2.5, 2.0]])
    torch.testing.assert_close(local_pattern(TOKENS, SENTENCE, attention="image"), mean)
    torch.testing.assert_close(local_pattern(TOKENS, SENTENCE, attention="text"), SENTENCE)


def test_zeros_have_no_weight() -> None:
    tokens = torch.cat([TOKENS, torch.zeros(1, 1, 2)], dim=1)
    torch.testing.assert_close(local_pattern(tokens, SENTENCE), local_pattern(TOKENS, SENTENCE))
    assert not local_pattern(TOKENS, torch.zeros(1, 2)).any()


def test_regions_do_not_mix() -> None:
    tokens, sentences = torch.randn(3, 4, 5), torch.randn(3, 5)
    together = local_pattern(tokens, sentences)
    alone = [local_pattern(t[None], s[None]) for t, s in zip(tokens, sentences, strict=True)]
    torch.testing.assert_close(together, torch.cat(alone))
    assert local_pattern(tokens[:0], sentences[:0]).shape == (0, 5)
