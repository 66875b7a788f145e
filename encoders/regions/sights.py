"""What a picture encoder saw of the regions that are being described."""

import numpy as np
from jaxtyping import Float32
from torch import Tensor


class Sights:
    """Features of the last regions by their image tokens: sentences are written and heat maps are
    made from features, and `RegionEncoder` is asked with tokens.

    Args:
        most: regions that are remembered; one of ViT-g takes 1.4 MB.
    """

    def __init__(self, *, most: int = 256) -> None:
        self._most = most
        self._known: dict[bytes, Tensor] = {}

    def keep(self, tokens: Float32[np.ndarray, "n q d"], features: Tensor) -> None:
        """Remembers regions; the oldest are forgotten."""
        for own, feature in zip(tokens, features, strict=True):
            self._known.pop(own.tobytes(), None)
            self._known[own.tobytes()] = feature
        for old in list(self._known)[: max(0, len(self._known) - self._most)]:
            del self._known[old]

    def of(self, tokens: Float32[np.ndarray, "n q d"]) -> list[Tensor | None]:
        """Each region's features; None where they are forgotten."""
        return [self._known.get(own.tobytes()) for own in tokens]
