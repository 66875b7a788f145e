"""Part 9a: folds, held-out scores and what is made of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.compact.fights import (
    NUM_FOLDS,
    QUERIES,
    Scorer,
    assign_folds,
    average_precision,
    frame_differences,
    held_out_scores,
    measure_fights,
    roc_auc,
    train_baseline,
)
from benchmarks.compact.material import CALM, FIGHT, Clip, fight_clips
from tests.support.tiny_footage import write_video


def clip(number: int, *, source: str, is_fight: bool) -> Clip:
    return Clip(Path(f"{number}.mp4"), ("",), "fight" if is_fight else "calm", is_fight, source)


def clips_of(counts: dict[str, tuple[int, int]]) -> list[Clip]:
    """So many fights and other clips per source."""
    kinds = [(s, k < f) for s, (f, n) in counts.items() for k in range(f + n)]
    return [clip(i, source=s, is_fight=fight) for i, (s, fight) in enumerate(kinds)]


TEN = clips_of(dict.fromkeys("abcdefghij", (2, 2)))


def test_folds_keep_sources_whole_and_share_classes_evenly():
    folds = assign_folds(TEN)
    for fold in range(NUM_FOLDS):
        inside = [c for c, f in zip(TEN, folds, strict=True) if f == fold]
        assert len(inside) == 8
        assert sum(c.is_anomalous for c in inside) == 4
        assert len({c.source for c in inside}) == 2


def test_large_sources_go_first_and_equal_ones_by_name():
    clips = clips_of({"z": (6, 0), "y": (0, 6), "c": (1, 1), "b": (1, 1), "a": (1, 1)})
    folds = dict(zip([c.source for c in clips], assign_folds(clips).tolist(), strict=True))
    assert folds == {"y": 0, "z": 0, "a": 1, "b": 2, "c": 3}


def test_folds_do_not_depend_on_the_order_of_clips():
    order = np.random.default_rng(0).permutation(len(TEN))
    shuffled = assign_folds([TEN[i] for i in order])
    assert (shuffled == assign_folds(TEN)[order]).all()


def test_nobody_scores_a_source_that_it_was_trained_on():
    seen: list[set[str]] = []

    def train(clips: Sequence[Clip]) -> list[Scorer]:
        sources = {c.source for c in clips}
        seen.append(sources)

        def score(c: Clip) -> float:
            assert c.source not in sources
            return float(int(c.path.stem))

        return [score, lambda c: -score(c)]

    scores = held_out_scores(TEN, train, num_scorers=2)
    assert len(seen) == NUM_FOLDS
    assert all(len(sources) == 8 for sources in seen)
    numbers = np.arange(len(TEN))
    assert (scores == np.stack([numbers, -numbers])).all()


def test_measures_are_those_worked_out_by_hand():
    fights = np.array([c.is_anomalous for c in TEN])
    perfect = measure_fights(fights.astype(float), TEN)
    assert perfect.auc.pooled == perfect.ap.pooled == perfect.auc.mean_of_folds == 1.0
    assert perfect.auc.interval == (1.0, 1.0)
    assert perfect.num_fights == 20
    useless = measure_fights(np.zeros(40), TEN)
    assert useless.auc.pooled == 0.5
    assert useless.ap.pooled == 0.5


@pytest.mark.parametrize("seed", range(4))
def test_measures_are_scikit_learns(seed: int):
    rng = np.random.default_rng(seed)
    fights, scores = rng.random(50) < 0.4, rng.integers(0, 12, 50).astype(float)
    assert roc_auc(fights, scores) == pytest.approx(roc_auc_score(fights, scores))
    assert average_precision(fights, scores) == pytest.approx(
        average_precision_score(fights, scores)
    )


def test_pooling_sees_offsets_between_folds_and_folds_do_not():
    fights = np.array([c.is_anomalous for c in TEN])
    scores = fights + 10.0 * assign_folds(TEN)
    measured = measure_fights(scores, TEN)
    assert measured.auc.by_fold == (1.0,) * NUM_FOLDS
    # 20 x 20 pairs: 5 x 16 within a fold are right, and of the rest half
    assert measured.auc.pooled == pytest.approx((80 + 160) / 400)


def test_the_baseline_learns_what_its_features_show():
    def feature(c: Clip) -> np.ndarray:
        return np.array([5.0 * c.is_anomalous + int(c.path.stem) % 3, 1.0])

    (scorer,) = train_baseline(TEN[:20], features=feature)
    assert measure_fights(np.array([scorer(c) for c in TEN]), TEN).auc.pooled == 1.0


def test_frame_differences_see_what_moves(tmp_path: Path):
    video = write_video(tmp_path / "a.mp4", seconds=3)
    values = frame_differences(Clip(video, ("",), "calm", False, "a"))
    mean, spread, at_95, at_99, changed = values[:5]
    assert values.shape == (15,)
    assert np.isfinite(values).all()
    assert 0 < mean < at_95 <= at_99 <= 1
    assert spread > 0
    assert 2 * 144 / (48 * 64) / 2 < changed < 0.2  # a box of 12 x 12 comes and one goes
    assert (values[10:] >= values[:5]).all()


def test_the_words_asked_for_are_not_taught():
    assert not set(QUERIES) & {*FIGHT, *CALM}
    assert QUERIES[0] == "people fighting"
    assert len(set(QUERIES)) == 3


def test_the_five_folds_of_surv_fight(shared_data: Path):
    clips = fight_clips(shared_data.parent)
    folds = assign_folds(clips)
    fights = np.array([c.is_anomalous for c in clips])
    assert np.bincount(folds).tolist() == [46, 38, 37, 36, 38]
    assert np.bincount(folds, fights).astype(int).tolist() == [14, 24, 23, 21, 22]
    assert folds[[0, 50, 100, 150, 194]].tolist() == [1, 2, 4, 4, 0]
