"""What every engine must do, compared with plain numpy."""

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from segments.errors import IndexMismatch, UserError
from segments.scores import AnomalyTrack
from segments.store.base import Filter, Match, Point, VectorStore
from tests.support.points import (
    EPOCH_MS,
    ReferenceStore,
    make_points,
    make_unit,
    make_video_id,
    with_vectors,
)

NUM_POINTS = 300

FILTERS = {
    "none": None,
    "empty": Filter(),
    "level": Filter(level="scene"),
    "video level": Filter(level="video"),
    "two videos": Filter(video_ids=(make_video_id(1), make_video_id(4))),
    "unknown video": Filter(video_ids=("f" * 64,)),
    "one camera": Filter(cameras=("gate",)),
    "two cameras": Filter(cameras=("gate", "yard")),
    "since": Filter(recorded_from_ms=EPOCH_MS + 600_000),
    "until": Filter(recorded_until_ms=EPOCH_MS + 200_000),
    "between": Filter(recorded_from_ms=EPOCH_MS + 400_000, recorded_until_ms=EPOCH_MS + 600_000),
    "anomalous": Filter(min_anomaly={"alan": 0.75}),
    "unknown detector": Filter(min_anomaly={"trace": 0.0}),
    "silent": Filter(has_audio=False),
    "with sound": Filter(has_audio=True),
    "all at once": Filter(
        level="moment",
        video_ids=tuple(make_video_id(index) for index in range(6)),
        cameras=("gate", "hall"),
        recorded_from_ms=EPOCH_MS + 100_000,
        recorded_until_ms=EPOCH_MS + 900_000,
        min_anomaly={"alan": 0.25},
        has_audio=True,
    ),
}


@pytest.fixture
def points() -> list[Point]:
    return make_points(NUM_POINTS)


@pytest.fixture
def filled(store: VectorStore, points: list[Point]) -> VectorStore:
    store.upsert(points)
    return store


def assert_same_matches(found: list[Match], expected: list[Match]) -> None:
    assert [match.point.id for match in found] == [match.point.id for match in expected]
    assert [m.score for m in found] == pytest.approx([m.score for m in expected], abs=1e-5)
    assert [m.point.payload for m in found] == [m.point.payload for m in expected]


