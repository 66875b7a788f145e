"""Gated embedding units and stream weights against direct computations."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from encoders.alan.gated import GatedStreams, GatedUnit, StreamWeights
from tests.support.alan import SMALL


def _array(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().double().numpy()


@pytest.mark.parametrize("norm", [True, False])
def test_gated_unit_is_its_formula(norm: bool) -> None:
    torch.manual_seed(0)
    unit = GatedUnit(5, replace(SMALL, gate_norm=norm)).eval()
    if isinstance(unit.norm, torch.nn.BatchNorm1d):
        torch.nn.init.uniform_(unit.norm.running_mean)
        torch.nn.init.uniform_(unit.norm.running_var, 0.5, 2.0)
    x = torch.randn(3, 5)
    z = _array(x) @ _array(unit.project.weight).T + _array(unit.project.bias)
    gate = z @ _array(unit.gate.weight).T + _array(unit.gate.bias)
    if isinstance(unit.norm, torch.nn.BatchNorm1d):
        mean, var = _array(unit.norm.running_mean), _array(unit.norm.running_var)
        gate = (gate - mean) / np.sqrt(var + unit.norm.eps)
    expected = z / (1 + np.exp(-gate))
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(_array(unit(x)), expected, atol=1e-6)


def test_unit_starts_as_identity_and_its_opening_learns_first() -> None:
    unit = GatedUnit(8, replace(SMALL, identity_gates=True))
    x = torch.randn(4, 8)
    torch.testing.assert_close(unit(x), torch.nn.functional.normalize(x, dim=-1))
    unit(x)[:, 0].sum().backward()
    assert unit.opening.share is not None
    assert unit.opening.share.grad is not None
    assert abs(float(unit.opening.share.grad)) > 1e-4


def test_stream_weights_by_hand() -> None:
    weights = StreamWeights(SMALL)
    for layer, bias in zip(weights.layers, [1.0, -1.0], strict=True):
        torch.nn.init.ones_(layer.weight)
        torch.nn.init.constant_(layer.bias, bias)
    units = torch.zeros(1, 2, 8)
    units[0, :, 0] = torch.tensor([0.5, 1.0])
    # Logits 1.5 and 0: softmax e^1.5 / (e^1.5 + 1).
    torch.testing.assert_close(weights(units), torch.tensor([[0.817574, 0.182426]]))


def test_a_shut_stream_counts_nothing_but_can_open() -> None:
    weights = StreamWeights(replace(SMALL, start_stream="motion"))
    w = weights(torch.randn(3, 2, 8))
    assert w.tolist() == [[0.0, 1.0]] * 3
    w[:, 0].sum().backward()
    assert weights.factors is not None
    assert weights.factors.grad is not None
    assert weights.factors.grad[0] > 0


def test_a_factor_below_zero_counts_as_zero_and_still_learns() -> None:
    weights = StreamWeights(replace(SMALL, start_stream="motion"))
    assert weights.factors is not None
    weights.factors.data[0] = -0.3
    w = weights(torch.randn(3, 2, 8))
    assert w.tolist() == [[0.0, 1.0]] * 3
    w[:, 0].sum().backward()
    assert weights.factors.grad is not None
    assert weights.factors.grad[0] > 0


def test_every_stream_has_its_own_unit_of_length_one() -> None:
    units, weights = GatedStreams(5, SMALL).eval()(torch.randn(3, 5))
    assert units.shape == (3, 2, 8)
    torch.testing.assert_close(units.norm(dim=-1), torch.ones(3, 2))
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(3))
    assert not torch.allclose(units[:, 0], units[:, 1], atol=0.1)
