"""Footage that never was: real segments, times and payloads, vectors around real sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from jaxtyping import Float32

from benchmarks.serving.sentences import scenes
from detectors import trace
from encoders.base import Profile
from segments.catalog import SourceRecord, VideoRecord
from segments.levels import count_clips, iter_segments
from segments.media import VideoSegment
from segments.payload import SegmentPayload, point_id
from segments.store.base import Point

CAMERAS = 40
WITH_SOUND = 10
"""Cameras that hear."""
START = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = (60.0, 600.0)
SCENES = 600


@dataclass(frozen=True)
class MadeVideo:
    """One video that never was."""

    record: VideoRecord
    source: SourceRecord
    scores: Float32[np.ndarray, " t"]
    """Anomaly per clip."""


class Maker:
    """Draws videos and their points."""

    def __init__(self, profile: Profile, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 3])
        self._manifest = profile.manifest
        queries = [profile.encode_text(text) for text in scenes(SCENES, seed)]
        self._scenes = np.stack([np.concatenate([q.g.ravel(), q.h.ravel()]) for q in queries])
        self._clocks = [START] * CAMERAS

    def videos(self) -> Iterator[MadeVideo]:
        """Without end; cameras in turn, each recording without a break."""
        number = 0
        while True:
            yield self._video(number)
            number += 1

    def points(self, video: MadeVideo) -> list[Point]:
        """Every segment of a video."""
        record = video.record
        segments = list(iter_segments(record.video_id, record.duration_s))
        seen = self._seen(len(segments), CAMERAS_OF[video.source.camera or ""])
        return [self._point(video, segment, seen[row]) for row, segment in enumerate(segments)]

    def _video(self, number: int) -> MadeVideo:
        camera = number % CAMERAS
        duration_s = float(np.round(self._rng.uniform(*SECONDS), 2))
        video_id = self._rng.bytes(32).hex()
        recorded_at = self._clocks[camera]
        self._clocks[camera] = recorded_at + timedelta(seconds=duration_s)
        name = camera_name(camera)
        record = VideoRecord(
            video_id=video_id,
            duration_s=duration_s,
            width=1280,
            height=720,
            fps=25.0,
            codec="h264",
            has_audio=camera < WITH_SOUND,
            size_bytes=round(duration_s * 250_000),
            detectors=("alan", trace.NAME),
        )
        source = SourceRecord(
            video_id=video_id,
            path=f"/footage/{name}/{recorded_at:%Y%m%d_%H%M%S}.mp4",
            camera=name,
            recorded_at=recorded_at,
            recorded_from="name",
        )
        scores = self._rng.beta(0.5, 6.0, count_clips(duration_s)).astype(np.float32)
        return MadeVideo(record, source, scores)

    def _seen(self, num_segments: int, camera: int) -> Float32[np.ndarray, "n d"]:
        """Unit blocks: a camera's scene, a video's and a moment's, and what no words say."""
        shared = 0.8 * self._scenes[camera] + 0.5 * self._any_scenes(1) + self._noise(1, 0.4)
        own = 0.7 * self._any_scenes(num_segments) + self._noise(num_segments, 0.5)
        return self._unit(shared + own)

    def _any_scenes(self, count: int) -> Float32[np.ndarray, "n d"]:
        return self._scenes[self._rng.integers(0, SCENES, count)]

    def _noise(self, count: int, length: float) -> Float32[np.ndarray, "n d"]:
        noise = self._rng.standard_normal((count, self._dim), np.float32)
        return noise * np.float32(length / self._block_dim**0.5)

    def _unit(self, vectors: Float32[np.ndarray, "n d"]) -> Float32[np.ndarray, "n d"]:
        blocks = vectors.reshape(len(vectors), -1, self._block_dim)
        lengths = np.linalg.norm(blocks, axis=2, keepdims=True)
        return (blocks / lengths).reshape(len(vectors), -1).astype(np.float32)

    @property
    def _dim(self) -> int:
        return self._manifest.specs["alan"].dim

    @property
    def _block_dim(self) -> int:
        return self._manifest.specs["alan"].block_dim

    def _point(
        self, video: MadeVideo, segment: VideoSegment, seen: Float32[np.ndarray, " d"]
    ) -> Point:
        record, source = video.record, video.source
        assert source.recorded_at is not None
        began_ms = round(1000 * (source.recorded_at.timestamp() + segment.span.start_s))
        payload = SegmentPayload(
            video_id=record.video_id,
            levels=list(segment.levels),
            start_s=segment.span.start_s,
            end_s=segment.span.end_s,
            has_audio=record.has_audio,
            cameras=[source.camera or ""],
            recorded_ms=[began_ms],
            anomaly=dict.fromkeys(
                record.detectors,
                float(video.scores[segment.clips.start : segment.clips.stop].max()),
            ),
        )
        vectors = {"alan": seen}
        if record.has_audio:
            sound = self._rng.standard_normal(self._manifest.specs["audio"].dim, np.float32)
            vectors["audio"] = sound / np.linalg.norm(sound)
        return Point(point_id(segment, self._manifest.profile), vectors, payload)


def camera_name(camera: int) -> str:
    """What the camera of a number is called."""
    return f"camera-{camera:02d}"


CAMERAS_OF = {camera_name(camera): camera for camera in range(CAMERAS)}
