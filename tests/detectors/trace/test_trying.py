"""A sentence on four directions of a plane, beside two traces."""

import numpy as np
import pytest

from detectors.trace.scoring import TraceSet
from detectors.trace.trying import Beaten, compare
from segments.errors import UserError


def at(*degrees: float) -> np.ndarray:
    turns = np.deg2rad(degrees)
    return np.stack([np.cos(turns), np.sin(turns)], axis=1).astype(np.float32)


NORMAL = TraceSet(("n", "m"), ("walk", "stand"), ("street",) * 2, (None,) * 2, at(0, 40))
ANOMALOUS = TraceSet(("a",), ("fight",), ("street",), ("fighting",), at(90))


def test_a_sentence_beside_the_bank() -> None:
    clips = at(0, 10, 60, 70, 90)
    trial = compare(at(60)[0], clips, NORMAL, ANOMALOUS, num_best=2)
    np.testing.assert_allclose(
        trial.similarities, np.cos(np.deg2rad([60, 50, 0, 10, 30])), atol=1e-6
    )
    # less similar: fight; fight; all three; all three; walk and stand
    np.testing.assert_allclose(trial.percentiles, np.array([1, 1, 3, 3, 2]) * 100 / 3, atol=1e-4)
    assert trial.best == (2,)  # the others are within eight clips of it
    assert trial.beaten_normal == (Beaten("stand", "street", None, 3),)
    assert trial.beaten_anomalous == (Beaten("fight", "street", "fighting", 4),)


def test_best_moments_lie_apart() -> None:
    clips = at(*[80] * 10, 0, 5, *[80] * 10, 10)
    trial = compare(at(0)[0], clips, NORMAL, ANOMALOUS, num_best=3)
    assert trial.best == (10, 22, 0)
    assert trial.beaten_normal == ()


def test_nothing_to_compare_with() -> None:
    nobody = TraceSet((), (), (), (), at())
    for clips, anomalous in ((at(), ANOMALOUS), (at(0), nobody)):
        with pytest.raises(UserError, match="a trial needs some of each"):
            compare(at(0)[0], clips, NORMAL, anomalous)
