"""Clips to features: the three small networks side by side."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor, nn
from torch.nn.functional import interpolate

from encoders.compact.appearance import AppearanceEncoder
from encoders.compact.motion import MotionEncoder
from encoders.compact.sound import SoundEncoder
from encoders.compact.spec import COMPACT
from segments.media import ClipBatch
from segments.vectors import ClipFeatures


@dataclass(frozen=True)
class ClipEncoders:
    """Pictures, motion and sound of clips to what ALAN takes; all on one device."""

    appearance: AppearanceEncoder
    motion: MotionEncoder
    sound: SoundEncoder

    def to(self, device: torch.device | str) -> "ClipEncoders":
        """Moves the networks themselves, as torch does."""
        for network in (self.appearance, self.motion, self.sound):
            network.to(device)
        return self

    def encode(self, batch: ClipBatch) -> ClipFeatures:
        """One row per clip and stream; audio where the batch has sound."""
        return ClipFeatures(
            {"appearance": self.look(batch.frames), "motion": self.follow(batch.motion)},
            None if batch.audio is None else self.hear(batch.audio),
        )

    @torch.inference_mode()
    def look(self, frames: UInt8[np.ndarray, "t f h w 3"]) -> Float32[np.ndarray, "t d"]:
        """A clip's appearance is the mean over its pictures."""
        pictures = _tensor(frames, self.appearance)
        vectors = self.appearance(pictures.flatten(0, 1)).unflatten(0, pictures.shape[:2])
        return _array(vectors.mean(dim=1))

    @torch.inference_mode()
    def look_once(self, pixels: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, " d"]:
        """The appearance of one picture of any size; the aspect ratio is not kept, as in clips."""
        picture = _tensor(pixels, self.appearance).permute(2, 0, 1)[None].float()
        scaled = interpolate(picture, COMPACT.frame_size, mode="bilinear", antialias=True)
        rounded = scaled.round().clamp(0, 255).byte().permute(0, 2, 3, 1)
        return _array(self.appearance(rounded))[0]

    @torch.inference_mode()
    def follow(self, motion: Float32[np.ndarray, "t m gh gw 2"]) -> Float32[np.ndarray, "t d"]:
        """Statistics of each clip's motion fields."""
        return _array(self.motion(_tensor(motion, self.appearance)))

    @torch.inference_mode()
    def hear(self, clips: Float32[np.ndarray, "t s"]) -> Float32[np.ndarray, "t d"]:
        """Sound features of consecutive clips."""
        return _array(self.sound(_tensor(clips, self.appearance)))


def _tensor(array: np.ndarray, network: nn.Module) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(next(network.parameters()).device)


def _array(tensor: Tensor) -> Float32[np.ndarray, "..."]:
    return tensor.float().cpu().numpy()
