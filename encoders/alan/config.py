"""The hyper-parameters of an ALAN network: everything that `Alan(config)` needs to be built."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self

from pydantic import ConfigDict, TypeAdapter

Sampling = Literal["fixed", "led"]
"""Fixed-frame or anomaly-led."""


@dataclass(frozen=True)
class AlanConfig:
    """Sizes, sampling and training constants of one network (METHODS A.3-A.8).

    Raises:
        ValueError: the sizes do not fit each other.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=False)

    streams: dict[str, int]
    """Feature width of each visual stream by name, in the order of the vector's blocks."""
    text_dim: int
    """Width of the text backbone's outputs."""
    audio_dim: int | None = None
    """Width of the audio features; None for a network without audio."""
    d: int = 768
    heads: int = 12
    ffn: int = 3072
    dropout: float = 0.1
    text_dropout: float = 0.3
    num_samples: int = 50
    """Clips in each sampled sequence (N)."""
    sequences: tuple[Sampling, ...] = ("fixed", "led")
    """How each sequence is sampled. ("fixed", "fixed") is one of 2 N clips, in two halves."""
    tau: float = 0.7
    """Temperature of anomaly-led sampling (Eq. 1)."""
    position_bins: int = 512
    """Steps into which the time within a segment is quantised."""
    detector_hidden: tuple[int, ...] = (128, 32)
    """Channels of the detector's layers before its last, which has one."""
    detector_kernel: int = 7
    detector_dropout: float = 0.6
    gate_norm: bool = True
    """Batch normalisation inside the gated embedding units."""
    residual_gate: bool = False
    """Video and audio encoders start as mean pooling and open by a learned gate."""
    identity_gates: bool = False
    """Gated embedding units start as their linear layer and open by a learned gate."""
    start_stream: str | None = None
    """The only stream that counts before training, the others' gates being 0. None: no gates."""
    alpha: float = 0.5
    """Share of the CLS alignment (Eq. 5)."""
    margin: float = 0.05
    """Δ of Eq. 6."""
    topk_divisor: int = 16
    """k = max(1, T // topk_divisor) clips speak for a video (Eq. 7)."""

    def __post_init__(self) -> None:
        if not self.streams:
            raise ValueError("an ALAN network needs at least one visual stream")
        if self.d % self.heads:
            raise ValueError(f"d must be a multiple of heads: {self.d = }, {self.heads = }")
        if not self.sequences:
            raise ValueError('at least one sequence must be sampled, e.g. ("fixed", "led")')
        if self.detector_kernel % 2 == 0:
            raise ValueError(
                f"the kernel must be odd to keep the length: {self.detector_kernel = }"
            )
        if self.start_stream is not None and self.start_stream not in self.streams:
            raise ValueError(f"{self.start_stream = } is none of the streams {list(self.streams)}")

    @property
    def detector_halo(self) -> int:
        """Clips on either side that a clip's MIL confidence depends on."""
        return (len(self.detector_hidden) + 1) * (self.detector_kernel // 2)

    @classmethod
    def paper(cls) -> Self:
        """ALAN on I3D-RGB, I3D-Flow, VGGish and BERT-base-cased features (METHODS A.3, A.6)."""
        return cls(streams={"appearance": 1024, "motion": 1024}, text_dim=768, audio_dim=128)

    def with_identity_start(self) -> Self:
        """This network, starting as mean-pooled retrieval on its first stream (DESIGN §4)."""
        first = next(iter(self.streams))
        return replace(self, residual_gate=True, identity_gates=True, start_stream=first)

    def to_json(self) -> bytes:
        return TypeAdapter(type(self)).dump_json(self, indent=2)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            ValueError: it is not JSON, or has unknown, missing or impossible values.
        """
        return TypeAdapter(cls).validate_json(content)
