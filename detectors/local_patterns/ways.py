"""How the regions of an engine are read, and what is learned of them: it goes with the engine.

Things found by a detector or by their motion are looked at with what is around them, and a camera's
module learns looks and motion. Windows are laid so that a walker fills one: they are taken as they
are, their motion is measured on the finer grid, and it alone is learned (docs/LOG.md, Ped2).
"""

from dataclasses import dataclass, replace

from detectors.local_patterns.base import Pooling
from detectors.local_patterns.pipeline import PatternConfig
from detectors.local_patterns.reconstruction import ReconstructionConfig
from detectors.local_patterns.regions import windows


@dataclass(frozen=True)
class Way:
    """From an engine's regions to a camera's Reconstruction Module."""

    config: PatternConfig
    recipe: ReconstructionConfig
    """The paper's module takes a little footage for all there is, and gives fast motion back as
    well as slow: what was chosen on a simulated walkway, and is 22 points better on Ped2. G is as
    wide as the encoder makes it, or not learned where its width is 0."""
    pooling: Pooling = "max"
    """Of a clip's pictures. Where every window counts, one picture of two that is odd says less
    than both: on the walkway the mean has two points more (docs/LOG.md)."""
    fineness: int = 1
    """Of the motion fields (`segments.media.LookSpec`)."""


_SPED_UP = ReconstructionConfig(
    deviations="blocks", motion_sides="more", faster=3.0, both_ways=True
)
THINGS = Way(PatternConfig(), _SPED_UP)
WINDOWS = Way(
    PatternConfig(expand=0.0, mean_over="box"),
    replace(_SPED_UP, appearance_dim=0, hidden=256, motion_sides="excess"),
    pooling="mean",
    fineness=2,
)


def way_of(engine: str) -> Way:
    """What suits the regions of an engine, given its name or path."""
    return WINDOWS if engine.split(":")[0] == windows.NAME else THINGS
