"""Gated embedding units, stream weights, and gates that start shut (METHODS A.6, A.8)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from encoders.alan.config import AlanConfig


class ResidualGate(nn.Module):
    """Goes from `before` to `after` by a learned share that starts at 0; `after` if not enabled."""

    def __init__(self, *, enabled: bool) -> None:
        super().__init__()
        self.share = nn.Parameter(torch.zeros(())) if enabled else None

    def forward(
        self, before: Float[Tensor, "*b d"], after: Float[Tensor, "*b d"]
    ) -> Float[Tensor, "*b d"]:
        if self.share is None:
            return after
        return torch.lerp(before, after.to(before.dtype), self.share)  # autocast mixes them


def projection(in_dim: int, out_dim: int, *, identity: bool) -> nn.Linear:
    """A linear layer; with `identity` and equal widths it starts as the identity."""
    layer = nn.Linear(in_dim, out_dim)
    if identity and in_dim == out_dim:
        nn.init.eye_(layer.weight)
        nn.init.zeros_(layer.bias)
    return layer


class GatedUnit(nn.Module):
    """Gated embedding unit: z = W1 x + b1, then z ⊙ σ(BN(W2 z + b2)), scaled to length 1."""

    def __init__(self, in_dim: int, config: AlanConfig) -> None:
        super().__init__()
        self.project = projection(in_dim, config.d, identity=config.identity_gates)
        self.gate = nn.Linear(config.d, config.d)
        self.norm = nn.BatchNorm1d(config.d) if config.gate_norm else nn.Identity()
        self.opening = ResidualGate(enabled=config.identity_gates)

    def forward(self, x: Float[Tensor, "b c"]) -> Float[Tensor, "b d"]:
        z = self.project(x)
        gated = z * self.norm(self.gate(z)).sigmoid()
        return nn.functional.normalize(self.opening(z, gated), dim=-1)


class StreamWeights(nn.Module):
    """How much each stream counts: one linear layer per stream, softmax over the streams (Eq. 3).

    With `start_stream` a learned factor per stream comes after the softmax, 1 for that stream and 0
    for the others at the start; the products are scaled to sum to 1 again.
    """

    def __init__(self, config: AlanConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(config.d, 1) for _ in config.streams)
        start = config.start_stream
        factors = torch.tensor([float(name == start) for name in config.streams])
        self.factors = None if start is None else nn.Parameter(factors)

    def forward(self, units: Float[Tensor, "b x d"]) -> Float[Tensor, "b x"]:
        logits = [layer(units[:, x]) for x, layer in enumerate(self.layers)]
        weights = torch.cat(logits, dim=1).softmax(dim=1)
        if self.factors is None:
            return weights
        # Straight through: a factor that one step pushed below 0 must be able to come back.
        shut = (self.factors.clamp(min=0) - self.factors).detach()
        weights = weights * (self.factors + shut)
        return weights / weights.sum(dim=1, keepdim=True).clamp(min=1e-6)


class GatedStreams(nn.Module):
    """One pooled vector to a unit vector and a weight for every visual stream."""

    def __init__(self, in_dim: int, config: AlanConfig) -> None:
        super().__init__()
        self.units = nn.ModuleList(GatedUnit(in_dim, config) for _ in config.streams)
        self.weights = StreamWeights(config)

    def forward(
        self, x: Float[Tensor, "b c"]
    ) -> tuple[Float[Tensor, "b x d"], Float[Tensor, "b x"]]:
        units = torch.stack([unit(x) for unit in self.units], dim=1)
        return units, self.weights(units)
