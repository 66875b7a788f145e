import pytest

from search_api.queries.events import Event, gather
from tests.support.candidates import candidate


def spans(events: list[Event]) -> list[tuple[float, float, int]]:
    return [(event.span.start_s, event.span.end_s, event.merged) for event in events]


def test_overlapping_moments_are_one_event_with_the_best_score() -> None:
    (event,) = gather([candidate(5, 4.0, anomaly=0.2), candidate(0, 3.0), candidate(10, 2.0)])
    assert spans([event]) == [(0, 20, 3)]
    assert event.best.score == 4.0


def test_an_event_takes_the_highest_anomaly() -> None:
    (event,) = gather([candidate(5, 4.0, anomaly=0.2), candidate(0, 3.0, anomaly=0.7)])
    assert event.payload.anomaly == {"alan": 0.7}
    assert (event.payload.start_s, event.payload.end_s) == (0, 15)


def test_a_moment_that_stands_out_less_than_half_as_much_is_another_hit() -> None:
    events = gather([candidate(5, 4.0), candidate(0, 1.9), candidate(10, 2.0)])
    assert spans(events) == [(5, 20, 2), (0, 10, 1)]


def test_moments_that_only_touch_do_not_overlap() -> None:
    assert spans(gather([candidate(0, 2.0), candidate(10, 2.0)])) == [(0, 10, 1), (10, 20, 1)]


def test_a_moment_between_two_events_makes_them_one() -> None:
    events = gather([candidate(0, 4.0), candidate(15, 3.5), candidate(7, 3.0)])
    assert spans(events) == [(0, 25, 3)]


def test_moments_of_other_videos_are_other_events() -> None:
    assert len(gather([candidate(0, 4.0), candidate(0, 4.0, video="b")])) == 2


def test_moments_below_the_usual_are_merged_by_the_same_distance() -> None:
    assert spans(gather([candidate(0, -1.0), candidate(5, -1.5)])) == [(0, 15, 2)]
    assert len(gather([candidate(0, -1.0), candidate(5, -1.6)])) == 2


def test_nothing_is_merged_on_demand() -> None:
    assert len(gather([candidate(0, 4.0), candidate(5, 4.0)], merge=False)) == 2


@pytest.mark.parametrize(("most", "expected"), [(1, ["a", "b"]), (2, ["a", "a", "b"])])
def test_no_more_than_so_many_of_a_video(most: int, expected: list[str]) -> None:
    found = [
        candidate(0, 4.0),
        candidate(30, 3.0),
        candidate(60, 2.0),
        candidate(0, 1.0, video="b"),
    ]
    events = gather(found, per_video=most)
    assert [event.best.payload.video_id[0] for event in events] == expected
