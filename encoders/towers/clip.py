"""CLIP (Radford et al., 2021; model_type "clip"): pictures and words, ViT-B/32 to ViT-L/14."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from transformers import CLIPModel, PreTrainedModel

from encoders.towers.base import Placement
from encoders.towers.loading import half_of, load_model
from encoders.towers.tower import FrameHalf, TextHalf, unit


class ClipPictures(FrameHalf):
    """Pictures, one by one."""

    family = half_of(CLIPModel, without=("text_model", "text_projection"))

    def encode(self, frames: UInt8[np.ndarray, "b 1 h w 3"]) -> Float32[np.ndarray, "b d"]:
        """Unit vectors of RGB pictures."""
        return unit(self.look(frames))

    def forward(self, batch: Float[Tensor, "b 1 3 h w"], /) -> Float[Tensor, "b d"]:
        return self.model.get_image_features(pixel_values=batch[:, 0]).pooler_output


class ClipText(TextHalf):
    """Words; at most 77 tokens in the published models."""

    family: ClassVar[type[PreTrainedModel]] = half_of(
        CLIPModel, without=("vision_model", "visual_projection")
    )

    def __init__(self, folder: Path, place: Placement) -> None:
        """Raises:
        WeightsMissing: the folder lacks what this half needs.
        """
        model: Any = load_model(self.family, folder)
        super().__init__(
            model,
            folder,
            place,
            dim=model.config.projection_dim,
            max_tokens=model.config.text_config.max_position_embeddings,
            logit_scale=model.logit_scale.exp().item(),
        )
