"""Pictures as models take them: scaled, normalised, channels first, on the model's device."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn.functional import interpolate

from encoders.towers.loading import read_json
from segments.errors import WeightsMissing

Values = tuple[float, float, float]
DEFAULTS = {"do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True}
"""Of every picture processor; older files leave them out."""


@dataclass(frozen=True)
class PixelSpec:
    """A model's preprocessing once the picture has its size: (x · rescale - mean) / std."""

    rescale: float
    mean: Values
    std: Values

    @classmethod
    def read(cls, folder: Path) -> "PixelSpec":
        """From the folder's processor settings, in the order that transformers looks for them.

        Raises:
            WeightsMissing: there are none, or they lack a value.
        """
        settings = _settings(folder)
        try:
            rescale = settings["rescale_factor"] if settings["do_rescale"] else 1.0
            if not settings["do_normalize"]:
                return cls(rescale, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
            return cls(rescale, _values(settings["image_mean"]), _values(settings["image_std"]))
        except KeyError as error:
            raise WeightsMissing(
                f"the processor settings in {folder} lack {error}: pull the model again"
            ) from error


class Pixels:
    """uint8 pictures to what a model takes.

    A picture of another size is stretched by torch (bilinear with antialiasing, on values that
    are not rounded again), which is not the family's own filter: give pictures of `size` where
    the last digit counts.
    """

    def __init__(self, spec: PixelSpec, size: tuple[int, int], device: str) -> None:
        self._size = size
        self._device = device
        std = torch.tensor(spec.std).view(3, 1, 1)
        self._scale = (spec.rescale / std).to(device)
        self._shift = (-torch.tensor(spec.mean).view(3, 1, 1) / std).to(device)

    def __call__(self, frames: UInt8[Tensor, "*b h w 3"]) -> Float[Tensor, "*b 3 h w"]:
        """float32, on the device."""
        pictures = frames.to(self._device).movedim(-1, -3).float()
        if pictures.shape[-2:] != self._size:
            pictures = self._resized(pictures)
        return pictures * self._scale + self._shift

    def _resized(self, pictures: Float[Tensor, "*b 3 h w"]) -> Float[Tensor, "*b 3 i j"]:
        flat = pictures.flatten(0, -4)
        resized = interpolate(flat, self._size, mode="bilinear", antialias=True)
        return resized.unflatten(0, pictures.shape[:-3])


def _settings(folder: Path) -> dict[str, Any]:
    nested = folder / "processor_config.json"
    if nested.is_file():
        settings = read_json(nested)
        for part in ("video_processor", "image_processor"):
            if part in settings:
                return DEFAULTS | settings[part]
    video = folder / "video_preprocessor_config.json"
    return DEFAULTS | read_json(video if video.is_file() else folder / "preprocessor_config.json")


def _values(values: list[float]) -> Values:
    red, green, blue = values
    return red, green, blue
