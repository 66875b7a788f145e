"""CLAP (Wu et al., 2023; model_type "clap"), the unfused models: sounds and words."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn
from transformers import ClapModel

from encoders.towers.base import Placement
from encoders.towers.loading import half_of, load_model
from encoders.towers.mel import LogMel, MelSpec
from encoders.towers.tower import TextHalf, Tower, unit
from segments.errors import WeightsMissing


class ClapSounds(Tower):
    """Sounds of at most 10 s in the published models; shorter ones are repeated to that."""

    def __init__(self, folder: Path, place: Placement) -> None:
        """Raises:
        WeightsMissing: the folder lacks what this half needs, or the model is a fused one.
        """
        spec = MelSpec.read(folder)
        model = load_model(half_of(ClapModel, without=("text_model", "text_projection")), folder)
        if model.config.audio_config.enable_fusion:
            raise WeightsMissing(f"the model in {folder} is a fused CLAP: choose an unfused one")
        super().__init__(model, folder, place)
        self.dim = int(model.config.projection_dim)
        self.rate_hz = spec.rate_hz
        self.window_s = spec.window_s
        self._mel = LogMel(spec).to(place.device)
        _normalise_in_float32(model.audio_model.audio_encoder, place.dtype)

    def encode(self, sounds: Float32[np.ndarray, "b s"]) -> Float32[np.ndarray, "b d"]:
        """Unit vectors.

        Raises:
            ValueError: the sounds are empty or longer than window_s.
        """
        return unit(self.run(torch.from_numpy(np.ascontiguousarray(sounds))))

    def prepare(self, batch: Float[Tensor, "b s"], /) -> Float[Tensor, "b 1 t m"]:
        return self._mel(batch.to(self.device))

    def forward(self, batch: Float[Tensor, "b 1 t m"], /) -> Float[Tensor, "b d"]:
        return self.model.get_audio_features(input_features=batch).pooler_output


class ClapText(TextHalf):
    """Words about sounds."""

    def __init__(self, folder: Path, place: Placement) -> None:
        """Raises:
        WeightsMissing: the folder lacks what this half needs.
        """
        model = load_model(half_of(ClapModel, without=("audio_model", "audio_projection")), folder)
        config = model.config.text_config
        positions = config.max_position_embeddings - config.pad_token_id - 1  # as RoBERTa counts
        super().__init__(
            model,
            folder,
            place,
            dim=model.config.projection_dim,
            max_tokens=positions,
            logit_scale=model.logit_scale_t.exp().item(),
        )


def _normalise_in_float32(encoder: nn.Module, dtype: torch.dtype) -> None:
    """Decibels lose half a decibel in bfloat16: they are rounded only when normalised."""
    encoder.get_submodule("batch_norm").float()
    encoder.get_submodule("patch_embed").register_forward_pre_hook(
        lambda _, inputs: (inputs[0].to(dtype), *inputs[1:])
    )
