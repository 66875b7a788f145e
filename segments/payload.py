"""The contract of indexing and search: what a stored point is called and what it carries."""

from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from segments.media import Level, VideoSegment

POINT_NAMESPACE = UUID("6d8f3a52-5b1e-4d0c-9a57-27c4b1f0e9a1")
SCHEMA_VERSION = 1


class SegmentPayload(BaseModel):
    """The payload of a point. Every field is filterable under its own name."""

    model_config = ConfigDict(extra="forbid")

    schema_version: int = SCHEMA_VERSION
    video_id: str
    levels: list[Level]
    start_s: float
    end_s: float
    has_audio: bool
    cameras: list[str] = []
    """One per source that names a camera: the same content may have been seen at several places."""
    recorded_ms: list[int] = []
    """Wall-clock time of the segment's start, UTC milliseconds, one per source that knows it."""
    anomaly: dict[str, float] = {}
    """Pooled raw score of the span by detector."""


def point_id(segment: VideoSegment, space: str) -> str:
    """The same content, level, span and vector space give the same id, on every machine."""
    start_ms, end_ms = round(segment.span.start_s * 1000), round(segment.span.end_s * 1000)
    name = f"{segment.video_id}/{segment.levels[0]}/{start_ms}-{end_ms}/{space}"
    return str(uuid5(POINT_NAMESPACE, name))
