"""Windows: which clips a slot holds, and attention over one of them by hand."""

import math

import pytest
import torch

from detectors.trace.config import TraceConfig, Window
from detectors.trace.network import TraceNetwork
from detectors.trace.past import Past
from detectors.trace.windows import WindowAttention
from tests.detectors.trace.test_network import opened, small


def slots(window: Window, clip: int, *, ahead: int = 0, length: int = 8) -> list[float | None]:
    """What a window of `clip` holds where clip t has the token t."""
    tokens, mask = torch.arange(length).float()[None, :, None], torch.ones(1, length).bool()
    past = Past.before(tokens, [window]).add(tokens, mask).wait(ahead)
    found, there = past.slots(torch.tensor([length - 1 - clip]))
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
    past = Past.before(tokens, [Window(1, 3)]).add(tokens, mask)
    found, there = past.slots(torch.tensor([0]))
    assert found.item() == pytest.approx(3.0)
    assert there.all()


def answer(attention: WindowAttention, query: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """What the windows of the newest clip answer."""
    past = Past.before(tokens, attention.config.windows)
    past = past.add(tokens, torch.ones(tokens.shape[:2]).bool())
    return attention(query, *past.slots(torch.tensor([0])))


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
    found = answer(attention, torch.tensor([[[1.0, 0.0]]]), tokens)
    older = 2 * math.e / (1 + 2 * math.e)  # its logit is 1, its age adds log 2
    torch.testing.assert_close(found[0, 0, 0], torch.tensor([1 - older, older]))


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
    found = answer(attention, torch.zeros(1, 1, 2), tokens)
    # Three quarters of (0, 8), one of the mean (2, 4).
    torch.testing.assert_close(found[0, 0, 0], torch.tensor([0.5, 7.0]))


def test_windows_may_answer_apart() -> None:
    windows = (Window(1), Window(1, 2))
    attention = WindowAttention(
        TraceConfig(dim=2, motion_dim=1, heads=1, windows=windows, mix="max")
    )
    with torch.no_grad():
        attention.out.weight.copy_(torch.eye(2))
    tokens = torch.tensor([[[0.0, 0.0, 4.0, 0.0], [0.0, 0.0, 0.0, 8.0]]])
    found = answer(attention, torch.zeros(1, 1, 2), tokens)
    torch.testing.assert_close(found[0, 0], torch.tensor([[0.0, 8.0], [2.0, 4.0]]))


def test_the_network_gives_a_unit_vector_per_window() -> None:
    windows = (Window(2), Window(2, 3))
    network = opened(small(windows=windows, mix="max"))
    found = network(torch.randn(1, 5, 8), torch.randn(1, 5, 3))
    assert found.shape == (1, 5, 2, 8)
    torch.testing.assert_close(found.norm(dim=-1), torch.ones(1, 5, 2))


@pytest.mark.parametrize("strides", [(3,), (2, 6, 7), (4, 16, 1), (5, 10)])
def test_sums_that_share_their_parts_are_the_sums(strides: tuple[int, ...]) -> None:
    tokens, mask = torch.randn(2, 40, 3), torch.ones(2, 40).bool()
    past = Past.before(tokens, [Window(2, stride) for stride in strides]).add(tokens, mask)
    found, _ = past.slots(torch.tensor([0]))
    means = [
        tokens[:, end - stride : end].mean(dim=1) for stride in strides for end in (40, 40 - stride)
    ]
    torch.testing.assert_close(found[:, 0], torch.stack(means, dim=1))


def test_four_and_sixteen_cost_four_additions_per_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    added = list[int]()
    plain = torch.Tensor.__add__
    monkeypatch.setattr(
        torch.Tensor,
        "__add__",
        lambda one, other: (added.append(one.shape[1]), plain(one, other))[1],
    )
    tokens, mask = torch.randn(1, 100, 3), torch.ones(1, 100).bool()
    Past.before(tokens, [Window(8), Window(8, 4), Window(8, 16)]).add(tokens, mask)
    assert len(added) == 4
    assert sum(added) <= 4 * (100 + 15)  # 15: what the widest mean needs of earlier clips
