"""A library of three contents whose scores can be worked out in one's head.

Blocks have two dimensions and hold unit vectors from the 3-4-5 triangle; α is 0.5:

| point  | cls    | avg    | fire: 1, 0    | bang → video: 0, 1 | audio  | bang: 1, 0 |
|--------|--------|--------|---------------|--------------------|--------|------------|
| GATE_0 | 1, 0   | .6, .8 | .5 + .3 = .8  | 0 + .4 = .4        | silent |            |
| GATE_1 | 0, 1   | 1, 0   | 0 + .5 = .5   | .5 + 0 = .5        | 1, 0   | 1          |
| YARD_0 | .6, .8 | .6, .8 | .3 + .3 = .6  | .4 + .4 = .8       | .8, .6 | .8         |
| LOST_0 | .6, .8 | .6, .8 | .3 + .3 = .6  | .4 + .4 = .8       | .6, .8 | .6         |
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8

from encoders.base import ProfileSpec
from segments.catalog import Catalog, SourceRecord, VideoRecord
from segments.levels import CLIP_S
from segments.library import Library
from segments.manifest import SpaceManifest, VectorRecord
from segments.media import AudioClip, Level, VideoSegment
from segments.payload import SegmentPayload, point_id
from segments.spans import TimeSpan
from segments.store.base import Point
from segments.store.opening import create_space, open_store
from segments.vectors import DualQuery, SoundQuery

GATE, YARD, LOST = "a" * 64, "b" * 64, "c" * 64
MANIFEST = SpaceManifest(
    profile="tiny",
    vectors=(
        VectorRecord(name="alan", blocks=("cls.appearance", "avg.appearance"), block_dim=2),
        VectorRecord(name="audio", blocks=("audio",), block_dim=2),
    ),
    levels=("moment", "scene", "video"),
    digests={"tiny": "0" * 64},
    default_alpha=0.5,
)
SOURCES = (
    SourceRecord(
        video_id=GATE,
        path="/footage/gate/a.mp4",
        camera="gate",
        recorded_at=datetime.fromisoformat("2026-11-01T10:00:00+01:00"),
        recorded_from="name",
    ),
    SourceRecord(
        video_id=GATE,
        path="/footage/yard/copy of a.mp4",
        camera="yard",
        recorded_at=datetime.fromisoformat("2026-11-02T10:00:00+01:00"),
        recorded_from="name",
    ),
    SourceRecord(video_id=YARD, path="/footage/yard/b.mp4", camera="yard"),
    SourceRecord(video_id=LOST, path="/footage/c.mp4"),
)


def video(video_id: str, *, duration_s: float = 15.36) -> VideoRecord:
    return VideoRecord(
        video_id=video_id,
        duration_s=duration_s,
        width=64,
        height=48,
        fps=25.0,
        codec="h264",
        has_audio=True,
        size_bytes=1000,
        detectors=("alan",),
    )


def point(
    video_id: str,
    span: TimeSpan,
    alan: Sequence[float],
    audio: Sequence[float] | None,
    *,
    anomaly: float,
    levels: tuple[Level, ...] = ("moment",),
) -> Point:
    clips = range(round(span.start_s / CLIP_S), round(span.end_s / CLIP_S))
    segment = VideoSegment(video_id, levels, 0, span, clips)
    places = [source for source in SOURCES if source.video_id == video_id]
    starts = [round(s.recorded_at.timestamp() * 1000) for s in places if s.recorded_at]
    vectors = {"alan": np.array(alan, np.float32)}
    if audio is not None:
        vectors["audio"] = np.array(audio, np.float32)
    payload = SegmentPayload(
        video_id=video_id,
        levels=list(levels),
        start_s=span.start_s,
        end_s=span.end_s,
        has_audio=audio is not None,
        cameras=sorted({source.camera for source in places if source.camera}),
        recorded_ms=[start + round(span.start_s * 1000) for start in starts],
        anomaly={"alan": anomaly},
    )
    return Point(point_id(segment, "tiny"), vectors, payload)


FIRST, SECOND = TimeSpan(0.0, 10.24), TimeSpan(5.12, 15.36)
GATE_0 = point(GATE, FIRST, (1, 0, 0.6, 0.8), None, anomaly=0.9)
GATE_1 = point(GATE, SECOND, (0, 1, 1, 0), (1, 0), anomaly=0.2)
YARD_0 = point(YARD, FIRST, (0.6, 0.8, 0.6, 0.8), (0.8, 0.6), anomaly=0.5)
LOST_0 = point(LOST, FIRST, (0.6, 0.8, 0.6, 0.8), (0.6, 0.8), anomaly=0.1)
GATE_SCENE = point(
    GATE, TimeSpan(0.0, 15.36), (0.6, 0.8, 1, 0), None, anomaly=0.9, levels=("scene", "video")
)
POINTS = (GATE_0, GATE_1, YARD_0, LOST_0, GATE_SCENE)


@dataclass(frozen=True)
class TinyProfile:
    """Knows one word, one sound and one picture: "fire", the bang, and what lies between."""

    manifest: SpaceManifest = field(default_factory=lambda: MANIFEST)

    @property
    def spec(self) -> ProfileSpec:
        specs = tuple(self.manifest.specs.values())
        return ProfileSpec("tiny", ("appearance",), specs, (48, 64), 4, 2, 0)

    def encode_text(self, text: str) -> DualQuery:
        return _dual(1, 0)

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "n 2"]:
        """ "Fire" is 1, 0; every other sentence is 0, 1."""
        return np.array([[1, 0] if "fire" in text else [0, 1] for text in texts], np.float32)

    def encode_sound(self, sound: AudioClip) -> SoundQuery:
        return SoundQuery(_dual(0, 1), np.array([1, 0], np.float32))

    def encode_image(self, pixels: UInt8[np.ndarray, "h w 3"]) -> DualQuery:
        return _dual(0.6, 0.8)


def _dual(x: float, y: float) -> DualQuery:
    direction, whole = np.array([[x, y]], np.float32), np.ones(1, np.float32)
    return DualQuery(g=direction, h=direction, w_g=whole, w_h=whole)


def make_library(
    root: Path,
    *,
    points: Sequence[Point] = POINTS,
    sources: Sequence[SourceRecord] = SOURCES,
    videos: Sequence[VideoRecord] = (video(GATE), video(YARD), video(LOST)),
    manifest: SpaceManifest = MANIFEST,
) -> Library:
    """Writes the library with the embedded store; empty sequences make an empty one."""
    library = Library.create(root, "tiny")
    create_space(library, manifest)
    store = open_store(library)
    store.upsert(points)
    store.close()
    with Catalog(library) as catalog:
        for record in videos:
            catalog.add_video(record)
        for source in sources:
            catalog.add_source(source)
    return library
