"""RM: an autoencoder of normal regions; what it cannot give back is odd (paper §3.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Self

import numpy as np
import torch
from jaxtyping import Float, Float32
from pydantic import ConfigDict
from torch import Tensor, nn

from detectors.weights import load_module, save_module
from segments.errors import UserError

COMMAND = "retrace train local-patterns --part rm"
_LEAST_DEVIATION = 0.05
"""Of a feature, against its block's: one that never changed in training does not drown the rest."""
_ROWS_AT_ONCE = 8192


@dataclass(frozen=True)
class ReconstructionConfig:
    """Sizes and training of one RM.

    Raises:
        ValueError: nothing to reconstruct, fewer than two layers, or `faster` below 1.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    appearance_dim: int = 768
    """The local pattern G comes first in every row; 0 for motion alone."""
    motion_dim: int = 8
    """Then the motion histogram M; 0 for appearance alone."""
    hidden: int = 512
    layers: int = 7
    weighting: Literal["blocks", "dimensions"] = "blocks"
    """Whether G and M count alike, or each dimension does, as the paper's plain MSE has it: there
    8 numbers of motion stand against 768 of appearance (METHODS C.3)."""
    deviations: Literal["dimensions", "blocks"] = "dimensions"
    """One deviation is each feature's own, or that of its whole block. By its own, a direction
    that hardly anyone takes weighs as much as the one that everyone walks in, noise and all."""
    motion_sides: Literal["both", "more", "excess"] = "both"
    """Which errors of M count in scores: "more" leaves out those of less motion than comes back,
    where a region that is slower than normal is not odd; "excess" does not square the others
    either, so that scores grow as speeds do, whichever way the motion is spread."""
    faster: float = 1.0
    """In training M is multiplied by up to this, and to be given back as it was: the module then
    answers fast motion with the normal motion that it most resembles, not with a copy."""
    both_ways: bool = False
    """Every row is also learned with its motion the other way: who walks in comes out again, and
    little footage may show but one of the two."""
    epochs: int = 10
    batch: int = 64
    learning_rate: float = 1e-3

    def __post_init__(self) -> None:
        if min(self.appearance_dim, self.motion_dim) < 0 or self.dim == 0:
            raise ValueError(f"there is nothing to reconstruct: {self}")
        if self.faster < 1:
            raise ValueError(f"motion is sped up in training, not slowed down: {self.faster = }")
        if self.layers < 2:
            raise ValueError(f"an autoencoder has at least two layers: {self.layers = }")

    @property
    def dim(self) -> int:
        return self.appearance_dim + self.motion_dim

    @property
    def blocks(self) -> tuple[int, int]:
        return self.appearance_dim, self.motion_dim


class ReconstructionModule(nn.Module):
    """Fully connected layers with ReLU between them; the last is linear, for G is also negative."""

    def __init__(self, config: ReconstructionConfig) -> None:
        super().__init__()
        self.config = config
        widths = [config.dim, *[config.hidden] * (config.layers - 1), config.dim]
        layers: list[nn.Module] = []
        for width_in, width_out in zip(widths, widths[1:], strict=False):
            layers += [nn.Linear(width_in, width_out), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", torch.zeros(config.dim))
        self.register_buffer("deviation", torch.ones(config.dim))

    def forward(self, features: Float[Tensor, "n d"]) -> Float[Tensor, "n 2"]:
        """Each row's error, its squared distance from what comes back, of G and of M.

        Errors are means over the block in units of the training set's deviations, times the
        block's weight: a row's score is their sum.
        """
        appearance, motion = self.misses(features, features).split(self.config.blocks, dim=1)
        if self.config.motion_sides != "both":
            motion = motion.clamp_min(0)
        if self.config.motion_sides == "excess":
            motion = motion.sqrt()
        return self._mean_squares(appearance, motion)

    def misses(
        self, features: Float[Tensor, "n d"], wanted: Float[Tensor, "n d"]
    ) -> Float[Tensor, "n d"]:
        """How far `wanted` is above what comes back of `features`, in deviations."""
        standard, goal = ((rows - self.mean) / self.deviation for rows in (features, wanted))
        return goal - self.layers(standard)

    def _mean_squares(
        self, appearance: Float[Tensor, "n a"], motion: Float[Tensor, "n m"]
    ) -> Float[Tensor, "n 2"]:
        sums = [block.square().sum(dim=1) for block in (appearance, motion)]
        return torch.stack(sums, dim=1) * self._weights()

    def _weights(self) -> Float[Tensor, " 2"]:
        sizes = torch.tensor(self.config.blocks, device=self.mean.device)
        if self.config.weighting == "dimensions":
            return (1 / sizes.sum()).expand(2)
        return 1 / (sizes.clamp_min(1) * (sizes > 0).sum())

    @classmethod
    def fit(
        cls,
        features: Float32[np.ndarray, "n d"],
        config: ReconstructionConfig,
        *,
        seed: int,
        device: str = "cpu",
    ) -> Self:
        """Trains on regions of normal footage; the same rows and seed give the same weights.

        Raises:
            UserError: fewer than two regions, or values that are not finite.
            ValueError: rows of another width than the config's.
        """
        rows = _both_ways(_checked(features, config), config).to(device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            module = cls(config).to(device)
        module.mean.copy_(rows.mean(dim=0))
        module.deviation.copy_(_deviation(rows, config))
        optimizer = torch.optim.Adam(module.parameters(), lr=config.learning_rate)
        for batch, seen in _batches(rows, config, seed):
            misses = module.misses(seen, batch).split(config.blocks, dim=1)
            optimizer.zero_grad()
            module._mean_squares(*misses).sum(dim=1).mean().backward()
            optimizer.step()
        return module.eval()

    @torch.no_grad()
    def errors(self, features: Float32[np.ndarray, "n d"]) -> Float32[np.ndarray, "n 2"]:
        """How much of each region's score is its appearance, and how much its motion."""
        if len(features) == 0:
            return np.zeros((0, 2), np.float32)
        rows = torch.from_numpy(np.ascontiguousarray(features, np.float32))
        pieces = [self(piece.to(self.mean.device)) for piece in rows.split(_ROWS_AT_ONCE)]
        return torch.cat(pieces).cpu().numpy()

    def score(self, features: Float32[np.ndarray, "n d"]) -> Float32[np.ndarray, " n"]:
        """Raw scores, 0 or more; higher is more anomalous."""
        return self.errors(features).sum(axis=1)

    def save_pretrained(self, folder: Path) -> None:
        """Writes config.json and model.safetensors, the standardisation among the weights."""
        save_module(self, self.config, folder)

    @classmethod
    def from_pretrained(cls, folder: Path) -> Self:
        """Reads what `save_pretrained` wrote.

        Raises:
            WeightsMissing: a file is absent or damaged, or the two do not fit each other.
        """
        return load_module(
            cls, ReconstructionConfig, folder, what="the Reconstruction Module", command=COMMAND
        )


