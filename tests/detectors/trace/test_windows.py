"""Windows: which clips a slot holds, and attention over one of them by hand."""

import math

import pytest
import torch

from detectors.trace.config import TraceConfig, Window
from detectors.trace.network import TraceNetwork
from detectors.trace.windows import WindowAttention, gather


def slots(window: Window, clip: int, *, ahead: int = 0, length: int = 8) -> list[float | None]:
    """What a window of `clip` holds where clip t has the token t."""
    tokens, mask = torch.arange(length).float()[None, :, None], torch.ones(1, length).bool()
    found, there = gather(tokens, mask, torch.tensor([clip]), window, ahead)
    pairs = zip(found[0, 0, :, 0].tolist(), there[0, 0].tolist(), strict=True)
    return [round(value, 5) if is_there else None for value, is_there in pairs]


def test_a_window_trails_its_clip() -> None:
    assert slots(Window(3), 5) == [5, 4, 3]
    assert slots(Window(3), 1) == [1, 0, None]


def test_a_window_may_look_ahead_as_far_as_there_are_clips() -> None:
    assert slots(Window(3), 5, ahead=1) == [6, 5, 4]
    assert slots(Window(3), 7, ahead=1) == [None, 7, 6]


def test_a_strided_slot_is_the_mean_of_its_clips() -> None:
    assert slots(Window(2, 3), 7) == [6, 3]  # 7, 6, 5 and 4, 3, 2
    assert slots(Window(2, 3), 3) == [2, 0]  # 3, 2, 1 and what is left: 0
    assert slots(Window(2, 3), 1) == [0.5, None]
    assert slots(Window(2, 3), 7, ahead=2) == [7, 5]  # 9, 8, 7 of which 7 is real; 6, 5, 4


def test_masked_clips_are_no_part_of_a_mean() -> None:
    tokens, mask = torch.tensor([2.0, 4.0, 90.0])[None, :, None], torch.tensor([[1, 1, 0]]).bool()
    found, there = gather(tokens, mask, torch.tensor([2]), Window(1, 3), 0)
    assert found.item() == pytest.approx(3.0)
    assert there.all()


def test_attention_over_one_window_by_hand() -> None:
    config = TraceConfig(dim=2, motion_dim=1, heads=1, windows=(Window(2),))
    attention = WindowAttention(config)
    with torch.no_grad():
        for layer in (attention.query, attention.out):
            layer.weight.copy_(torch.eye(2))
            layer.bias.zero_()
        attention.ages[0].copy_(torch.tensor([[0.0, math.log(2)]]))
    # Keys (0, 0) and (√2, 0), values (1, 0) and (0, 1); the query (1, 0) asks for √2 / √2 = 1.
    tokens = torch.tensor([[[math.sqrt(2), 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.0]]])
    found = attention(
        torch.tensor([[[1.0, 0.0]]]), tokens, torch.ones(1, 2).bool(), torch.tensor([1])
    )
    older = 2 * math.e / (1 + 2 * math.e)  # its logit is 1, its age adds log 2
    torch.testing.assert_close(found[0, 0], torch.tensor([1 - older, older]))


def test_a_window_without_a_real_clip_answers_finite_numbers() -> None:
    network = TraceNetwork(TraceConfig(dim=4, motion_dim=2, heads=2, windows=(Window(2),)))
    mask = torch.zeros(1, 3).bool()
    assert network(torch.ones(1, 3, 4), torch.ones(1, 3, 2), mask).isfinite().all()


def test_the_gate_weighs_windows() -> None:
    config = TraceConfig(dim=2, motion_dim=1, heads=1, windows=(Window(1), Window(1, 2)))
    attention = WindowAttention(config)
    with torch.no_grad():
        attention.out.weight.copy_(torch.eye(2))
        attention.gate.bias.copy_(torch.tensor([math.log(3), 0.0]))
    tokens = torch.tensor([[[0.0, 0.0, 4.0, 0.0], [0.0, 0.0, 0.0, 8.0]]])
    found = attention(torch.zeros(1, 1, 2), tokens, torch.ones(1, 2).bool(), torch.tensor([1]))
    # Three quarters of (0, 8), one of the mean (2, 4).
    torch.testing.assert_close(found[0, 0], torch.tensor([0.5, 7.0]))
