"""The lines of the simulated table: the paper's setting, ours, and what they are beside."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.local_patterns.simulated_scorers import (
    Fit,
    acting,
    acting_beyond,
    crowd,
    mahalanobis,
    neighbours,
    present,
    rarity,
    reconstruction,
    speed,
    words,
)
from benchmarks.local_patterns.simulated_shapes import shape, size, staying
from detectors.local_patterns.reconstruction import ReconstructionConfig
from detectors.local_patterns.ways import THINGS
from detectors.trace.scoring import TraceSet

PAPER = ReconstructionConfig(weighting="dimensions")
"""Seven layers of 512, ten epochs, plain mean squared error over all numbers (METHODS C.3)."""
ALIKE = ReconstructionConfig(hidden=128)
"""G and M count alike, and layers are narrower."""
RULE = "rarity of staying, shape and size"
"""Highest of those that look at boxes alone, on training videos that nothing was fitted on."""
CHOSEN = "what the region does, by its words"
"""Highest of all, on training videos that the act network had not seen."""


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
    boxes = (staying, shape, size)
    alike = reconstruction(ALIKE)
    moved = reconstruction(ReconstructionConfig(appearance_dim=0, hidden=128))
    return (
        Row("any region", present),
        Row("number of regions", crowd),
        Row("speed of the region", speed),
        Row("how long the region stays", staying),
        Row("shape of the region", shape),
        Row("size of the region", size),
        Row(RULE, rarity(boxes)),
        Row(CHOSEN, acting),
        Row("what it does, and RM beyond normal footage", acting_beyond(THINGS.recipe)),
        Row("words: anomalous traces against normal ones, by G", told),
        Row("rarity of these and words", rarity((*boxes, told))),
        Row("RM of G and M", reconstruction(PAPER), is_paper=True),
        Row("RM of G and M, both alike, 128 wide", alike),
        Row("RM of M alone, 128 wide", moved),
        Row("rarity of staying, shape, size and RM", rarity((*boxes, alike))),
        Row("Mahalanobis distance of G and M", mahalanobis),
        Row("nearest normal regions of G and M", neighbours),
    )
