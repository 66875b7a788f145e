"""Random points, and a store of plain numpy to compare the engines with."""

from dataclasses import replace
from uuid import UUID

import numpy as np

from segments.manifest import SpaceManifest, VectorRecord
from segments.media import Level
from segments.payload import SegmentPayload
from segments.store.base import Filter, Match, Point

CAMERAS = ("gate", "hall", "yard")
LEVELS: tuple[Level, ...] = ("moment", "scene", "video")
EPOCH_MS = 1_700_000_000_000


def make_manifest(
    *, alan_dim: int = 16, audio_dim: int = 8, profile: str = "tiny"
) -> SpaceManifest:
    """A manifest whose vector "alan" has two blocks and "audio" one."""
    return SpaceManifest(
        profile=profile,
        vectors=(
            VectorRecord(name="alan", blocks=("cls.x", "avg.x"), block_dim=alan_dim // 2),
            VectorRecord(name="audio", blocks=("audio",), block_dim=audio_dim),
        ),
        levels=LEVELS,
        digests={"tiny.safetensors": "0" * 64},
        default_alpha=0.5,
    )


def make_video_id(index: int) -> str:
    return f"{index:064x}"


def make_points(
    num_points: int,
    *,
    seed: int = 0,
    videos: int = 7,
    dims: dict[str, int] | None = None,
    detector: str = "alan",
) -> list[Point]:
    """Points with unit vectors, a third of them silent, a fifth of unknown camera and time."""
    rng = np.random.default_rng(seed)
    dims = dims or {"alan": 16, "audio": 8}
    points: list[Point] = []
    for index in range(num_points):
        has_audio = bool(rng.random() > 1 / 3)
        names = [name for name in dims if has_audio or name != "audio"]
        vectors = {name: make_unit(rng, dims[name]) for name in names}
        payload = _make_payload(rng, index, videos, detector, has_audio)
        points.append(Point(str(UUID(bytes=rng.bytes(16))), vectors, payload))
    return points


def make_unit(rng: np.random.Generator, dim: int) -> np.ndarray:
    vector = rng.standard_normal(dim).astype(np.float32)
    return vector / np.linalg.norm(vector)


def with_vectors(point: Point, **vectors: list[float]) -> Point:
    """The point with exactly these vectors."""
    return replace(point, vectors={n: np.asarray(v, np.float32) for n, v in vectors.items()})


def _make_payload(
    rng: np.random.Generator, index: int, videos: int, detector: str, has_audio: bool
) -> SegmentPayload:
    seen = int(rng.choice([0, 1, 1, 1, 2]))
    start_s = round(index // videos * 5.12, 6)
    times = sorted(EPOCH_MS + int(t) for t in rng.integers(0, 1_000_000, seen))
    return SegmentPayload(
        video_id=make_video_id(index % videos),
        levels=list(LEVELS) if index < videos else [LEVELS[int(rng.integers(2))]],
        start_s=start_s,
        end_s=round(start_s + 10.24, 6),
        has_audio=has_audio,
        cameras=[str(name) for name in rng.choice(CAMERAS, seen, replace=False)],
        recorded_ms=times,
        anomaly={detector: round(float(rng.random()), 9)},
    )


class ReferenceStore:
    """The answers a store must give, by reading every point."""

    def __init__(self, points: list[Point]) -> None:
        self.points = {point.id: point for point in points}

    def select(self, where: Filter | None) -> list[Point]:
        kept = [p for p in self.points.values() if satisfies(p.payload, where or Filter())]
        return sorted(kept, key=lambda point: point.id)

    def search(
        self, vector_name: str, query: np.ndarray, limit: int, where: Filter | None = None
    ) -> list[Match]:
        having = [p for p in self.select(where) if vector_name in p.vectors]
        scores = [
            float(p.vectors[vector_name].astype(np.float64) @ query.astype(np.float64))
            for p in having
        ]
        matches = [Match(point, score) for point, score in zip(having, scores, strict=True)]
        return sorted(matches, key=lambda m: (-m.score, m.point.id))[:limit]

    def search_by_video(
        self, vector_name: str, query: np.ndarray, videos: int, per_video: int, where: Filter | None
    ) -> list[list[Match]]:
        groups: dict[str, list[Match]] = {}
        for match in self.search(vector_name, query, len(self.points), where):
            groups.setdefault(match.point.payload.video_id, []).append(match)
        return [group[:per_video] for group in list(groups.values())[:videos]]


def satisfies(payload: SegmentPayload, where: Filter) -> bool:
    """The words of `Filter`'s docstrings, one by one."""
    since = where.recorded_from_ms if where.recorded_from_ms is not None else -(2**62)
    until = where.recorded_until_ms if where.recorded_until_ms is not None else 2**62
    timed = where.recorded_from_ms is not None or where.recorded_until_ms is not None
    return (
        (where.level is None or where.level in payload.levels)
        and (not where.video_ids or payload.video_id in where.video_ids)
        and (not where.cameras or bool(set(where.cameras) & set(payload.cameras)))
        and (not timed or any(since <= time < until for time in payload.recorded_ms))
        and all(payload.anomaly.get(d, -np.inf) >= least for d, least in where.min_anomaly.items())
        and (where.has_audio is None or payload.has_audio == where.has_audio)
    )
