"""The lines of the simulated table: the paper's setting, ours, and what they are beside."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.local_patterns.simulated_scorers import (
    Fit,
    crowd,
    mahalanobis,
    neighbours,
    reconstruction,
    speed,
    together,
    words,
)
from detectors.local_patterns.reconstruction import ReconstructionConfig
from detectors.trace.scoring import TraceSet

PAPER = ReconstructionConfig(weighting="dimensions")
"""Seven layers of 512, ten epochs, plain mean squared error over all numbers (METHODS C.3)."""
SHIPPED = ReconstructionConfig()
"""What `detectors/local_patterns/weights/compact/rm` is."""
CHOSEN = "words × regions"
"""Highest on the training videos that nothing was fitted on."""


@dataclass(frozen=True)
class Row:
    """One way to score regions."""

    name: str
    fit: Fit
    is_paper: bool = False
    """Whether the paper has it so; the others are ours."""


def rows(normal: TraceSet, anomalous: TraceSet) -> Sequence[Row]:
    """All ways.

    Args:
        normal: sentences of the trace bank that tell of daily life.
        anomalous: those that tell of something odd.
    """
    told = words(normal.vectors, anomalous.vectors)
    return (
        Row("fastest region, untrained", speed),
        Row("number of regions, untrained", crowd),
        Row("RM of G and M, plain error", reconstruction(PAPER), is_paper=True),
        Row("RM of G and M, blocks alike (shipped)", reconstruction(SHIPPED)),
        Row("RM of M alone", reconstruction(ReconstructionConfig(appearance_dim=0))),
        Row("RM of G alone", reconstruction(ReconstructionConfig(motion_dim=0))),
        Row("Mahalanobis distance of G and M", mahalanobis),
        Row("nearest normal regions", neighbours),
        Row("words: share of anomalous traces nearest to G", told),
        Row("words × RM", together((told, reconstruction(SHIPPED)))),
        Row(CHOSEN, together((told, crowd))),
    )
