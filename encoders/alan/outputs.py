"""What the encoders of an ALAN network return."""

from dataclasses import dataclass

from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True)
class VideoOutput:
    """Segments seen by the video encoder; x counts the visual streams."""

    g: Float[Tensor, "b x d"]
    """CLS embedding per stream; not normalised."""
    h: Float[Tensor, "b x d"]
    """AVG embedding per stream; not normalised."""
    scores: Float[Tensor, "b t"]
    """MIL confidence of each clip, in [0, 1]; 0 where padded."""
    tokens: Float[Tensor, "b x s d"]
    """The Cross Encoder's outputs [U_CLS, U_1..U_N, R_CLS, R_1..R_N] (X^v of METHODS A.7)."""
    mask: Bool[Tensor, "b s"]
    """True for real tokens."""

    def __getitem__(self, rows: Bool[Tensor, " b"] | Int[Tensor, " r"]) -> "VideoOutput":
        """Some segments of the batch."""
        return VideoOutput(
            self.g[rows], self.h[rows], self.scores[rows], self.tokens[rows], self.mask[rows]
        )


@dataclass(frozen=True)
class QueryOutput:
    """Something to search video with: an embedding and a weight for every visual stream."""

    g: Float[Tensor, "b x d"]
    """Unit CLS embedding for each stream."""
    h: Float[Tensor, "b x d"]
    """Unit AVG embedding for each stream."""
    w_g: Float[Tensor, "b x"]
    """Weights of the streams in the CLS alignment; they sum to 1."""
    w_h: Float[Tensor, "b x"]
    """Likewise in the AVG alignment."""


@dataclass(frozen=True)
class TextOutput(QueryOutput):
    """Texts as queries."""


@dataclass(frozen=True)
class AudioOutput(QueryOutput):
    """Sounds as queries."""

    scores: Float[Tensor, "b t"]
    """Confidence of the audio's own MIL detector, in [0, 1]; 0 where padded."""
