"""The audio encoder: sound features to a query and to a stored vector (METHODS A.6)."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from encoders.alan.config import AlanConfig
from encoders.alan.detector import AnomalyDetector
from encoders.alan.gated import GatedStreams, ResidualGate, projection
from encoders.alan.outputs import AudioOutput
from encoders.alan.sampling import draw_clips
from encoders.alan.tokens import TokenEmbedding, add_cls, pool_tokens, self_encoder, token_mask


class AudioEncoder(nn.Module):
    """One stream with its own detector and sampling; a Self Encoder only, then gated units."""

    def __init__(self, audio_dim: int, config: AlanConfig) -> None:
        super().__init__()
        self.config = config
        self.project = projection(audio_dim, config.d, identity=config.residual_gate)
        self.detector = AnomalyDetector(config.d, config)
        self.embedding = TokenEmbedding(config)
        self.encoder = self_encoder(config)
        self.opening = ResidualGate(enabled=config.residual_gate)
        self.cls = GatedStreams(config.d, config)
        self.avg = GatedStreams(config.d, config)

    def forward(
        self,
        features: Float[Tensor, "b t c"],
        mask: Bool[Tensor, "b t"],
        *,
        generator: torch.Generator | None = None,
    ) -> AudioOutput:
        """Queries from sounds.

        Args:
            features: audio features, one row per clip.
            mask: True for real clips; padding comes after them.
            generator: of the training-time sampling; inference is deterministic.
        """
        projected = self.project(features)
        scores = self.detector(projected, mask)
        samples = draw_clips(
            scores,
            mask,
            sequences=self.config.sequences,
            num_samples=self.config.num_samples,
            tau=self.config.tau,
            random=self.training,
            generator=generator,
        )
        content = add_cls(samples.gather(projected), samples.mask)
        attended = self.encoder(
            content + self.embedding(samples), src_key_padding_mask=~token_mask(samples)
        )
        pooled_g, pooled_h = pool_tokens(self.opening(content, attended), samples.mask)
        g, w_g = self.cls(pooled_g)
        h, w_h = self.avg(pooled_h)
        return AudioOutput(g, h, w_g, w_h, scores)
