"""TimeSformer (Bertasius et al., 2021; model_type "timesformer"): windows of frames."""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from transformers import TimesformerModel

from encoders.towers.base import Placement
from encoders.towers.tower import FrameHalf
from segments.errors import WeightsMissing


class TimesformerWindows(FrameHalf):
    """The mean of each frame's patches after the last norm.

    Frames are spread over what the window covers by the caller; the published models are
    trained on 8 frames, 32 frames of the film apart.
    """

    family = TimesformerModel

    def __init__(self, folder: Path, place: Placement) -> None:
        """Raises:
        WeightsMissing: the folder lacks what the model needs, or its attention is over
            space only, so that frames know nothing of each other.
        """
        super().__init__(folder, place)
        if self.model.config.attention_type == "space_only":
            raise WeightsMissing(
                f"the model in {folder} attends to space only: choose one with "
                "divided_space_time or joint_space_time attention"
            )

    def encode(self, frames: UInt8[np.ndarray, "b f h w 3"]) -> Float32[np.ndarray, "b f d"]:
        """Mean of each frame's patches, which attended to those of all frames."""
        return self.look(frames).numpy()

    def forward(self, pixels: Float[Tensor, "b f 3 h w"]) -> Float[Tensor, "b f d"]:
        states = self.model(pixel_values=pixels).last_hidden_state
        patches = states[:, 1:].unflatten(1, (-1, self.num_frames))  # places, then frames
        return patches.mean(dim=1)
