"""S4, a state space layer that starts as HiPPO-LegS (Gu et al., ICLR 2022), in real numbers."""

import math

import numpy as np
import torch
from jaxtyping import Float
from scipy.linalg import schur
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.local_patterns.legendre import legs

_STEPS = (1e-3, 1e-1)
"""The steps that channels begin with, spread evenly in their logarithm."""


class S4Layer(nn.Module):
    """One state machine per channel: convolution with its impulse response, GELU, and a mix.

    The state matrix is a diagonal of conjugate pairs less a product p p^T, whose sum with its
    transpose is negative: whatever is learned, no state grows. S4's own code keeps the two factors
    of the product apart, and computes the same kernel from its transform; over some tens of tokens
    stepping is simpler and as fast.
    """

    def __init__(self, channels: int, *, orders: int = 64, dropout: float = 0.0) -> None:
        """
        Args:
            orders: width of each state; even.
        """
        super().__init__()
        if orders % 2:
            raise ValueError(f"a state of conjugate pairs has an even width: {orders = }")
        decay, turn, low_rank, into = (torch.tensor(v, dtype=torch.float32) for v in _pairs(orders))
        least, most = map(math.log, _STEPS)
        self.log_decay, self.turn = nn.Parameter(decay.log()), nn.Parameter(turn)
        self.low_rank = nn.Parameter(low_rank.repeat(channels, 1))
        self.into = nn.Parameter(into.repeat(channels, 1))
        self.out_of = nn.Parameter(torch.randn(channels, orders))
        self.log_step = nn.Parameter(torch.rand(channels) * (most - least) + least)
        self.skip = nn.Parameter(torch.randn(channels))
        self.dropout = nn.Dropout1d(dropout)
        self.mix = nn.Linear(channels, channels)

    def forward(self, tokens: Float[Tensor, "b l c"]) -> Float[Tensor, "b l c"]:
        """Each output depends on its own token and on those before it."""
        length = tokens.shape[1]
        kernel = self.kernel(length)
        signal = tokens.transpose(1, 2)
        answer = torch.fft.irfft(
            torch.fft.rfft(signal, 2 * length) * torch.fft.rfft(kernel, 2 * length), 2 * length
        )[..., :length]
        mixed = self.dropout(F.gelu(answer + signal * self.skip[:, None]))
        return self.mix(mixed.transpose(1, 2))

    def kernel(self, length: int) -> Float[Tensor, "c l"]:
        """The first `length` values that a single 1 brings out of each machine."""
        a, state = self.discretised()
        values = []
        for _ in range(length):
            values.append((self.out_of * state).sum(dim=-1))
            state = torch.einsum("cij,cj->ci", a, state)
        return torch.stack(values, dim=-1)

    def discretised(self) -> tuple[Float[Tensor, "c o o"], Float[Tensor, "c o"]]:
        """A and B of each channel's step, by the bilinear rule."""
        half_step = self.log_step.exp()[:, None, None] / 2
        a = self.pairs() - self.low_rank[:, :, None] * self.low_rank[:, None, :]
        one = torch.eye(a.shape[-1], device=a.device)
        steps = torch.cat([one + half_step * a, 2 * half_step * self.into[..., None]], dim=-1)
        solved = torch.linalg.solve(one - half_step * a, steps)
        return solved[..., :-1], solved[..., -1]

    def pairs(self) -> Float[Tensor, "o o"]:
        """Blocks of [[-decay, turn], [-turn, -decay]], one per conjugate pair."""
        decay = -self.log_decay.exp()
        blocks = torch.stack([decay, self.turn, -self.turn, decay], dim=-1).view(-1, 2, 2)
        return torch.block_diag(*blocks)


def _pairs(orders: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """LegS turned so that it is conjugate pairs less a product: decay, turn, p and B.

    LegS plus p p^T, with p_n = sqrt(n + 1/2), is a skew matrix less one half.
    """
    a, b = legs(orders)
    p = np.sqrt(np.arange(orders) + 0.5)
    decomposed = schur(a + np.outer(p, p) + np.eye(orders) / 2, output="real")
    blocks, turned = decomposed[0], decomposed[1]
    turn = (np.diag(blocks, 1)[::2] - np.diag(blocks, -1)[::2]) / 2
    return np.full(orders // 2, 0.5), turn, turned.T @ p, turned.T @ b
