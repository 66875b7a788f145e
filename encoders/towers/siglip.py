"""SigLIP (Zhai et al., 2023) and SigLIP 2 of fixed resolution (Tschannen et al., 2025).

Both have model_type "siglip": the second differs by its weights and by Gemma's tokenizer.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from transformers import SiglipModel

from encoders.towers.base import Placement
from encoders.towers.loading import half_of, load_model
from encoders.towers.tower import FrameHalf, TextHalf, unit


class SiglipPictures(FrameHalf):
    """Pictures, one by one, pooled by attention."""

    family = half_of(SiglipModel, without=("text_model",))

    def encode(self, frames: UInt8[np.ndarray, "b 1 h w 3"]) -> Float32[np.ndarray, "b d"]:
        """Unit vectors of RGB pictures."""
        return unit(self.look(frames))

    def forward(self, batch: Float[Tensor, "b 1 3 h w"], /) -> Float[Tensor, "b d"]:
        return self.model.get_image_features(pixel_values=batch[:, 0]).pooler_output


class SiglipText(TextHalf):
    """Words, in lower case, always padded to the full length (64), padding attended to.

    The vector is that of the last position, so another padding is another vector: these are the
    habits of its training. The sigmoid's bias is not kept: it changes no ranking.
    """

    def __init__(self, folder: Path, place: Placement) -> None:
        """Raises:
        WeightsMissing: the folder lacks what this half needs.
        """
        model = load_model(half_of(SiglipModel, without=("vision_model",)), folder)
        config = model.config.text_config
        super().__init__(
            model,
            folder,
            place,
            dim=config.projection_size,
            max_tokens=config.max_position_embeddings,
            logit_scale=model.logit_scale.exp().item(),
            padding="max_length",
            masked=False,
            wording=str.lower,
        )
