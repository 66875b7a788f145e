"""A, then B: by positions in a video, by the wall clock, at the same camera or any."""

import pytest

from search_api.queries.candidates import Candidate
from search_api.queries.sequences import gap_s, pair
from search_api.requests import Then
from tests.support.candidates import candidate


def then(within_s: float = 30.0, *, same_camera: bool = True) -> Then:
    return Then(text="b", within_s=within_s, same_camera=same_camera)


def ids(pairs: list[Candidate]) -> list[tuple[str, str]]:
    return [(one.id, one.followed.id) for one in pairs if one.followed]


def test_a_pair_is_as_good_as_its_weaker_moment_and_a_little_better_for_the_other() -> None:
    (found,) = pair([candidate(0, 2.0)], [candidate(20, 1.5)], then())
    assert ids([found]) == [("a/0", "a/20")]
    assert found.parts == pytest.approx({"first": 0.2, "then": 1.5})
    assert found.score == pytest.approx(1.7)
    assert found.followed is not None
    assert gap_s(found, found.followed) == 10.0


@pytest.mark.parametrize(
    ("start_s", "follows"), [(0, False), (4.9, False), (5, True), (40, True), (40.1, False)]
)
def test_the_second_begins_in_the_firsts_second_half_or_up_to_so_long_after_its_end(
    start_s: float, follows: bool
) -> None:
    assert bool(pair([candidate(0, 1.0)], [candidate(start_s, 1.0)], then(30))) is follows


def test_the_best_second_is_taken_and_the_best_pair_comes_first() -> None:
    firsts = [candidate(100, 3.0), candidate(0, 2.0)]
    seconds = [candidate(15, 1.0), candidate(20, 5.0), candidate(110, 1.0)]
    assert ids(pair(firsts, seconds, then())) == [("a/0", "a/20"), ("a/100", "a/110")]


def test_another_video_of_the_camera_follows_by_the_wall_clock() -> None:
    first = candidate(50, 1.0, camera="gate", after_noon_s=0)  # ends at 12:01:00
    soon = candidate(0, 1.0, video="b", camera="gate", after_noon_s=80)
    late = candidate(0, 9.0, video="c", camera="gate", after_noon_s=91)
    (found,) = pair([first], [soon, late], then(30))
    assert ids([found]) == [("a/50", "b/0")]
    assert gap_s(first, soon) == 20.0


def test_another_camera_follows_only_where_any_may() -> None:
    first = candidate(0, 1.0, camera="gate", after_noon_s=0)
    other = candidate(0, 1.0, video="b", camera="yard", after_noon_s=20)
    assert pair([first], [other], then()) == []
    assert ids(pair([first], [other], then(same_camera=False))) == [("a/0", "b/0")]


def test_an_unknown_camera_is_the_same_as_none() -> None:
    first = candidate(0, 1.0, after_noon_s=0)
    assert pair([first], [candidate(0, 1.0, video="b", after_noon_s=20)], then()) == []


def test_videos_of_unknown_time_do_not_follow_each_other() -> None:
    first = candidate(0, 1.0, camera="gate", after_noon_s=0)
    other = candidate(15, 1.0, video="b", camera="gate")
    assert pair([first], [other], then(same_camera=False)) == []


def test_nothing_follows_nothing() -> None:
    assert pair([], [candidate(0, 1.0)], then()) == pair([candidate(0, 1.0)], [], then()) == []
