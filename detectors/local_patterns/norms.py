"""What is normal at a camera: by the module fitted to it, by the shipped one, or by plain speed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from detectors import local_patterns
from detectors.local_patterns.base import Pooling
from detectors.local_patterns.cameras import WEIGHTS, camera_folder, find_record
from detectors.local_patterns.reconstruction import ReconstructionModule
from detectors.local_patterns.scoring import Errors, clip_scores, region_errors, strongest
from detectors.local_patterns.stored import StoredRegions
from detectors.local_patterns.ways import way_of
from segments.library import Library
from segments.region_reasons import RegionReasonTrack
from segments.scores import AnomalyTrack

SHIPPED_FOR = "motion"
"""The engine whose regions shipped modules were fitted on."""


@dataclass(frozen=True)
class Norm:
    """What regions are compared with."""

    module: ReconstructionModule | None = None
    """None: nothing is known to be normal, and the fastest region counts."""
    pooling: Pooling = "max"
    highest: float = 0.0
    """Error of a region of the footage that the module was fitted on; 0 where not known."""

    def errors(self, regions: StoredRegions) -> Errors:
        return region_errors(regions, self.module, highest=self.highest)

    def score(
        self, regions: StoredRegions, pts_s: Float64[np.ndarray, " t"], end_s: float
    ) -> tuple[AnomalyTrack, RegionReasonTrack]:
        """The scores of consecutive clips, and the things that make them.

        Args:
            pts_s: where each clip starts.
            end_s: where the last one ends.
        """
        errors = self.errors(regions)
        scores = clip_scores(errors, pooling=self.pooling)
        return (
            AnomalyTrack(local_patterns.NAME, scores, pts_s, end_s),
            RegionReasonTrack(local_patterns.NAME, pts_s, end_s, strongest(regions, errors)),
        )


def norm_for(library: Library, cameras: Sequence[str], *, engine: str, appearance_dim: int) -> Norm:
    """For what these cameras saw.

    Args:
        cameras: the first that was fitted decides.
        engine: what finds the library's regions.
        appearance_dim: width of their patterns.

    Raises:
        LibraryError: what is known of a camera is damaged.
        WeightsMissing: its module is.
    """
    record = find_record(library, cameras)
    if record is not None:
        folder = camera_folder(library, record.camera)
        module = ReconstructionModule.from_pretrained(folder)
        return Norm(module, record.pooling, record.score_range[2])
    folder = WEIGHTS / library.space / "rm"
    if engine != SHIPPED_FOR or not folder.is_dir():
        return Norm(pooling=way_of(engine).pooling)
    shipped = ReconstructionModule.from_pretrained(folder)
    return Norm(shipped if shipped.config.appearance_dim == appearance_dim else None)
