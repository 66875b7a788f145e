"""The MIL anomaly detector: how anomalous each clip is (METHODS A.5)."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from encoders.alan.config import AlanConfig


class AnomalyDetector(nn.Module):
    """Temporal convolutions 128 → 32 → 1; ReLU and dropout between, a sigmoid at the end."""

    def __init__(self, in_dim: int, config: AlanConfig) -> None:
        super().__init__()
        widths = [in_dim, *config.detector_hidden, 1]
        kernel = config.detector_kernel
        self.layers = nn.ModuleList(
            nn.Conv1d(before, after, kernel, padding=kernel // 2)
            for before, after in zip(widths, widths[1:], strict=False)
        )
        self.dropout = nn.Dropout(config.detector_dropout)

    def forward(
        self, features: Float[Tensor, "b t c"], mask: Bool[Tensor, "b t"]
    ) -> Float[Tensor, "b t"]:
        """Scores in [0, 1]; 0 where padded.

        A long video may be scored in chunks: with `AlanConfig.detector_halo` clips of context on
        either side, where there are so many, the scores are those of the whole.
        """
        valid = mask[:, None].to(features.dtype)
        x = features.transpose(1, 2) * valid
        for layer in self.layers[:-1]:
            # Padding must look to the next layer as the end of the sequence does: zero.
            x = self.dropout(layer(x).relu()) * valid
        scores: Tensor = torch.sigmoid(self.layers[-1](x)) * valid
        return scores[:, 0]
