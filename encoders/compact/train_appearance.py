"""Trains the picture encoder against MiniLM's sentence embeddings.

Pictures and regions are matched to the sentences of their batch. Many captions of one batch mean
nearly the same, so the target is not the identity but the sentences' own similarity.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from torch.nn import functional as F

from encoders.compact.appearance import AppearanceEncoder

IMAGE_TEMPERATURE = 0.05
TEXT_TEMPERATURE = 0.03


@dataclass(frozen=True)
class PictureSet:
    """Pictures with what is said of them."""

    pixels: UInt8[np.ndarray, "n h w 3"]
    captions: Float32[np.ndarray, "n c 384"]
    """Sentence embeddings, c wordings per picture; one is drawn at each visit."""
    boxes: Float32[np.ndarray, "n k 4"]
    """Shares of the picture's size; rows of zeros where there are fewer than k regions."""
    box_captions: Float32[np.ndarray, "n k 384"]

    def __len__(self) -> int:
        return len(self.pixels)


@dataclass(frozen=True)
class AppearanceRecipe:
    """How long and how fast."""

    epochs: int = 10
    batch_size: int = 64
    peak_lr: float = 2e-3
    weight_decay: float = 0.02
    region_share: float = 0.5
    """Weight of the region loss beside the picture loss."""
    seed: int = 0


def train_appearance(
    pictures: PictureSet,
    recipe: AppearanceRecipe,
    *,
    on_epoch: Callable[[int, float], None] = lambda epoch, loss: None,
) -> AppearanceEncoder:
    """A picture encoder trained from nothing; the same seed gives the same weights.

    Args:
        on_epoch: called after each epoch with its number, from 1, and its mean loss.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    encoder = AppearanceEncoder().train()
    optimizer = torch.optim.AdamW(
        encoder.parameters(), lr=recipe.peak_lr, weight_decay=recipe.weight_decay
    )
    steps = max(1, len(pictures) // recipe.batch_size) * recipe.epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.peak_lr, total_steps=steps)
    for epoch in range(1, recipe.epochs + 1):
        losses = []
        for rows in _batches(len(pictures), recipe.batch_size, rng):
            loss = _loss(encoder, pictures, rows, recipe, rng)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        on_epoch(epoch, float(np.mean(losses)))
    return encoder.eval()


def matching_loss(
    images: Float[Tensor, "b d"], sentences: Float[Tensor, "b d"]
) -> Float[Tensor, ""]:
    """Cross-entropy of image-sentence similarity, both ways, against sentence similarity.

    All vectors are unit vectors.
    """
    target = (sentences @ sentences.T / TEXT_TEMPERATURE).softmax(dim=-1)
    logits = images @ sentences.T / IMAGE_TEMPERATURE
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def augmented(
    pixels: UInt8[np.ndarray, "b h w 3"], rng: np.random.Generator
) -> UInt8[np.ndarray, "b h w 3"]:
    """Random exposure, contrast, colour cast and noise. Nothing is mirrored,
    since captions say left and right.
    """
    batch = len(pixels)
    x = pixels.astype(np.float32) / 255.0
    gamma = np.exp(rng.normal(0, 0.2, (batch, 1, 1, 1))).astype(np.float32)
    gain = rng.normal(1, 0.12, (batch, 1, 1, 1)).astype(np.float32)
    cast = rng.normal(1, 0.03, (batch, 1, 1, 3)).astype(np.float32)
    noise = rng.normal(0, 1, x.shape).astype(np.float32) * rng.uniform(0, 0.04, (batch, 1, 1, 1))
    changed = np.power(x, gamma) * gain * cast + noise
    return (changed.clip(0, 1) * 255).astype(np.uint8)


def _loss(
    encoder: AppearanceEncoder,
    pictures: PictureSet,
    rows: np.ndarray,
    recipe: AppearanceRecipe,
    rng: np.random.Generator,
) -> Float[Tensor, ""]:
    features = encoder.features(torch.from_numpy(augmented(pictures.pixels[rows], rng)))
    wordings = rng.integers(pictures.captions.shape[1], size=len(rows))
    sentences = torch.from_numpy(pictures.captions[rows, wordings])
    loss = matching_loss(encoder.frames(features), sentences)
    boxes = torch.from_numpy(pictures.boxes[rows])
    there = boxes.any(dim=-1)
    if there.any():
        regions = encoder.regions(features, boxes)[there]
        named = torch.from_numpy(pictures.box_captions[rows])[there]
        loss = loss + recipe.region_share * matching_loss(regions, named)
    return loss


def _batches(count: int, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    order = rng.permutation(count)
    whole = max(size, count // size * size)
    return [order[start : start + size] for start in range(0, min(whole, count), size)]
