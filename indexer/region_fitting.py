"""What is normal at a camera, learnt from its own stored regions: no footage is read.

The fit ends with a record written last, and then the camera's videos are scored anew; a run that
was killed is simply run again, and comes out the same.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from jaxtyping import Bool, Float32, Float64

from detectors.files import WEIGHTS_FILE
from detectors.local_patterns.base import Pooling
from detectors.local_patterns.cameras import FittedRecord, camera_folder, save_record
from detectors.local_patterns.kept import KeptRegions, iter_regions
from detectors.local_patterns.motion_histogram import NUM_BINS
from detectors.local_patterns.reconstruction import ReconstructionConfig, ReconstructionModule
from detectors.local_patterns.stored import StoredRegions
from detectors.local_patterns.ways import way_of
from indexer.region_scores import RegionFinder, engine_of
from indexer.rescoring import Finder, OnVideo, RescoringReport, rescore_with
from segments.catalog import Catalog, VideoRecord
from segments.errors import UserError
from segments.files import sha256_of
from segments.library import Library
from segments.spans import TimeSpan
from segments.timed import TimedStore

MOST_REGIONS = 200_000
"""A fit takes no more, spread evenly over all of them: some minutes on one core."""


@dataclass(frozen=True)
class FitSettings:
    """How to fit."""

    span: TimeSpan | None = None
    """The part of each video that is taken; None: all."""
    trim: float = 0.0
    """Share of the regions that a first fit finds oddest: taken as real events, and left out."""
    layers: int = 7
    epochs: int = 10
    pooling: Pooling | None = None
    """None takes what suits the library's engine."""
    seed: int = 0


def fit_camera(
    library: Library, camera: str, videos: Sequence[VideoRecord], settings: FitSettings
) -> FittedRecord:
    """Fits a Reconstruction Module on videos of a camera, taken as normal, and keeps it.

    Raises:
        UserError: fewer than two regions were seen in them.
        LibraryError: a file is damaged.
    """
    files = TimedStore(library.tracks)
    way = way_of(engine_of(library))
    recipe = way.recipe
    kept = _Footage(files, videos, settings.span)
    features = kept.features(with_looks=recipe.appearance_dim > 0)
    module = _fit(features, recipe, settings)
    scores = module.score(features)
    if settings.trim:
        features = features[scores <= np.quantile(scores, 1 - settings.trim)]
        module = _fit(features, recipe, settings)
    folder = camera_folder(library, camera)
    module.save_pretrained(folder)
    record = FittedRecord(
        camera=camera,
        videos=tuple(sorted(video.video_id for video in videos)),
        from_s=settings.span and settings.span.start_s,
        to_s=settings.span and settings.span.end_s,
        footage_s=kept.footage_s,
        num_regions=len(features),
        left_out=len(scores) - len(features),
        pooling=settings.pooling or way.pooling,
        seed=settings.seed,
        score_range=_range(module.score(features)),
        digest=sha256_of(folder / WEIGHTS_FILE),
        made_at=datetime.now(UTC).replace(microsecond=0),
    )
    save_record(library, record)
    return record


def rescore_camera(
    library: Library,
    camera: str,
    *,
    on_video: OnVideo = lambda done, total: None,
    stop: threading.Event | None = None,
) -> RescoringReport:
    """Scores a camera's videos anew, by what is known to be normal there now.

    Raises:
        UserError: no video is of that camera.
        LibraryError: another process indexes, or has the store, or a file is damaged.
    """

    def make(catalog: Catalog) -> list[Finder]:
        return [RegionFinder(library, catalog)]

    return rescore_with(library, make, camera=camera, on_video=on_video, stop=stop)


class _Footage:
    """The stored regions of some videos, read twice: to count them, and to take them."""

    def __init__(
        self, files: TimedStore, videos: Sequence[VideoRecord], span: TimeSpan | None
    ) -> None:
        self._files, self._videos, self._span = files, videos, span
        self.footage_s = 0.0
        """Of the clips within the span."""

    def features(self, *, with_looks: bool) -> Float32[np.ndarray, "k d"]:
        """What RM takes of them, at most `MOST_REGIONS`."""
        counts = [int(regions.counts.sum()) for regions in self._parts()]
        if sum(counts) < 2:
            raise UserError(
                f"{sum(counts)} regions in {len(self._videos)} videos to learn from, and at least "
                "two are needed: index more normal footage of this camera, or name another engine "
                "with `retrace index --detectors alan,local_patterns --regions ...`"
            )
        step = -(-sum(counts) // MOST_REGIONS)
        taken = [part.features(with_looks=with_looks)[::step] for part in self._parts()]
        return np.concatenate(taken)

    def _parts(self) -> Iterator[StoredRegions]:
        self.footage_s = 0.0
        for video in self._videos:
            for part in iter_regions(self._files, video.video_id):
                inside = self._inside(part)
                self.footage_s += float(_lengths(part)[inside].sum())
                rows = part.regions.as_rows().items()
                yield StoredRegions.of_rows({name: array[inside] for name, array in rows})

    def _inside(self, part: KeptRegions) -> Bool[np.ndarray, " t"]:
        if self._span is None:
            return np.ones(len(part.pts_s), bool)
        return (part.pts_s >= self._span.start_s) & (part.pts_s < self._span.end_s)


def _fit(
    features: Float32[np.ndarray, "k d"], recipe: ReconstructionConfig, settings: FitSettings
) -> ReconstructionModule:
    config = replace(
        recipe,
        appearance_dim=features.shape[1] - NUM_BINS,
        layers=settings.layers,
        epochs=settings.epochs,
    )
    return ReconstructionModule.fit(features, config, seed=settings.seed)


def _range(scores: Float32[np.ndarray, " k"]) -> tuple[float, float, float]:
    low, high, highest = np.quantile(scores, (0.5, 0.99, 1.0)).tolist()
    return low, high, highest


def _lengths(part: KeptRegions) -> Float64[np.ndarray, " t"]:
    """Seconds that each row speaks for."""
    return np.diff(part.pts_s, append=part.end_s)
