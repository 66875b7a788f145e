"""TimeSformer (Bertasius et al., 2021; model_type "timesformer"): windows of frames."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from transformers import TimesformerModel

from encoders.towers.base import Placement
from encoders.towers.loading import load_model
from encoders.towers.tower import FrameHalf
from segments.errors import WeightsMissing


class TimesformerWindows(FrameHalf):
    """The class token after the last norm, and the mean of each frame's patches.

    Frames are spread over what the window covers by the caller; the published models are
    trained on 8 frames, 32 frames of the film apart.
    """

    def __init__(self, folder: Path, place: Placement) -> None:
        """Raises:
        WeightsMissing: the folder lacks what the model needs, or its attention is over
            space only, so that there is no token of the whole window.
        """
        model = load_model(TimesformerModel, folder)
        config = model.config
        if config.attention_type == "space_only":
            raise WeightsMissing(
                f"the model in {folder} attends to space only: choose one with "
                "divided_space_time or joint_space_time attention"
            )
        super().__init__(
            model, folder, place, image_size=config.image_size, num_frames=config.num_frames
        )
        self.dim = int(config.hidden_size)

    def encode(self, frames: UInt8[np.ndarray, "b f h w 3"]) -> Float32[np.ndarray, "b d"]:
        """Class tokens of windows of RGB frames; not normalised."""
        return self.encode_with_tokens(frames)[0]

    def tokens(self, frames: UInt8[np.ndarray, "b f h w 3"]) -> Float32[np.ndarray, "b f d"]:
        """Mean of each frame's patches."""
        return self.encode_with_tokens(frames)[1]

    def encode_with_tokens(
        self, frames: UInt8[np.ndarray, "b f h w 3"]
    ) -> tuple[Float32[np.ndarray, "b d"], Float32[np.ndarray, "b f d"]]:
        """Both for the cost of one."""
        states = self.look(frames).numpy()
        return states[:, 0], states[:, 1:]

    def forward(self, batch: Float[Tensor, "b f 3 h w"], /) -> Float[Tensor, "b g d"]:
        """The class token, then one token per frame."""
        states = self.model(pixel_values=batch).last_hidden_state
        patches = states[:, 1:].unflatten(1, (-1, self.num_frames))  # places, then frames
        return torch.cat([states[:, :1], patches.mean(dim=1)], dim=1)
