"""The contract of indexing and search: what a stored point is called and what it carries."""

import re
from typing import Any, ClassVar, Literal, Self
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from segments.errors import UserError
from segments.media import Level, VideoSegment
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan

POINT_NAMESPACE = UUID("6d8f3a52-5b1e-4d0c-9a57-27c4b1f0e9a1")
SCHEMA_VERSION = 1
_DETECTOR = re.compile(r"[A-Za-z0-9_-]+")
FieldKind = Literal["keyword", "integer", "float", "bool"]


class Payload(BaseModel):
    """What a point carries beside its vectors. Every field is filterable under its own name."""

    model_config = ConfigDict(extra="forbid")
    INDEXES: ClassVar[dict[str, FieldKind]]
    """Fields that are asked for so often that an engine keeps an index of them."""

    def fields(self) -> dict[str, Any]:
        """The payload as an engine keeps it."""
        return self.model_dump()

    def scores(self) -> dict[str, float]:
        """Numbers under keys that each point chooses for itself; indexed as they turn up."""
        return {}


class SegmentPayload(Payload):
    """The payload of a segment."""

    INDEXES = {
        "levels": "keyword",
        "video_id": "keyword",
        "cameras": "keyword",
        "recorded_ms": "integer",
        "start_s": "float",
        "has_audio": "bool",
    }

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

    def fields(self) -> dict[str, Any]:
        """The payload as an engine keeps it.

        Times and scores keep 12 significant digits: the engines' JSON reader gets numbers of that
        length back exactly, and longer ones sometimes a last bit off, different after every copy.
        """
        fields = self.model_dump()
        fields |= {key: _short(fields[key]) for key in ("start_s", "end_s")}
        fields["anomaly"] = {name: _short(score) for name, score in self.anomaly.items()}
        return fields

    def with_score(self, track: AnomalyTrack) -> Self:
        """The payload with what a track says of its span; nan where that says nothing."""
        score = _short(track.pooled(TimeSpan(self.start_s, self.end_s)))
        return self.model_copy(update={"anomaly": {**self.anomaly, track.detector: score}})

    def scores(self) -> dict[str, float]:
        return {anomaly_key(detector): score for detector, score in self.anomaly.items()}


def point_id(segment: VideoSegment, space: str) -> str:
    """The same content, level, span and vector space give the same id, on every machine."""
    start_ms, end_ms = round(segment.span.start_s * 1000), round(segment.span.end_s * 1000)
    name = f"{segment.video_id}/{segment.levels[0]}/{start_ms}-{end_ms}/{space}"
    return str(uuid5(POINT_NAMESPACE, name))


def anomaly_key(detector: str) -> str:
    """The payload field of a detector's pooled score.

    Raises:
        UserError: the name would not be read back as one field.
    """
    if not _DETECTOR.fullmatch(detector):
        raise UserError(
            f"{detector!r} cannot be a detector: letters, digits, '-' and '_' are allowed"
        )
    return f"anomaly.{detector}"


def _short(number: float) -> float:
    return float(f"{number:.12g}")
