"""Segments of one video as points: embeddings, pooled scores, and where and when it was seen."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from encoders.base import Profile
from indexer.features import VideoFeatures
from segments.catalog import SourceRecord, cameras_of, recorded_at_ms
from segments.media import VideoSegment
from segments.payload import SegmentPayload, point_id
from segments.scores import AnomalyTrack
from segments.store.base import Point
from segments.vectors import SegmentEmbedding

EMBED_BATCH = 32
"""Segments of equal length that are embedded together."""


def embed_segments(
    profile: Profile, segments: Sequence[VideoSegment], features: VideoFeatures
) -> list[SegmentEmbedding]:
    """Embeddings in the order of `segments`."""
    vectors = {
        segment: embedded
        for batch in _batches(segments)
        for segment, embedded in zip(
            batch,
            profile.embed_segments([features.of_segment(segment) for segment in batch]),
            strict=True,
        )
    }
    return [SegmentEmbedding(segment, vectors[segment]) for segment in segments]


def make_points(
    embeddings: Iterable[SegmentEmbedding],
    *,
    space: str,
    tracks: Sequence[AnomalyTrack],
    sources: Sequence[SourceRecord],
) -> list[Point]:
    """Points with their payload; a point has sound where its embedding has."""
    cameras, began_ms = cameras_of(sources), recorded_at_ms(sources)
    return [
        Point(
            point_id(embedding.segment, space),
            embedding.vectors,
            _payload(embedding, cameras, began_ms, tracks),
        )
        for embedding in embeddings
    ]


def _payload(
    embedding: SegmentEmbedding,
    cameras: list[str],
    began_ms: list[int],
    tracks: Sequence[AnomalyTrack],
) -> SegmentPayload:
    segment, span = embedding.segment, embedding.segment.span
    return SegmentPayload(
        video_id=segment.video_id,
        levels=list(segment.levels),
        start_s=span.start_s,
        end_s=span.end_s,
        has_audio="audio" in embedding.vectors,
        cameras=cameras,
        recorded_ms=[began + round(span.start_s * 1000) for began in began_ms],
        anomaly={track.detector: track.pooled(span) for track in tracks},
    )


def _batches(segments: Iterable[VideoSegment]) -> Iterator[list[VideoSegment]]:
    by_length: defaultdict[int, list[VideoSegment]] = defaultdict(list)
    for segment in segments:
        by_length[len(segment.clips)].append(segment)
    for equal in by_length.values():
        for start in range(0, len(equal), EMBED_BATCH):
            yield equal[start : start + EMBED_BATCH]