def assert_same_points(found: list[Point], expected: list[Point]) -> None:
    assert [point.id for point in found] == [point.id for point in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.payload == other.payload
        assert one.vectors.keys() == other.vectors.keys()
        for name, vector in one.vectors.items():
            assert vector.dtype == np.float32
            np.testing.assert_array_equal(vector, other.vectors[name])


def test_every_filter_gives_what_reading_every_point_gives(
    filled: VectorStore, points: list[Point]
) -> None:
    reference, rng = ReferenceStore(points), np.random.default_rng(1)
    sizes: dict[str, int] = {}
    for name, where in FILTERS.items():
        query = make_unit(rng, 16)
        expected = reference.search("alan", query, 10, where)
        assert_same_matches(filled.search("alan", query, limit=10, where=where), expected)
        sizes[name] = filled.count(where)
        assert sizes[name] == len(reference.select(where))
    assert sizes["none"] == sizes["empty"] == NUM_POINTS
    assert sizes["unknown video"] == sizes["unknown detector"] == 0
    assert sizes["video level"] == 7
    assert sizes["silent"] + sizes["with sound"] == NUM_POINTS
    assert 0 < sizes["all at once"] < 60


def test_points_without_the_vector_are_not_found(filled: VectorStore, points: list[Point]) -> None:
    query = make_unit(np.random.default_rng(2), 8)
    found = filled.search("audio", query, limit=NUM_POINTS)
    assert_same_matches(found, ReferenceStore(points).search("audio", query, NUM_POINTS))
    assert 0 < len(found) < NUM_POINTS
    assert all("audio" not in match.point.vectors for match in found)


def test_a_search_returns_vectors_when_asked(filled: VectorStore, points: list[Point]) -> None:
    query = make_unit(np.random.default_rng(3), 16)
    found = filled.search("alan", query, limit=5, with_vectors=True)
    expected = ReferenceStore(points).search("alan", query, 5)
    assert_same_points([m.point for m in found], [m.point for m in expected])


def test_min_score_keeps_the_scores_at_it_and_above(filled: VectorStore) -> None:
    query = make_unit(np.random.default_rng(4), 16)
    ranked = filled.search("alan", query, limit=20)
    assert filled.search("alan", query, limit=20, min_score=ranked[6].score) == ranked[:7]
    assert filled.search("alan", query, limit=20, min_score=2.0) == []
    assert filled.search("alan", query, limit=0) == []


def test_equal_scores_come_in_the_order_of_ids(store: VectorStore) -> None:
    # 40 equal scores below 3 better ones: the cut at any limit goes through a tie
    ids = [str(UUID(int=number * 7919 % 43)) for number in range(1, 44)]
    template = make_points(1)[0]
    points = [
        replace(with_vectors(template, alan=[2.0 if n < 3 else 1.0] + [0.0] * 15), id=id)
        for n, id in enumerate(ids)
    ]
    store.upsert(points)
    query = np.eye(16, dtype=np.float32)[0]
    expected = sorted(ids[:3]) + sorted(ids[3:])
    for limit in (1, 3, 4, 10, 43, 50):
        found = store.search("alan", query, limit=limit)
        assert [match.point.id for match in found] == expected[:limit]
        assert [match.score for match in found] == ([2.0] * 3 + [1.0] * 40)[:limit]


@pytest.mark.parametrize("where", [None, Filter(level="scene"), Filter(video_ids=("f" * 64,))])
@pytest.mark.parametrize(("videos", "per_video"), [(1, 1), (3, 1), (3, 4), (20, 2)])
def test_grouping_by_video(
    filled: VectorStore, points: list[Point], videos: int, per_video: int, where: Filter | None
) -> None:
    query = make_unit(np.random.default_rng(5), 16)
    found = filled.search_by_video("alan", query, videos=videos, per_video=per_video, where=where)
    expected = ReferenceStore(points).search_by_video("alan", query, videos, per_video, where)
    assert len(found) == len(expected)
    for group, expected_group in zip(found, expected, strict=True):
        assert_same_matches(group, expected_group)


def test_grouping_finds_videos_behind_one_that_fills_the_ranking(store: VectorStore) -> None:
    points = make_points(200, videos=2)
    crowd = [p for p in points if p.payload.video_id == make_video_id(0)]
    rest = [p for p in points if p.payload.video_id == make_video_id(1)]
    axis = np.eye(16)
    store.upsert([with_vectors(p, alan=axis[0] * 2) for p in crowd])
    store.upsert([with_vectors(p, alan=axis[0]) for p in rest])
    query = axis[0].astype(np.float32)
    found = store.search_by_video("alan", query, videos=2, per_video=2)
    assert [[m.score for m in group] for group in found] == [[2.0, 2.0], [1.0, 1.0]]
    assert [g[0].point.id for g in found] == [min(p.id for p in crowd), min(p.id for p in rest)]
    above = store.search_by_video("alan", query, videos=2, per_video=2, min_score=1.5)
    assert above == found[:1]


def test_get_keeps_the_order_asked_for(filled: VectorStore, points: list[Point]) -> None:
    asked = [points[9], points[2], points[5]]
    absent = str(UUID(int=1))
    ids = [asked[0].id, absent, asked[1].id, "not an id", asked[2].id]
    assert_same_points(filled.get(ids), asked)
    assert all(not point.vectors for point in filled.get(ids, with_vectors=False))
    assert filled.get([]) == []


@pytest.mark.parametrize("where", [None, Filter(level="scene")])
def test_iteration_is_by_id_and_complete(
    filled: VectorStore, points: list[Point], where: Filter | None
) -> None:
    found = list(filled.iter_points(where, batch=7))
    assert_same_points(found, ReferenceStore(points).select(where))
    bare = list(filled.iter_points(where, with_vectors=False, batch=1000))
    assert [point.id for point in bare] == [point.id for point in found]
    assert not any(point.vectors for point in bare)


def test_writing_a_point_again_replaces_it(filled: VectorStore, points: list[Point]) -> None:
    with_sound = next(point for point in points if "audio" in point.vectors)
    payload = with_sound.payload.model_copy(update={"has_audio": False, "cameras": ["roof"]})
    silent = replace(with_vectors(with_sound, alan=[0.5] * 16), payload=payload)
    filled.upsert([silent])
    assert_same_points(filled.get([silent.id]), [silent])
    assert filled.count() == NUM_POINTS
    found = filled.search("audio", with_sound.vectors["audio"], limit=NUM_POINTS)
    assert silent.id not in [match.point.id for match in found]


def test_set_sources_rewrites_one_video(filled: VectorStore, points: list[Point]) -> None:
    video = make_video_id(3)
    filled.set_sources(video, cameras=["roof", "gate"], recorded_at_ms=[1000, 5_000_000])
    for point in filled.iter_points(with_vectors=True):
        original = next(p for p in points if p.id == point.id)
        assert point.vectors.keys() == original.vectors.keys()
        if point.payload.video_id != video:
            assert point.payload == original.payload
            continue
        start_ms = round(original.payload.start_s * 1000)
        moved = {
            "cameras": ["roof", "gate"],
            "recorded_ms": [1000 + start_ms, 5_000_000 + start_ms],
        }
        assert point.payload == original.payload.model_copy(update=moved)
    of_video = filled.count(Filter(video_ids=(video,)))
    assert filled.count(Filter(cameras=("roof",))) == of_video
    assert filled.count(Filter(video_ids=(video,), recorded_until_ms=1001)) == 1
    filled.set_sources(video, cameras=[], recorded_at_ms=[])
    assert filled.count(Filter(cameras=("roof",))) == 0
    assert filled.count(Filter(video_ids=(video,), recorded_from_ms=0)) == 0


def test_set_anomaly_rewrites_one_detector_of_one_video(
    filled: VectorStore, points: list[Point]
) -> None:
    video = make_video_id(3)
    ends = [p.payload.end_s for p in points if p.payload.video_id == video]
    pts_s = np.arange(0.0, max(ends), 5.12)
    scores = np.linspace(-0.3, 0.4, len(pts_s), dtype=np.float32)
    track = AnomalyTrack("trace", scores, pts_s, max(ends))
    assert filled.set_anomaly(video, track) == len(ends)
    assert filled.set_anomaly(video, track) == 0
    for point in filled.iter_points(with_vectors=True):
        original = next(p for p in points if p.id == point.id)
        assert point.vectors.keys() == original.vectors.keys()
        if point.payload.video_id != video:
            assert point.payload == original.payload
            continue
        first = round(point.payload.start_s / 5.12)
        last = min(first + 1, len(scores) - 1)  # a span has 10.24 s: two scores
        assert point.payload.anomaly == pytest.approx(
            {**original.payload.anomaly, "trace": float(scores[last])}, abs=1e-6
        )
        assert point.payload.model_copy(update={"anomaly": {}}) == original.payload.model_copy(
            update={"anomaly": {}}
        )
    above = filled.count(Filter(min_anomaly={"trace": 0.2}))
    assert 0 < above < len(ends)
    lower = np.minimum(scores, np.float32(0.1))
    filled.set_anomaly(video, AnomalyTrack("trace", lower, pts_s, max(ends)))
    assert filled.count(Filter(min_anomaly={"trace": 0.2})) == 0
    assert filled.set_anomaly(make_video_id(99), track) == 0


def test_a_span_without_scores_is_refused(filled: VectorStore) -> None:
    track = AnomalyTrack("trace", np.zeros(1, np.float32), np.zeros(1), 1.0)
    with pytest.raises(ValueError, match=r"'anomaly.trace' is nan in point"):
        filled.set_anomaly(make_video_id(3), track)
    assert filled.count(Filter(min_anomaly={"trace": -9.0})) == 0


def test_delete_returns_how_many(filled: VectorStore, points: list[Point]) -> None:
    where = Filter(video_ids=(make_video_id(0),), level="moment")
    expected = len(ReferenceStore(points).select(where))
    assert expected > 5
    assert filled.delete(where) == expected
    assert filled.delete(where) == 0
    assert filled.count() == NUM_POINTS - expected
    assert filled.count(where) == 0


@pytest.mark.parametrize("where", [Filter(), Filter(video_ids=(), min_anomaly={})])
def test_an_empty_filter_deletes_nothing(filled: VectorStore, where: Filter) -> None:
    with pytest.raises(UserError, match="would delete every point"):
        filled.delete(where)
    assert filled.count() == NUM_POINTS


def test_cameras_are_counted(filled: VectorStore, points: list[Point]) -> None:
    expected = {
        name: sum(name in point.payload.cameras for point in points)
        for name in ("gate", "hall", "yard")
    }
    assert filled.cameras() == expected
    assert list(filled.cameras()) == ["gate", "hall", "yard"]


def test_more_cameras_than_one_page(store: VectorStore) -> None:
    points = [
        replace(p, payload=p.payload.model_copy(update={"cameras": [f"camera {n:03}"]}))
        for n, p in enumerate(make_points(300))
    ]
    store.upsert(points)
    assert store.cameras() == {f"camera {n:03}": 1 for n in range(300)}


def test_a_range_of_time_needs_one_source_inside_it(store: VectorStore) -> None:
    point = make_points(1)[0]
    store.upsert(
        [replace(point, payload=point.payload.model_copy(update={"recorded_ms": [1000, 9000]}))]
    )
    assert store.count(Filter(recorded_from_ms=2000, recorded_until_ms=8000)) == 0
    assert store.count(Filter(recorded_from_ms=1000, recorded_until_ms=1001)) == 1
    assert store.count(Filter(recorded_until_ms=1000)) == 0
    assert store.count(Filter(recorded_from_ms=9000)) == 1
    assert store.count(Filter(recorded_from_ms=9001)) == 0


def test_an_empty_store_answers(store: VectorStore) -> None:
    query = np.ones(16, np.float32)
    assert store.count() == 0
    assert store.search("alan", query, limit=5) == []
    assert store.search_by_video("alan", query, videos=5) == []
    assert list(store.iter_points()) == []
    assert store.cameras() == {}
    store.upsert([])
    store.optimize()


@pytest.mark.parametrize(
    ("vectors", "error", "message"),
    [
        ({"alan": [1.0] * 15}, IndexMismatch, r"'alan' of shape \(15,\)"),
        ({"alan": [1.0] * 16, "smell": [1.0]}, IndexMismatch, "'smell'"),
        ({"alan": [np.nan] + [0.0] * 15}, ValueError, "not finite"),
        ({"audio": [np.inf] + [0.0] * 7}, ValueError, "not finite"),
    ],
)
def test_wrong_vectors_are_refused_before_anything_is_written(
    store: VectorStore, vectors: dict[str, list[float]], error: type[Exception], message: str
) -> None:
    good, bad = make_points(2)
    with pytest.raises(error, match=message):
        store.upsert([good, with_vectors(bad, **vectors)])
    assert store.count() == 0


def test_wrong_ids_and_scores_are_refused(store: VectorStore) -> None:
    point = make_points(1)[0]
    with pytest.raises(ValueError, match="lower-case UUID"):
        store.upsert([replace(point, id="7")])
    for anomaly, error in (({"alan": np.nan}, ValueError), ({'a"b': 1.0}, UserError)):
        payload = point.payload.model_copy(update={"anomaly": anomaly})
        with pytest.raises(error):
            store.upsert([replace(point, payload=payload)])
    assert store.count() == 0


def test_wrong_queries_are_refused(filled: VectorStore) -> None:
    with pytest.raises(IndexMismatch, match="'alan' of shape"):
        filled.search("alan", np.ones(8, np.float32), limit=1)
    with pytest.raises(IndexMismatch, match="'smell'"):
        filled.search_by_video("smell", np.ones(16, np.float32), videos=1)
    with pytest.raises(UserError, match="cannot be a detector"):
        filled.count(Filter(min_anomaly={"a.b": 1.0}))


def test_long_numbers_are_kept_to_twelve_digits_and_then_stay(store: VectorStore) -> None:
    point = make_points(1)[0]
    moved = {"start_s": 46.080000000000005, "anomaly": {"alan": 0.18751631487223186}}
    store.upsert([replace(point, payload=point.payload.model_copy(update=moved))])
    once = store.get([point.id])
    assert once[0].payload.start_s == 46.08
    assert once[0].payload.anomaly == {"alan": 0.187516314872}
    store.upsert(once)
    assert_same_points(store.get([point.id]), once)
