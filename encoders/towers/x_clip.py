"""X-CLIP (Ni et al., 2022; model_type "xclip"): windows of frames and words.

Its text side has a generator of prompts that looks at the video before it words the query. A
query here is embedded before any video is known, so that part is left out: texts are embedded
as `XCLIPModel.get_text_features` does.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from transformers import XCLIPConfig, XCLIPModel

from encoders.towers.base import Placement
from encoders.towers.loading import load_model
from encoders.towers.tower import FrameHalf, TextHalf, unit


class _Video(XCLIPModel):
    """Without its text half and without what only its prompts need."""

    def __init__(self, config: XCLIPConfig) -> None:
        super().__init__(config)
        del self.text_model, self.text_projection, self.prompts_generator


class _Text(XCLIPModel):
    """Without its video half and without prompts."""

    def __init__(self, config: XCLIPConfig) -> None:
        super().__init__(config)
        del self.vision_model, self.visual_projection, self.mit, self.prompts_generator
        del self.prompts_visual_layernorm, self.prompts_visual_projection


class _XClipFrames(FrameHalf):
    def __init__(self, folder: Path, place: Placement) -> None:
        """Raises:
        WeightsMissing: the folder lacks what this half needs.
        """
        model = load_model(_Video, folder)
        config = model.config.vision_config
        super().__init__(
            model, folder, place, image_size=config.image_size, num_frames=config.num_frames
        )
        self.dim = int(model.config.projection_dim)


class XClipPictures(_XClipFrames):
    """Windows of frames, aligned with words."""

    def encode(self, frames: UInt8[np.ndarray, "b f h w 3"]) -> Float32[np.ndarray, "b d"]:
        """Unit vectors of windows of RGB frames."""
        return unit(self.look(frames))

    def forward(self, batch: Float[Tensor, "b f 3 h w"], /) -> Float[Tensor, "b d"]:
        return self.model.get_video_features(pixel_values=batch).pooler_output


class XClipWindows(_XClipFrames):
    """Windows of frames as a temporal stream.

    A frame's token is the mean of its patches, brought to the joint width by the family's own norm
    and projection of patches; messages between frames have reached them.
    """

    def encode(self, frames: UInt8[np.ndarray, "b f h w 3"]) -> Float32[np.ndarray, "b f d"]:
        """Tokens of the frames of RGB windows."""
        return self.look(frames).numpy()

    def forward(self, pixels: Float[Tensor, "b f 3 h w"]) -> Float[Tensor, "b f d"]:
        model = self.model
        states = model.vision_model(pixels.flatten(0, 1)).last_hidden_state
        patches = model.prompts_visual_layernorm(states[:, 1:]) @ model.prompts_visual_projection
        return patches.mean(dim=1).unflatten(0, (-1, self.num_frames))


class XClipText(TextHalf):
    """Words, not conditioned on a video; at most 77 tokens in the published models."""

    def __init__(self, folder: Path, place: Placement) -> None:
        """Raises:
        WeightsMissing: the folder lacks what this half needs.
        """
        model = load_model(_Text, folder)
        super().__init__(
            model,
            folder,
            place,
            dim=model.config.projection_dim,
            max_tokens=model.config.text_config.max_position_embeddings,
            logit_scale=model.logit_scale.exp().item(),
        )