def _checked(
    features: Float32[np.ndarray, "n d"], config: ReconstructionConfig
) -> Float[Tensor, "n d"]:
    if features.ndim != 2 or features.shape[1] != config.dim:
        raise ValueError(f"rows of {config.dim} features are wanted, not {features.shape}")
    if len(features) < 2:
        raise UserError(
            f"{len(features)} regions to learn from: at least two are needed; give more normal "
            "footage, or another region engine"
        )
    if not np.isfinite(features).all():
        raise UserError("some features are not finite: index this footage again")
    return torch.from_numpy(np.ascontiguousarray(features, np.float32))


def _both_ways(rows: Float[Tensor, "n d"], config: ReconstructionConfig) -> Float[Tensor, "m d"]:
    if not config.both_ways:
        return rows
    appearance, motion = rows.split(config.blocks, dim=1)
    turned = motion.roll(config.motion_dim // 2, dims=1)
    return torch.cat([rows, torch.cat([appearance, turned], dim=1)])


def _deviation(rows: Float[Tensor, "n d"], config: ReconstructionConfig) -> Float[Tensor, " d"]:
    """What counts as one deviation of each feature, never near 0; 1 in a block that never
    changes."""
    blocks = []
    for own in rows.std(dim=0, correction=0).split(config.blocks):
        whole = own.square().mean().sqrt()
        by_feature = own.clamp_min(_LEAST_DEVIATION * whole)
        chosen = by_feature if config.deviations == "dimensions" else whole.expand_as(own)
        blocks.append(chosen if whole > 0 else torch.ones_like(own))
    return torch.cat(blocks)


def _batches(
    rows: Float[Tensor, "n d"], config: ReconstructionConfig, seed: int
) -> Iterator[tuple[Float[Tensor, "b d"], Float[Tensor, "b d"]]]:
    """Rows in a new order each epoch, and the same rows as the module is shown them."""
    shuffle = torch.Generator().manual_seed(seed)
    for _ in range(config.epochs):
        for picked in torch.randperm(len(rows), generator=shuffle).split(config.batch):
            batch = rows[picked.to(rows.device)]
            yield batch, _sped_up(batch, config, shuffle)


def _sped_up(
    batch: Float[Tensor, "b d"], config: ReconstructionConfig, random: torch.Generator
) -> Float[Tensor, "b d"]:
    if config.faster == 1:
        return batch
    times = 1 + (config.faster - 1) * torch.rand(len(batch), 1, generator=random).to(batch.device)
    appearance, motion = batch.split(config.blocks, dim=1)
    return torch.cat([appearance, motion * times], dim=1)
