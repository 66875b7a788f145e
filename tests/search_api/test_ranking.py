import pytest

from search_api.ranking import Ranked, best_first, fuse


def test_reciprocal_ranks_add_up() -> None:
    fused = fuse({"text": ["a", "b", "c"], "sound": ["c", "a"]})
    assert [point.id for point in fused] == ["a", "c", "b"]
    assert fused[0].parts == {"rank.text": 1 / 61, "rank.sound": 1 / 62}
    assert [point.score for point in fused] == pytest.approx(
        [1 / 61 + 1 / 62, 1 / 63 + 1 / 61, 1 / 62], abs=1e-15
    )


def test_a_small_k_lets_the_first_place_win() -> None:
    rankings = {"x": ["a", "b"], "y": ["c", "b"]}
    assert fuse(rankings, k=60)[0].id == "b"
    assert [point.id for point in fuse(rankings, k=0)] == ["a", "b", "c"]


def test_equal_scores_go_by_id() -> None:
    assert [point.id for point in fuse({"x": ["b"], "y": ["a"]})] == ["a", "b"]
    tied = [Ranked("z", {"p": 0.5}), Ranked("a", {"p": 0.2, "q": 0.3}), Ranked("m", {"p": 0.9})]
    assert [point.id for point in best_first(tied)] == ["m", "a", "z"]


def test_nothing_fused_is_nothing() -> None:
    assert fuse({}) == fuse({"x": []}) == []
