"""How appearance asks the temporal tokens of windows, and what it makes of several windows.

A window of slots and a stride trails the clip: slot j is the mean of `stride` clips that end
`j * stride` clips before the newest, which is `ahead` clips after the clip itself. Several windows
share the keys and values, so that 8, 32 and 128 clips in eight slots each cost little more than one
of 16. A learned gate weighs what they answer, or each answers for itself.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from detectors.trace.config import TraceConfig


class WindowAttention(nn.Module):
    """One layer of cross-attention; the logits know how old a slot is, by head."""

    def __init__(self, config: TraceConfig) -> None:
        super().__init__()
        d = config.dim
        self.config = config
        self.query = nn.Linear(d, d)
        self.keys_values = nn.Linear(d, 2 * d)
        self.ages = nn.ParameterList(
            nn.Parameter(torch.zeros(config.heads, window.slots)) for window in config.windows
        )
        self.gate = nn.Linear(d, len(config.windows))
        self.out = nn.Linear(d, d)
        for layer in (self.gate, self.out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def tokens(self, temporal: Float[Tensor, "b t d"]) -> Float[Tensor, "b t c"]:
        """Keys and values side by side: c = 2 d."""
        return self.keys_values(temporal)

    def forward(
        self,
        query: Float[Tensor, "b q d"],
        slots: Float[Tensor, "b q s c"],
        there: Bool[Tensor, "b q s"],
    ) -> Float[Tensor, "b q w d"]:
        """What the windows answer, weighed to one where a gate does; zero before training.

        Args:
            slots: of all windows side by side.
        """
        keys, values = slots.chunk(2, dim=-1)
        shares = self._shares(query, keys, there)
        if self.config.num_answers == 1:
            gate = self.gate(query).softmax(dim=-1)[:, :, None]
            weighed = [share * gate[..., [w]] for w, share in enumerate(shares)]
            return self.out(_weighed(torch.cat(weighed, dim=2), values))[:, :, None]
        parts = values.split([window.slots for window in self.config.windows], dim=2)
        answers = [_weighed(*pair) for pair in zip(shares, parts, strict=True)]
        return self.out(torch.stack(answers, dim=2))

    def _shares(
        self,
        query: Float[Tensor, "b q d"],
        keys: Float[Tensor, "b q s d"],
        there: Bool[Tensor, "b q s"],
    ) -> list[Float[Tensor, "b q w h"]]:
        """How much each slot counts in its window; the slots of a window sum to 1."""
        heads = (self.config.heads, -1)
        # a product and a sum: batched matrix products of one row are slower
        logits = (self.query(query)[:, :, None] * keys).unflatten(-1, heads).sum(dim=-1)
        logits = logits * (self.config.heads / self.config.dim) ** 0.5 + self._ages()
        logits = logits.masked_fill(~there[..., None], torch.finfo(logits.dtype).min)
        sizes = [window.slots for window in self.config.windows]
        return [part.softmax(dim=2) for part in logits.split(sizes, dim=2)]

    def _ages(self) -> Float[Tensor, "s h"]:
        return torch.cat(list(self.ages), dim=1).T


def _weighed(
    shares: Float[Tensor, "b q s h"], values: Float[Tensor, "b q s d"]
) -> Float[Tensor, "b q d"]:
    heads = values.unflatten(-1, (shares.shape[-1], -1))
    return torch.einsum("bqsh,bqshe->bqhe", shares, heads).flatten(2)


class WindowMean(nn.Module):
    """Concatenation: a bottleneck over appearance and the mean token of each window."""

    def __init__(self, config: TraceConfig) -> None:
        super().__init__()
        self.config = config
        width = config.dim * (1 + len(config.windows))
        self.mix = nn.Sequential(
            nn.Linear(width, config.temporal_hidden),
            nn.GELU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.temporal_hidden, config.dim),
        )
        nn.init.zeros_(self.mix[-1].weight)  # type: ignore[arg-type]
        nn.init.zeros_(self.mix[-1].bias)  # type: ignore[arg-type]

    def tokens(self, temporal: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        return temporal

    def forward(
        self,
        query: Float[Tensor, "b q d"],
        slots: Float[Tensor, "b q s d"],
        there: Bool[Tensor, "b q s"],
    ) -> Float[Tensor, "b q 1 d"]:
        sizes = [window.slots for window in self.config.windows]
        counted = there[..., None].to(slots.dtype)
        parts = zip((slots * counted).split(sizes, dim=2), counted.split(sizes, dim=2), strict=True)
        means = [part.sum(dim=2) / count.sum(dim=2).clamp(min=1) for part, count in parts]
        return self.mix(torch.cat([query, *means], dim=-1))[:, :, None]
