"""TRACE's network: appearance asks, the temporal tokens of a window answer (METHODS B.1, B.5).

Both inputs come from a profile's frozen encoders, one row per clip. Before training the output is
the unit appearance vector itself, so that the untrained detector is plain retrieval.
"""

from pathlib import Path
from typing import Self

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.trace.config import TraceConfig
from detectors.trace.past import Past
from detectors.trace.windows import WindowAttention, WindowMean
from detectors.weights import load_module, save_module


class TraceNetwork(nn.Module):
    """Adapters and fusion: 1.0 M parameters as the compact profile has them."""

    def __init__(self, config: TraceConfig) -> None:
        super().__init__()
        self.config = config
        self.visual = bottleneck(config.dim, config.visual_hidden, config.dim, config)
        shut(self.visual[-1])
        if config.fusion == "appearance":
            self.temporal, self.fusion, self.joint = None, None, None
            return
        self.temporal = nn.Sequential(
            *bottleneck(config.motion_dim, config.temporal_hidden, config.dim, config),
            nn.LayerNorm(config.dim),
        )
        self.fusion = {"attention": WindowAttention, "concat": WindowMean}[config.fusion](config)
        self.joint = joint(config) if config.joint_hidden else None

    @property
    def num_parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    def forward(
        self,
        appearance: Float[Tensor, "b t d"],
        motion: Float[Tensor, "b t m"],
        mask: Bool[Tensor, "b t"] | None = None,
        *,
        clips: Int[Tensor, " q"] | None = None,
    ) -> Float[Tensor, "b q *w d"]:
        """One unit vector per clip, or one per window with `mix` "max", in the space of the words.

        Args:
            appearance: of any length; a row of zeros stays one.
            mask: True for real clips, padding after them; None where all are.
            clips: those to answer for; None for all.
        """
        if mask is None:
            mask = appearance.new_ones(appearance.shape[:2], dtype=torch.bool)
        if clips is None:
            clips = torch.arange(appearance.shape[1], device=appearance.device)
        past = self.begin(appearance).add(self.tokens(motion), mask).wait(self.config.ahead)
        return self.fuse(appearance[:, clips], past, ages=appearance.shape[1] - 1 - clips)

    def begin(self, like: Float[Tensor, "b t d"]) -> Past:
        """What windows read before the first clip; of the rows and numbers of `like`."""
        windows = () if self.fusion is None else self.config.windows
        width = self.tokens(like.new_zeros(1, 0, self.config.motion_dim)).shape[2]
        return Past.before(like.new_zeros(len(like), 0, width), windows)

    def tokens(self, motion: Float[Tensor, "b t m"]) -> Float[Tensor, "b t c"]:
        """What windows are read from: each clip's temporal token on its own."""
        if self.temporal is None or self.fusion is None:
            return motion[..., :0]
        return self.fusion.tokens(self.temporal(motion))

    def fuse(
        self, appearance: Float[Tensor, "b q d"], past: Past, *, ages: Int[Tensor, " q"]
    ) -> Float[Tensor, "b q *w d"]:
        """The unit vectors of clips whose windows the past holds.

        Args:
            ages: how many clips ago the window of each row of `appearance` ended.
        """
        unit = F.normalize(appearance, dim=-1)
        return self.answer(unit + self.visual(unit), past, ages=ages)

    def answer(
        self, query: Float[Tensor, "b q d"], past: Past, *, ages: Int[Tensor, " q"]
    ) -> Float[Tensor, "b q *w d"]:
        """The unit vectors of whatever asks, such as regions of pictures.

        Args:
            ages: how many clips ago the window of each query ended; several may share one.
        """
        if self.fusion is None:
            return F.normalize(query, dim=-1)
        z = query[:, :, None] + self.fusion(query, *past.slots(ages))
        if self.joint is not None:
            z = z + self.joint(z)
        z = F.normalize(z, dim=-1)
        return z if self.config.mix == "max" else z[:, :, 0]

    def save_pretrained(self, folder: Path) -> None:
        """Writes config.json and model.safetensors; each is there completely or not at all."""
        save_module(self, self.config, folder)

    @classmethod
    def from_pretrained(cls, folder: Path) -> Self:
        """Reads what `save_pretrained` wrote, on the CPU, ready for inference.

        Raises:
            WeightsMissing: a file is absent or damaged, or the weights are not those of the config.
        """
        return load_module(cls, TraceConfig, folder, what="TRACE", command="retrace train trace")


def bottleneck(width_in: int, hidden: int, width_out: int, config: TraceConfig) -> nn.Sequential:
    """Down, GELU, dropout, up."""
    return nn.Sequential(
        nn.Linear(width_in, hidden),
        nn.GELU(),
        nn.Dropout(config.dropout),
        nn.Linear(hidden, width_out),
    )


def joint(config: TraceConfig) -> nn.Sequential:
    """A bottleneck over the fused vector, which begins as nothing."""
    layers = bottleneck(config.dim, config.joint_hidden, config.dim, config)
    shut(layers[-1])
    return nn.Sequential(nn.LayerNorm(config.dim, elementwise_affine=False), *layers)


def shut(layer: nn.Module) -> None:
    """Sets a linear layer to zero: what it ends begins as nothing."""
    assert isinstance(layer, nn.Linear)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
