"""The video encoder: streams of clip features to two embeddings per stream (METHODS A.3)."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from encoders.alan.config import AlanConfig
from encoders.alan.detector import AnomalyDetector
from encoders.alan.gated import ResidualGate, projection
from encoders.alan.outputs import VideoOutput
from encoders.alan.sampling import draw_clips
from encoders.alan.tokens import TokenEmbedding, add_cls, pool_tokens, self_encoder, token_mask


class CrossEncoder(nn.Module):
    """Attention from one stream to the others: attention, linear, residual, LayerNorm; no FFN."""

    def __init__(self, config: AlanConfig) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(  # its output projection is the linear layer
            config.d, config.heads, dropout=config.dropout, batch_first=True
        )
        self.dropout = nn.Dropout(config.dropout)
        self.norm = nn.LayerNorm(config.d)

    def forward(
        self,
        own: Float[Tensor, "b s d"],
        others: Float[Tensor, "b k d"],
        mask: Bool[Tensor, "b k"],
    ) -> Float[Tensor, "b s d"]:
        """`own` asks, `others` answer where `mask` is True."""
        found, _ = self.attention(own, others, others, key_padding_mask=~mask, need_weights=False)
        return self.norm(own + self.dropout(found))


class VideoEncoder(nn.Module):
    """Projections, sampling, one Self Encoder and one Cross Encoder per stream, pooling."""

    def __init__(self, config: AlanConfig) -> None:
        super().__init__()
        self.config = config
        streams = config.streams
        self.project = nn.ModuleDict(
            {
                name: projection(width, config.d, identity=config.residual_gate)
                for name, width in streams.items()
            }
        )
        self.detector = AnomalyDetector(len(streams) * config.d, config)
        self.embedding = TokenEmbedding(config)
        self.encoders = nn.ModuleList(self_encoder(config) for _ in streams)
        crossing = streams if len(streams) > 1 else ()
        self.cross_encoders = nn.ModuleList(CrossEncoder(config) for _ in crossing)
        self.openings = nn.ModuleList(ResidualGate(enabled=config.residual_gate) for _ in streams)

    def score(
        self, streams: Mapping[str, Float[Tensor, "b t _"]], mask: Bool[Tensor, "b t"]
    ) -> Float[Tensor, "b t"]:
        """MIL confidence of each clip, in [0, 1]; 0 where padded. See `AnomalyDetector`."""
        return self.detector(torch.cat(self._project(streams), dim=2), mask)

    def forward(
        self,
        streams: Mapping[str, Float[Tensor, "b t _"]],
        mask: Bool[Tensor, "b t"],
        *,
        scores: Float[Tensor, "b t"] | None = None,
        lead: Float[Tensor, "b t"] | None = None,
        generator: torch.Generator | None = None,
    ) -> VideoOutput:
        """Embeds segments.

        Args:
            streams: clip features by stream name.
            mask: True for real clips; padding comes after them.
            scores: MIL confidence, where it is known already.
            lead: what leads the sampling instead of the scores, in [0, 1].
            generator: of the training-time sampling; inference is deterministic.
        """
        projected = self._project(streams)
        mil = self.detector(torch.cat(projected, dim=2), mask) if scores is None else scores
        samples = draw_clips(
            mil if lead is None else lead,
            mask,
            sequences=self.config.sequences,
            num_samples=self.config.num_samples,
            tau=self.config.tau,
            random=self.training,
            generator=generator,
        )
        contents = [add_cls(samples.gather(stream), samples.mask) for stream in projected]
        valid = token_mask(samples)
        tokens = self._encode(contents, self.embedding(samples), valid)
        pooled = [pool_tokens(stream, samples.mask) for stream in tokens]
        return VideoOutput(
            g=torch.stack([g for g, _ in pooled], dim=1),
            h=torch.stack([h for _, h in pooled], dim=1),
            scores=mil,
            tokens=torch.stack(tokens, dim=1),
            mask=valid,
        )

    def _project(
        self, streams: Mapping[str, Float[Tensor, "b t _"]]
    ) -> list[Float[Tensor, "b t d"]]:
        return [layer(streams[name]) for name, layer in self.project.items()]

    def _encode(
        self,
        contents: Sequence[Float[Tensor, "b s d"]],
        places: Float[Tensor, "b s d"],
        valid: Bool[Tensor, "b s"],
    ) -> list[Float[Tensor, "b s d"]]:
        attended = [
            encoder(content + places, src_key_padding_mask=~valid)
            for encoder, content in zip(self.encoders, contents, strict=True)
        ]
        crossed = self._cross(attended, valid) if self.cross_encoders else attended
        parts = zip(self.openings, contents, crossed, strict=True)
        return [opening(content, token) for opening, content, token in parts]

    def _cross(
        self, attended: list[Float[Tensor, "b s d"]], valid: Bool[Tensor, "b s"]
    ) -> list[Float[Tensor, "b s d"]]:
        mask = valid.repeat(1, len(attended) - 1)
        others = [torch.cat(attended[:x] + attended[x + 1 :], dim=1) for x in range(len(attended))]
        parts = zip(self.cross_encoders, attended, others, strict=True)
        return [encoder(own, other, mask) for encoder, own, other in parts]
