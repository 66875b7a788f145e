"""Trains the sound encoder to tell kinds of sound apart, from a few recordings of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from torch.nn import functional as F

from encoders.compact.mel import (
    CLIP_FRAMES,
    WINDOW_FRAMES,
    audibility,
    cut_windows,
    statistics,
)
from encoders.compact.sound import LEARNED_DIM, SUMMARY_DIM, SoundEncoder
from encoders.compact.sound_batches import Augmentation, Sound, SoundBatches, whole_clips


@dataclass(frozen=True)
class SoundRecipe:
    """Constants of one training run."""

    epochs: int = 40
    batch_size: int = 32
    peak_lr: float = 2e-3
    weight_decay: float = 0.02
    logit_scale: float = 8.0
    label_smoothing: float = 0.1
    augmentation: Augmentation = Augmentation()
    seed: int = 0


def train_sound_encoder(
    sounds: Sequence[Sound],
    recipe: SoundRecipe | None = None,
    *,
    on_epoch: Callable[[int, float], None] = lambda epoch, loss: None,
) -> SoundEncoder:
    """A sound encoder trained from nothing; the same seed gives the same weights.

    Args:
        sounds: recordings of any length of at least two kinds; kinds are visited equally often.
        on_epoch: called after each epoch with its number, from 1, and its mean loss.
    """
    recipe = recipe or SoundRecipe()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        trainer = _Trainer(sounds, recipe)
        for epoch in range(1, recipe.epochs + 1):
            on_epoch(epoch, float(np.mean([trainer.step() for _ in range(trainer.num_steps)])))
        return trainer.encoder.eval()


class _Trainer:
    def __init__(self, sounds: Sequence[Sound], recipe: SoundRecipe) -> None:
        self.recipe = recipe
        self.encoder = SoundEncoder().train()
        fit_summary(self.encoder, [heard for heard, _ in sounds])
        self.batches = SoundBatches(sounds, recipe.augmentation, batch_size=recipe.batch_size)
        self.classifier = nn.Linear(LEARNED_DIM, self.batches.num_kinds)
        self.num_steps = -(-len(sounds) // recipe.batch_size)
        self.parameters = [*self.encoder.parameters(), *self.classifier.parameters()]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=recipe.peak_lr, weight_decay=recipe.weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer,
            recipe.peak_lr,
            total_steps=recipe.epochs * self.num_steps,
            pct_start=0.1,
        )

    def step(self) -> float:
        loss = self._loss(*self.batches.draw())
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        return loss.item()

    def _loss(
        self, power: Float[Tensor, "b m n"], kinds: Float[Tensor, "b k"]
    ) -> Float[Tensor, ""]:
        logits = self.recipe.logit_scale * self.classifier(_pooled(self.encoder, power))
        return F.cross_entropy(logits, kinds, label_smoothing=self.recipe.label_smoothing)


@torch.no_grad()
def fit_summary(encoder: SoundEncoder, sounds: Sequence[Float32[np.ndarray, " s"]]) -> None:
    """Sets the encoder's linear summary of statistics to the recordings' principal components.

    Half-way whitened: each component is divided by the root of its spread, so that what varies most
    still counts for more.
    """
    rows = torch.stack([_mean_statistics(encoder, samples) for samples in sounds])
    mean, spread = rows.mean(dim=0), rows.std(dim=0).clamp(min=1e-3)
    _, sizes, axes = torch.linalg.svd((rows - mean) / spread, full_matrices=False)
    sizes, axes = sizes[:SUMMARY_DIM, None].clamp(min=1e-3), axes[:SUMMARY_DIM]
    weight = axes * axes.sum(dim=1, keepdim=True).sign() / sizes.sqrt() / spread
    encoder.summary.weight.zero_()[: len(weight)] = weight
    encoder.summary.bias.copy_(-encoder.summary.weight @ mean)


def _mean_statistics(
    encoder: SoundEncoder, samples: Float32[np.ndarray, " s"]
) -> Float[Tensor, " c"]:
    windows = cut_windows(encoder.spectrum(whole_clips(samples)))
    weights = audibility(windows)
    return (weights @ statistics(windows)) / weights.sum().clamp(min=1e-4)


def _pooled(encoder: SoundEncoder, power: Float[Tensor, "b m n"]) -> Float[Tensor, "b d"]:
    """The mean feature of each crop's audible clips."""
    windows = power.unfold(2, WINDOW_FRAMES, CLIP_FRAMES).transpose(1, 2)
    heard = encoder.embed(windows.flatten(0, 1)).unflatten(0, windows.shape[:2])
    weights = audibility(windows)[..., None]
    return (heard * weights).sum(dim=1) / (weights.sum(dim=1) + 1e-4)
