"""One video on its way through the models: batches in, finished chunks out."""

import time
from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from encoders.base import Profile
from indexer.chunks import plan_chunks
from indexer.detecting import ChunkDetector, WatchingDetector
from indexer.embedding import embed_segments
from indexer.features import VideoFeatures, encode_batch
from segments.findings import Finding
from segments.levels import count_clips, iter_segments
from segments.media import ClipBatch, VideoSource
from segments.scores import AnomalyTrack, clip_track
from segments.vectors import SegmentEmbedding


@dataclass(frozen=True)
class FinishedChunk:
    """What one chunk adds to the library."""

    index: int
    embeddings: list[SegmentEmbedding]
    """Of the segments whose last score became final in this chunk."""
    findings: list[Finding]
    """Of the clips whose scores became final, one per detector."""
    tracks: list[AnomalyTrack]
    """The tracks so far, from the first clip of `embeddings` on."""


class VideoPipeline:
    """Encodes batches, scores chunks, embeds segments; the same wherever a run resumed.

    A clip's scores are final once all clips after it are known that they depend on, or the video
    ended; a segment is embedded in the chunk that makes its last score final.
    """

    def __init__(
        self,
        source: VideoSource,
        profile: Profile,
        features: VideoFeatures,
        *,
        detectors: Sequence[ChunkDetector],
        first_chunk: int = 0,
    ) -> None:
        self.source = source
        self.features = features
        self.chunks = plan_chunks(source.duration_s)
        self.timings_s: defaultdict[str, float] = defaultdict(float)
        self._profile = profile
        self._detectors = detectors
        self._watching = [d for d in detectors if isinstance(d, WatchingDetector)]
        self._halo = max(profile.spec.detector_halo, *(d.ahead for d in detectors))
        self._next = first_chunk
        self._segments = list(iter_segments(source.video_id, source.duration_s))

    @property
    def is_complete(self) -> bool:
        return self._next == len(self.chunks)

    def take(self, batch: ClipBatch) -> FinishedChunk | None:
        """Encodes the next batch; the chunk that it completes, if it does."""
        with self.timed("encode"):
            encode_batch(self._profile, batch, self.features)
        with self.timed("watch"):
            self._watch(batch)
        if batch.clips.stop < self.chunks[self._next].stop:
            return None
        self._next += 1
        return self._finish(self._next - 1)

    @contextmanager
    def timed(self, phase: str) -> Generator[None]:
        started = time.perf_counter()
        yield
        self.timings_s[phase] += time.perf_counter() - started

    def _watch(self, batch: ClipBatch) -> None:
        for detector in self._watching:
            if batch.clips.start == self.chunks[self._next].start:
                detector.begin()
            detector.watch(batch, self.features)

    def _finish(self, index: int) -> FinishedChunk:
        final = range(self._num_final(index - 1), self._num_final(index))
        with self.timed("score"):
            self._score(final, known=self.chunks[index].stop)
        complete = [s for s in self._segments if final.start < s.clips.stop <= final.stop]
        with self.timed("embed"):
            embeddings = embed_segments(self._profile, complete, self.features)
        with self.timed("detect"):
            findings = [self._find(detector, final, index) for detector in self._detectors]
            self.features.flush()
        first = min((s.clips.start for s in complete), default=final.start)
        return FinishedChunk(index, embeddings, findings, self._tracks(range(first, final.stop)))

    def _find(self, detector: ChunkDetector, clips: range, index: int) -> Finding:
        finding = detector.find(
            self.features, clips, known=self.chunks[index].stop, duration_s=self.source.duration_s
        )
        self.features.write_track(detector.name, clips, finding.track.scores)
        return finding

    def _score(self, final: range, *, known: int) -> None:
        context = range(max(0, final.start - self._profile.spec.detector_halo), known)
        scores = self._profile.score_clips(self.features.read(context))
        start = final.start - context.start
        self.features.write_scores(final, scores[start : start + len(final)])

    def _num_final(self, index: int) -> int:
        """Clips whose scores are final after chunk `index`."""
        if index < 0:
            return 0
        known = self.chunks[index].stop
        is_end = known == count_clips(self.source.duration_s)
        return known if is_end else max(0, known - self._halo)

    def _tracks(self, clips: range) -> list[AnomalyTrack]:
        return [
            clip_track(
                detector.name,
                self.features.read_track(detector.name, clips),
                clips,
                duration_s=self.source.duration_s,
            )
            for detector in self._detectors
        ]
