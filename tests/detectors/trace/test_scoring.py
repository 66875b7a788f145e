"""Scores against traces, by hand."""

import math

import numpy as np
import pytest

from detectors.trace.scoring import SHARE_TAU, TraceSet, nearest, score
from detectors.trace.sentences import Trace
from segments.errors import UserError


def traces(vectors: list[list[float]], *, anomalous: bool = False) -> TraceSet:
    kind = "fighting" if anomalous else None
    rows = [
        Trace(f"{kind or 'normal'} sentence {n}", f"place {n % 2}", anomalous, kind)
        for n in range(len(vectors))
    ]
    return TraceSet.of(rows, np.array(vectors, np.float32))


NORMAL = traces([[1, 0], [0, 2]])
ANOMALOUS = traces([[-1, 0], [3, 4], [0, -1]], anomalous=True)
Z = np.array([[1, 0], [0.6, 0.8]], np.float32)


def test_vectors_are_scaled_to_length_1() -> None:
    np.testing.assert_allclose(ANOMALOUS.vectors, [[-1, 0], [0.6, 0.8], [0, -1]], atol=1e-7)


def test_the_difference_of_the_maxima() -> None:
    found = score(Z, NORMAL, ANOMALOUS, rule="difference")
    # Clip 0: 0.6 against 1; clip 1: 1 against 0.8.
    np.testing.assert_allclose(found.scores, [-0.4, 0.2], atol=1e-6)
    assert found.scores.dtype == np.float32


@pytest.mark.parametrize(("counted", "last"), [(None, math.exp(-1 / SHARE_TAU)), (2, 0.0)])
def test_the_share_of_the_softmax(counted: int | None, last: float) -> None:
    found = score(Z[:1], NORMAL, ANOMALOUS, counted=counted)
    normal = math.exp(1 / SHARE_TAU) + 1
    anomalous = math.exp(0.6 / SHARE_TAU) + 1 + last
    assert found.scores[0] == pytest.approx(anomalous / (normal + anomalous), rel=1e-5)


def test_the_nearest_traces_are_named_nearest_first() -> None:
    found = score(Z, NORMAL, ANOMALOUS, k=2)
    assert found.normal_ids == (NORMAL.ids, NORMAL.ids[::-1])
    np.testing.assert_allclose(found.normal_sims, [[1, 0], [0.8, 0.6]], atol=1e-6)
    assert found.anomalous_ids[1] == (ANOMALOUS.ids[1], ANOMALOUS.ids[0])
    np.testing.assert_allclose(found.anomalous_sims[1], [1, -0.6], atol=1e-6)


def test_fewer_traces_than_k_are_all_named() -> None:
    found = score(Z, NORMAL, ANOMALOUS, k=5)
    assert [len(names) for names in found.anomalous_ids] == [3, 3]
    assert found.normal_sims.shape == (2, 2)


def test_equal_cosines_keep_the_order_of_the_bank() -> None:
    rows, _ = nearest(np.array([[0, 1]], np.float32), np.array([[1, 0], [-1, 0]], np.float32), 2)
    assert rows.tolist() == [[0, 1]]


def test_k_changes_the_explanation_and_not_the_score() -> None:
    one, five = (score(Z, NORMAL, ANOMALOUS, k=k).scores for k in (1, 5))
    np.testing.assert_array_equal(one, five)


def test_contexts_are_chosen() -> None:
    kept = ANOMALOUS.of_contexts(["place 0"])
    assert kept.ids == (ANOMALOUS.ids[0], ANOMALOUS.ids[2])
    assert kept.kinds == ("fighting", "fighting")


def test_an_empty_set_is_refused() -> None:
    with pytest.raises(UserError, match="choose more contexts"):
        score(Z, NORMAL.of_contexts([]), ANOMALOUS)
