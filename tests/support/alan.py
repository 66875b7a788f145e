"""Small ALAN networks and random features for them."""

import torch
from torch import Tensor

from encoders.alan import Alan, AlanConfig

SMALL = AlanConfig(
    streams={"appearance": 12, "motion": 5},
    text_dim=10,
    audio_dim=7,
    d=8,
    heads=2,
    ffn=16,
    num_samples=4,
    position_bins=16,
    detector_hidden=(6, 4),
)


def small_alan(config: AlanConfig = SMALL, *, seed: int = 0) -> Alan:
    """A network in eval mode, random in every weight, batch statistic and gate."""
    torch.manual_seed(seed)
    model = Alan(config).eval()
    generator = torch.Generator().manual_seed(seed)
    for name, value in model.state_dict().items():
        if name.endswith("running_var"):
            value.copy_(torch.rand(value.shape, generator=generator) + 0.5)
        elif name.endswith(("running_mean", "share", "factors")):
            value.copy_(torch.rand(value.shape, generator=generator))
    return model


def random_streams(
    config: AlanConfig, batch: int, clips: int, *, seed: int = 0
) -> dict[str, Tensor]:
    """Clip features [b t c] of every visual stream."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(batch, clips, width, generator=generator)
        for name, width in config.streams.items()
    }


def all_true(*shape: int) -> Tensor:
    return torch.ones(shape, dtype=torch.bool)
