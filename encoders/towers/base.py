"""What a tower is: one half of a pretrained model, and where it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from jaxtyping import Float32, UInt8


@dataclass(frozen=True)
class Placement:
    """Where and how a tower runs."""

    device: str = "cpu"
    dtype: torch.dtype = torch.float32
    """Of weights and activations; what a tower returns is float32 all the same."""
    compile: bool = False
    """Whether its forward pass goes through `torch.compile`."""
    sizes: Path | None = None
    """The file in which measured micro-batch sizes are kept; None keeps them in memory."""


class PictureTower(Protocol):
    """Pictures, or short windows of them, in one space with words."""

    frame_size: tuple[int, int]
    """Height and width in pixels; pictures of another size are resized."""
    dim: int
    num_frames: int
    """1: pictures; more: a video-text encoder that looks at windows of so many frames."""

    def encode(self, frames: UInt8[np.ndarray, "b f h w 3"]) -> Float32[np.ndarray, "b d"]:
        """Unit vectors; f is num_frames; RGB."""
        ...


class TextTower(Protocol):
    """Words in one space with pictures or sounds."""

    @property
    def dim(self) -> int: ...

    @property
    def logit_scale(self) -> float:
        """What a cosine is multiplied by before the softmax or the sigmoid of training."""
        ...

    def encode(self, texts: Sequence[str]) -> Float32[np.ndarray, "b d"]:
        """Unit vectors; what is past the model's length is cut off."""
        ...


class TemporalTower(Protocol):
    """Windows of frames: what happens, not only what is there."""

    frame_size: tuple[int, int]
    num_frames: int
    dim: int

    def encode(self, frames: UInt8[np.ndarray, "b f h w 3"]) -> Float32[np.ndarray, "b f d"]:
        """One token per frame, that knows its whole window; f is num_frames; RGB."""
        ...


class SoundTower(Protocol):
    """Sounds in one space with words."""

    dim: int
    rate_hz: int
    window_s: float
    """The longest sound that it takes."""

    def encode(self, sounds: Float32[np.ndarray, "b s"]) -> Float32[np.ndarray, "b d"]:
        """Unit vectors of s samples in [-1, 1] at rate_hz, at most window_s of them."""
        ...
