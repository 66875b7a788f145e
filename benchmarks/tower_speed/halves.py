"""The halves of models that are measured: how each is opened, and what it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from encoders.models.specs import ProfileRecipe, shipped_recipes
from encoders.pretrained.clips import SOUND_CLIPS, cover
from encoders.towers import opening
from encoders.towers.base import Placement
from segments.levels import CLIP_S

WORDS = 20
"""Of a sentence; with its ends it is 22 tokens long, unless a model pads it further."""
FURTHER = ("clip-vit-base-patch16", "clip-vit-large-patch14")
"""Models of pictures that no shipped profile takes, measured to be compared with."""
FOR_GPU = ("clip-vit-large-patch14", "siglip2-large-patch16-256", "videoprism-lvt-base-f16r288")
"""Left out on a CPU unless they are asked for."""


@dataclass(frozen=True)
class Half:
    """One half of a model."""

    model: str
    kind: str
    """A key of `KINDS`."""

    @property
    def can_be_compiled(self) -> bool:
        """Texts have other lengths each time, which is compiled each time."""
        return "texts" not in self.kind


@dataclass(frozen=True)
class Kind:
    """What is opened, and what one item is."""

    open: Callable[[Path, Placement], Any]
    item: Callable[[Any, np.random.Generator], Any]


def _frames(tower: Any, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 256, (tower.num_frames, *tower.frame_size, 3), np.uint8)


def _sound(tower: Any, rng: np.random.Generator) -> np.ndarray:
    samples = round(SOUND_CLIPS * CLIP_S * tower.rate_hz)
    return rng.uniform(-1, 1, samples).astype(np.float32)


def _text(tower: Any, rng: np.random.Generator) -> str:
    return " ".join(["word"] * WORDS)


KINDS = {
    "pictures": Kind(opening.open_pictures, _frames),
    "windows": Kind(opening.open_temporal, _frames),
    "sounds": Kind(opening.open_sounds, _sound),
    "texts": Kind(opening.open_text, _text),
    "sound texts": Kind(opening.open_sound_text, _text),
}


def items_of(half: Half, tower: Any, count: int, *, seed: int) -> Any:
    """`count` times the same random item, as the tower's `encode` takes them."""
    item = KINDS[half.kind].item(tower, np.random.default_rng(seed))
    return [item] * count if isinstance(item, str) else np.repeat(item[None], count, axis=0)


def one_item(half: Half, tower: Any, *, seed: int) -> Tensor:
    """An item as the tower's `prepare` takes it."""
    items = items_of(half, tower, 1, seed=seed)
    return tower.cut(items) if isinstance(items, list) else torch.from_numpy(items)


def indexing_halves(recipe: ProfileRecipe) -> tuple[Half, ...]:
    """What of a profile runs over footage."""
    kinds = (
        (recipe.appearance, "pictures"),
        (recipe.temporal, "windows"),
        (recipe.audio, "sounds"),
    )
    return tuple(Half(model, kind) for model, kind in kinds if model is not None)


def all_halves() -> tuple[Half, ...]:
    """Everything that a shipped profile runs, and `FURTHER`; pictures first, words last."""
    recipes = shipped_recipes().values()
    found = [half for recipe in recipes for half in indexing_halves(recipe)]
    found += [Half(model, "pictures") for model in FURTHER]
    found += [Half(model, "texts") for model in (*(r.appearance for r in recipes), *FURTHER)]
    found += [Half(r.audio, "sound texts") for r in recipes if r.audio is not None]
    order = list(KINDS)
    return tuple(sorted(dict.fromkeys(found), key=lambda half: order.index(half.kind)))


def items_per_batch(half: Half, num_frames: int, num_clips: int) -> int:
    """How often a half runs over `num_clips` clips of one frame each.

    Args:
        num_frames: that it looks at together; of no meaning for sounds.
    """
    return len(cover(num_clips, SOUND_CLIPS if half.kind == "sounds" else num_frames))
