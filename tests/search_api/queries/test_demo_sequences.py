"""A, then B on the demo's evening: its programme is known, so every answer is too.

Moments carry what the programme says that they show in place of what a model would see: what is
tested is time, cameras and pairs, from a request to its hits.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import count

import numpy as np
import pytest

from benchmarks.simulator.demo import EVERY, FIRST, PROGRAMME, demo_clips
from search_api.requests import SearchRequest, Then
from search_api.schemas import SearchHit
from search_api.searching import Searcher
from segments.catalog import Catalog, SourceRecord
from segments.levels import iter_segments
from segments.manifest import VectorRecord
from segments.payload import SegmentPayload, point_id
from segments.spans import TimeSpan
from segments.store.base import Point
from segments.store.opening import open_store
from segments.vectors import DualQuery
from tests.support.small_library import MANIFEST, TinyProfile, make_library, video

KINDS = sorted({event.kind for clip in demo_clips() for event in clip.scene.events})
BLOCKS = ("cls.appearance", "avg.appearance")
ORACLE = MANIFEST.model_copy(
    update={"vectors": (VectorRecord(name="alan", blocks=BLOCKS, block_dim=len(KINDS)),)}
)
STARTS = [(FIRST + k * EVERY).replace(tzinfo=UTC) for k in range(len(PROGRAMME))]


class Oracle(TinyProfile):
    """Its words are the kinds of events."""

    def encode_text(self, text: str) -> DualQuery:
        direction = np.array([[text == kind for kind in KINDS]], np.float32)
        whole = np.ones(1, np.float32)
        return DualQuery(g=direction, h=direction, w_g=whole, w_h=whole)


def shown(clip: int, span: TimeSpan) -> np.ndarray:
    """Share of the span that each kind of event goes on for, as a unit vector in both blocks."""
    seconds = np.zeros(len(KINDS), np.float32)
    for event in demo_clips()[clip].scene.events:
        together_s = min(event.end_s, span.end_s) - max(event.start_s, span.start_s)
        seconds[KINDS.index(event.kind)] += max(0.0, together_s)
    return np.tile(seconds / max(1e-6, np.linalg.norm(seconds)), 2)


def points_of(clip: int, camera: str, duration_s: float) -> Iterator[Point]:
    for segment in iter_segments(f"{clip:064x}", duration_s):
        start_ms = round(1000 * (STARTS[clip].timestamp() + segment.span.start_s))
        payload = SegmentPayload(
            video_id=segment.video_id,
            levels=list(segment.levels),
            start_s=segment.span.start_s,
            end_s=segment.span.end_s,
            has_audio=False,
            cameras=[camera],
            recorded_ms=[start_ms],
        )
        vectors = {"alan": shown(clip, segment.span)}
        yield Point(point_id(segment, "tiny"), vectors, payload)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    entries = [(k, camera.name, seconds) for k, (camera, _, seconds) in zip(count(), PROGRAMME)]
    library = make_library(
        tmp_path_factory.mktemp("demo") / "library",
        points=[point for entry in entries for point in points_of(*entry)],
        sources=[
            SourceRecord(video_id=f"{k:064x}", path=f"/{k}.mp4", camera=name, recorded_at=STARTS[k])
            for k, name, _ in entries
        ],
        videos=[video(f"{k:064x}", duration_s=seconds) for k, _, seconds in entries],
        manifest=ORACLE,
    )
    store = open_store(library)
    with Catalog(library) as catalog:
        yield Searcher(library, store, catalog, Oracle(ORACLE))
    store.close()


def files(hits: Sequence[SearchHit]) -> list[tuple[int, int]]:
    """Places in the programme of both halves of each hit."""
    return [(int(hit.video_id, 16), int(hit.then.video_id, 16)) for hit in hits if hit.then]


def place(kind: str) -> int:
    return next(k for k, entry in enumerate(PROGRAMME) if entry[1] == kind)


def ask(searcher: Searcher, first: str, second: str, minutes: float, **options: bool) -> list:
    then = Then(text=second, within_s=60 * minutes, **options)
    response = searcher.search(SearchRequest(text=first, then=then, limit=50))
    assert response.ranking == "sequence"
    return [hit for hit in response.hits if hit.score > 1.5]  # both stand out


def test_a_fire_follows_an_accident_at_the_same_camera(searcher: Searcher) -> None:
    """22:30 follows 21:45 by 45 minutes."""
    accident, fire = place("hit_cyclist"), place("fire")
    assert fire - accident == 4
    hits = ask(searcher, "hit_cyclist", "fire", 30)
    assert set(files(hits)) == {(accident, fire)}
    assert hits[0].camera == hits[0].then.camera == "gate-north"
    assert hits[0].score == pytest.approx(hits[0].parts["first"] + hits[0].parts["then"])
    assert ask(searcher, "hit_cyclist", "fire", 20) == []


def test_nothing_follows_backwards(searcher: Searcher) -> None:
    assert ask(searcher, "fire", "hit_cyclist", 600) == []


def test_another_camera_follows_only_where_any_may(searcher: Searcher) -> None:
    accident, robbery = place("hit_cyclist"), place("robbery")
    assert ask(searcher, "hit_cyclist", "robbery", 60) == []
    hits = ask(searcher, "hit_cyclist", "robbery", 60, same_camera=False)
    assert set(files(hits)) == {(accident, robbery)}
    assert {(hit.camera, hit.then.camera) for hit in hits} == {("gate-north", "shop-2")}
    gap_s = (hits[0].then.start_time - hits[0].start_time).total_seconds()
    assert 0 < gap_s <= 3600
