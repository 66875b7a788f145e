"""Windows over temporal tokens: which clips each one reads, and how appearance asks them.

A window of slots and a stride trails the clip: slot j is the mean of `stride` clips that end
`j * stride` clips before the newest, which is `ahead` clips after the clip itself. Several windows
share the keys and values, so that 8, 32 and 128 clips in eight slots each cost little more than one
of 16, and a learned gate weighs what they answer.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.trace.config import TraceConfig, Window

SMALLEST = 1e-9


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
        tokens: Float[Tensor, "b t c"],
        mask: Bool[Tensor, "b t"],
        clips: Int[Tensor, " q"],
    ) -> Float[Tensor, "b q d"]:
        """What the windows of `clips` answer; zero before training."""
        asked = self.query(query).unflatten(-1, (self.config.heads, -1))
        answers = [
            self._attend(asked, *gather(tokens, mask, clips, window, self.config.ahead), ages)
            for window, ages in zip(self.config.windows, self.ages, strict=True)
        ]
        shares = self.gate(query).softmax(dim=-1)
        return self.out(torch.einsum("bqw,wbqd->bqd", shares, torch.stack(answers)))

    def _attend(
        self,
        asked: Float[Tensor, "b q h e"],
        slots: Float[Tensor, "b q w c"],
        there: Bool[Tensor, "b q w"],
        ages: Float[Tensor, "h w"],
    ) -> Float[Tensor, "b q d"]:
        heads = slots.unflatten(-1, (2, self.config.heads, -1))
        keys, values = heads.unbind(dim=3)
        logits = torch.einsum("bqhe,bqwhe->bqhw", asked, keys) / asked.shape[-1] ** 0.5 + ages
        shares = logits.masked_fill(~there[:, :, None], torch.finfo(logits.dtype).min).softmax(-1)
        return torch.einsum("bqhw,bqwhe->bqhe", shares, values).flatten(2)


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
        tokens: Float[Tensor, "b t d"],
        mask: Bool[Tensor, "b t"],
        clips: Int[Tensor, " q"],
    ) -> Float[Tensor, "b q d"]:
        means = [
            _mean(*gather(tokens, mask, clips, window, self.config.ahead))
            for window in self.config.windows
        ]
        return self.mix(torch.cat([query, *means], dim=-1))


def gather(
    tokens: Float[Tensor, "b t c"],
    mask: Bool[Tensor, "b t"],
    clips: Int[Tensor, " q"],
    window: Window,
    ahead: int,
) -> tuple[Float[Tensor, "b q w c"], Bool[Tensor, "b q w"]]:
    """The slots of each clip's window, newest first, and which of them hold a real clip."""
    before, stride = window.clips - 1, window.stride
    real = F.pad(mask, (before, ahead))[..., None].to(tokens.dtype)
    padded = F.pad(tokens * mask[..., None], (0, 0, before, ahead))
    ends = (
        clips[:, None] + before + ahead - stride * torch.arange(window.slots, device=clips.device)
    )
    if stride == 1:
        return padded[:, ends], real[:, ends, 0] > 0
    shares = _means(real, stride)[:, ends - stride + 1]
    means = _means(padded, stride)[:, ends - stride + 1]
    return means / shares.clamp(min=SMALLEST), shares[..., 0] > 0


def _means(rows: Float[Tensor, "b n c"], stride: int) -> Float[Tensor, "b m c"]:
    """Means of each `stride` consecutive rows; m = n - stride + 1."""
    return F.avg_pool1d(rows.transpose(1, 2), stride, stride=1).transpose(1, 2)


def _mean(slots: Float[Tensor, "b q w c"], there: Bool[Tensor, "b q w"]) -> Float[Tensor, "b q c"]:
    counted = there[..., None].to(slots.dtype)
    return (slots * counted).sum(dim=2) / counted.sum(dim=2).clamp(min=1)
