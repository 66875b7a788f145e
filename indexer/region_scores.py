"""Scores of known videos by the regions that were kept of them, and what they do said anew."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from detectors import local_patterns
from detectors.local_patterns.kept import (
    KeptRegions,
    Scene,
    iter_regions,
    load_scene,
    told_rows,
)
from detectors.local_patterns.norms import Norm, norm_for
from detectors.local_patterns.region_source import load_source
from detectors.local_patterns.stored import StoredRegions
from indexer.region_acts import Telling
from segments.catalog import Catalog, VideoRecord, cameras_of
from segments.findings import Finding, kept_name
from segments.library import Library
from segments.region_reasons import RegionReasonTrack, joined
from segments.scores import AnomalyTrack
from segments.sentences import SentenceTable
from segments.timed import TimedArrays, TimedStore


class RegionFinder:
    """Local Patterns, by the regions that it kept.

    Args:
        telling: says anew what they do, which is kept; None takes what was last said.
    """

    detector = local_patterns.NAME

    def __init__(
        self, library: Library, catalog: Catalog, *, telling: Telling | None = None
    ) -> None:
        self._library, self._catalog, self._telling = library, catalog, telling
        self._files = TimedStore(library.tracks)
        self._engine = engine_of(library)
        self.untold = 0
        """Videos of which an older retrace kept too little to say anew what things do."""

    def find(self, video: VideoRecord) -> Finding | None:
        scored = list(self._scored(video))
        if not scored:
            return None
        tracks, reasons = zip(*scored, strict=True)
        scores = np.concatenate([track.scores for track in tracks])
        pts_s = np.concatenate([track.pts_s for track in tracks])
        track = AnomalyTrack(self.detector, scores, pts_s, tracks[-1].end_s)
        origin = self._telling and self._telling.origin
        return Finding(track, joined(reasons), origin=origin)

    def _scored(self, video: VideoRecord) -> Iterator[tuple[AnomalyTrack, RegionReasonTrack]]:
        """Chunk by chunk: the regions of a day do not fit into memory."""
        norm = None
        for part in self._parts(video.video_id):
            norm = norm or self._norm_of(video, part.regions)
            yield norm.score(part.regions, part.pts_s, part.end_s)

    def _parts(self, video_id: str) -> Iterator[KeptRegions]:
        kept = iter_regions(self._files, video_id)
        if self._telling is None:
            return kept
        scene = load_scene(self._files, video_id)
        if scene is None:
            self.untold += 1
            return iter(())
        return self._retold(video_id, self._telling, scene, kept)

    def _retold(
        self, video_id: str, telling: Telling, scene: Scene, kept: Iterator[KeptRegions]
    ) -> Iterator[KeptRegions]:
        start = 0
        for chunk, part in enumerate(kept):
            clips = range(start, start + len(part.regions))
            around = telling.around(clips, known=len(scene))
            motion = scene[around.start : around.stop]
            regions, sentences = telling.tell(part.regions, motion, first=start - around.start)
            if not _says_the_same(regions, part.regions):
                with SentenceTable(self._library) as table:
                    table.add(sorted(sentences))
                told = told_rows(regions, scene[clips.start : clips.stop])
                name = kept_name(self.detector, "told", chunk)
                self._files.append(video_id, name, TimedArrays(part.pts_s, part.end_s, told))
            yield replace(part, regions=regions)
            start = clips.stop

    def _norm_of(self, video: VideoRecord, regions: StoredRegions) -> Norm:
        cameras = cameras_of(self._catalog.sources(video.video_id))
        dim = regions.patterns.shape[-1]
        return norm_for(self._library, cameras, engine=self._engine, appearance_dim=dim)


def engine_of(library: Library) -> str:
    """What finds its regions; empty where nothing has yet."""
    source = load_source(library)
    return "" if source is None else source.engine


def _says_the_same(one: StoredRegions, other: StoredRegions) -> bool:
    return np.array_equal(one.acts, other.acts) and np.array_equal(one.odds, other.odds)
