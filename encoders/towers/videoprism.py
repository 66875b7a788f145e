"""VideoPrism LvT (Zhao et al., 2024; model_type "videoprism"): windows of frames and words.

A space-time factorised video encoder, trained on 36 M captioned clips, with a text encoder: the
strongest video-text pair that transformers carries without further packages.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from transformers import VideoPrismClipModel

from encoders.towers.base import Placement
from encoders.towers.loading import half_of, load_model
from encoders.towers.tower import FrameHalf, TextHalf, unit


class VideoPrismPictures(FrameHalf):
    """Windows of frames (16 of 288 x 288 in the base model), aligned with words."""

    family = half_of(VideoPrismClipModel, without=("text_model",))

    def encode(self, frames: UInt8[np.ndarray, "b f h w 3"]) -> Float32[np.ndarray, "b d"]:
        """Unit vectors of windows of RGB frames."""
        return unit(self.look(frames).flatten(1))

    def forward(self, batch: Float[Tensor, "b f 3 h w"], /) -> Float[Tensor, "b 1 d"]:
        return self.model.get_video_features(pixel_values_videos=batch).pooler_output


class VideoPrismText(TextHalf):
    """Words, padded to the full length (64). The model keeps no scale of cosines: it is 1."""

    def __init__(self, folder: Path, place: Placement) -> None:
        """Raises:
        WeightsMissing: the folder lacks what this half needs.
        """
        model = load_model(half_of(VideoPrismClipModel, without=("video_model",)), folder)
        config = model.config.text_config
        super().__init__(
            model,
            folder,
            place,
            dim=config.hidden_size,
            max_tokens=config.max_position_embeddings,
            logit_scale=1.0,
            padding="max_length",
        )
