"""Regions as the picture network sees them before its outputs meet words (Table 3, setting 1)."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32
from torch import Tensor

from encoders.compact.appearance import WIDTHS
from encoders.compact.profile import CompactProfile
from encoders.regions.compact import CompactRegionEncoder


class Backbone(CompactRegionEncoder):
    """One token per box: the mean of the map inside it. It knows no words, and describes nothing.

    To be read with `attention="image"`.
    """

    @classmethod
    def alone(cls, profile: CompactProfile) -> "Backbone":
        """Of a loaded profile, which shares its network.

        Raises:
            WeightsMissing: MiniLM is not installed.
        """
        return cls(profile.encoders.appearance, profile.words, (), grid=(1, 1))

    @property
    def dim(self) -> int:
        return WIDTHS[-1]

    def describe(self, tokens: Float32[np.ndarray, "n q d"]) -> list[str]:
        return [""] * len(tokens)

    def encode_texts(self, texts: Sequence[str]) -> Float32[np.ndarray, "k d"]:
        return np.zeros((len(texts), self.dim), np.float32)

    def _pool(
        self, features: Float[Tensor, "1 c hm wm"], parts: Float[Tensor, "1 k 4"]
    ) -> Float[Tensor, "1 k d"]:
        return self._appearance.pooled(features, parts)
