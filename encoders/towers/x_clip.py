"""X-CLIP (Ni et al., 2022; model_type "xclip"): windows of frames and words.

Its text side has a generator of prompts that looks at the video before it words the query. A
query here is embedded before any video is known, so that part is left out: texts are embedded
as `XCLIPModel.get_text_features` does.
"""

import numpy as np
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from transformers import XCLIPModel

from encoders.towers.clip import ClipText
from encoders.towers.loading import half_of
from encoders.towers.tower import FrameHalf, unit


class _XClipFrames(FrameHalf):
    family = half_of(XCLIPModel, without=("text_model", "text_projection", "prompts_generator"))


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


class XClipText(ClipText):
    """Words, not conditioned on a video; at most 77 tokens in the published models."""

    family = half_of(
        XCLIPModel,
        without=(
            "vision_model",
            "visual_projection",
            "mit",
            "prompts_generator",
            "prompts_visual_layernorm",
            "prompts_visual_projection",
        ),
    )
