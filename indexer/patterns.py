"""Local Patterns while indexing: regions batch by batch, scores chunk by chunk.

Tracks, captions and background are forgotten at the start of each chunk, so that a run that resumed
sees what an undisturbed one does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from jaxtyping import Float32, Float64, Shaped, UInt8

from detectors import local_patterns
from detectors.local_patterns.kept import told_rows
from detectors.local_patterns.norms import Norm, norm_for
from detectors.local_patterns.pipeline import PatternReader
from detectors.local_patterns.region_source import require_source
from detectors.local_patterns.stored import StoredRegions
from encoders.base import Profile
from indexer.features import VideoFeatures
from indexer.region_acts import Telling, load_telling
from indexer.region_choice import RegionChoice
from indexer.region_parts import PICTURES, RegionParts, open_parts
from segments.findings import Finding
from segments.levels import CLIP_S, clips_span
from segments.library import Library
from segments.media import ClipBatch, LookSpec
from segments.sentences import SentenceTable

CLIPS_AT_ONCE = 8
"""Their regions are looked at together: 128 at most, as many as encoders remember twice over."""


@dataclass(frozen=True)
class PatternBench:
    """What all videos of a run share."""

    library: Library
    parts: RegionParts
    telling: Telling | None
    """Says what regions do; None where nothing was trained for the profile."""
    _sentences: set[str] = field(default_factory=set)
    """Those that the library's table has."""

    @classmethod
    def load(cls, profile: Profile, library: Library, *, regions: RegionChoice) -> Self:
        """Opens engine and encoder.

        Raises:
            IndexMismatch: the library holds regions that were found or read in another way.
            LibraryError: weights of engine or encoder are not there.
            UserError: there is no such engine.
            WeightsMissing: weights are there, and cannot be used.
        """
        parts = open_parts(profile, library, regions)
        require_source(library, parts.source)
        return cls(library, parts, load_telling(profile, library, parts.source))

    @property
    def second(self) -> LookSpec | None:
        """What must be sampled of clips beside what the profile looks at."""
        return self.parts.second

    def detector(self, cameras: Sequence[str]) -> "PatternDetector":
        """For a video that these cameras saw."""
        encoder = self.parts.patterns.encoder
        dim = 0 if encoder is None else encoder.dim
        norm = norm_for(self.library, cameras, engine=self.parts.source.engine, appearance_dim=dim)
        return PatternDetector(self, norm)

    def remember(self, sentences: set[str]) -> None:
        """Sees to it that the library can read numbers of sentences back."""
        if new := sentences - self._sentences:
            with SentenceTable(self.library) as table:
                table.add(sorted(new))
            self._sentences.update(new)


class PatternDetector:
    """Local Patterns on one video."""

    name = local_patterns.NAME

    def __init__(self, bench: PatternBench, norm: Norm) -> None:
        self._bench = bench
        self._norm = norm
        self.ahead = bench.telling.network.config.ahead if bench.telling else 0
        self._reader = self._follow()

    def begin(self) -> None:
        self._reader = self._follow()

    def watch(self, batch: ClipBatch, features: VideoFeatures) -> None:
        frames = [frame for look in _looks(batch) for frame in self._reader.read(*look)]
        self._bench.remember({sentence for frame in frames for sentence in frame.said})
        most = self._bench.parts.patterns.config.most
        regions = StoredRegions.of_frames(frames, pictures=PICTURES, most=most)
        features.write_rows(self.name, batch.clips, regions.as_rows())

    def find(
        self, features: VideoFeatures, clips: range, *, known: int, duration_s: float
    ) -> Finding:
        regions = StoredRegions.of_rows(features.read_rows(self.name, clips)).trimmed()
        regions, told = self._told(regions, features, clips, known=known)
        pts_s = np.arange(clips.start, clips.stop, dtype=np.float64) * CLIP_S
        end_s = clips_span(clips, duration_s).end_s
        track, reasons = self._norm.score(regions, pts_s, end_s)
        telling = self._bench.telling
        origin = telling and telling.origin
        return Finding(track, reasons, regions=regions.as_rows(), told=told, origin=origin)

    def _told(
        self, regions: StoredRegions, features: VideoFeatures, clips: range, *, known: int
    ) -> tuple[StoredRegions, dict[str, Shaped[np.ndarray, "t ..."]] | None]:
        """The regions with what they do, and what is kept of that."""
        telling = self._bench.telling
        if telling is None:
            return regions, None
        around = telling.around(clips, known=known)
        # words are of what is kept, so that rescoring says the same
        scene = features.read(around).streams["motion"].astype(np.float16)
        first = clips.start - around.start
        told, sentences = telling.tell(regions, scene, first=first)
        self._bench.remember(sentences)
        return told, told_rows(told, scene[first : first + len(clips)])

    def _follow(self) -> PatternReader:
        return self._bench.parts.patterns.follow()


def _looks(
    batch: ClipBatch,
) -> Iterator[
    tuple[
        UInt8[np.ndarray, "f h w 3"], Float32[np.ndarray, "f m gh gw 2"], Float64[np.ndarray, " f"]
    ]
]:
    """`CLIPS_AT_ONCE` at a time: pictures, the fields around each, and their times."""
    look = batch.second or batch
    fields = look.motion.shape[1] // look.frames.shape[1]
    for start in range(0, len(batch), CLIPS_AT_ONCE):
        part = slice(start, start + CLIPS_AT_ONCE)
        pts_s = look.frame_pts_s[part].ravel()
        frames, motion = look.frames[part], look.motion[part]
        yield (
            frames.reshape(len(pts_s), *frames.shape[2:]),
            motion.reshape(len(pts_s), fields, *motion.shape[2:]),
            pts_s,
        )
