import numpy as np
import pytest

from search_api.curve_reasons import spread
from search_api.schemas import Explanation, Reason
from search_api.stretches import describe_reason, stretches, strongest


def explain(start_s: float, text: str, score: float) -> Explanation:
    return Explanation(
        detector="trace",
        start_s=start_s,
        end_s=start_s + 2,
        score=score,
        anomalous=[Reason(text=text, context="bank", kind="robbery", similarity=score / 2)],
        normal=[Reason(text=f"{text} not", context="hall", kind=None, similarity=0.25)],
    )


ROWS = [
    explain(0, "masks", 0.5),
    explain(2, "masks", 0.75),
    explain(4, "smoke", 0.25),
    explain(6, "masks", 0.625),
]


def test_a_stretch_has_the_reasons_of_its_highest_time() -> None:
    found = stretches(ROWS)
    assert [(one.start_s, one.end_s, one.score) for one in found] == [
        (0, 4, 0.75),
        (4, 6, 0.25),
        (6, 8, 0.625),
    ]
    assert found[0].anomalous[0].similarity == 0.375
    assert stretches([]) == []


def test_the_strongest_are_in_time_order() -> None:
    found = stretches(ROWS)
    assert strongest(found, 2) == [found[0], found[2]]
    assert strongest(found, 9) == found
    equal = [explain(start, "masks", 0.5) for start in (0, 2, 4)]
    assert strongest(equal, 2) == equal[:2]


def test_reasons_name_their_kind_and_place() -> None:
    assert describe_reason(ROWS[0].anomalous[0]) == "masks (robbery, bank)"
    assert describe_reason(ROWS[0].normal[0]) == "masks not (normal, hall)"
    gone = Reason(text="(gone)", context="", kind=None, similarity=0.5)
    assert describe_reason(gone) == "(gone) (normal)"


def test_marks_lie_apart_and_inside() -> None:
    for places, expected in (
        ([0.2, 0.8], [0.2, 0.8]),
        ([0.0, 0.5, 0.55, 0.9], [0.05, 0.5, 0.6, 0.9]),
        ([0.3, 0.97, 0.99], [0.3, 0.85, 0.95]),
        ([], []),
    ):
        assert spread(np.array(places), 0.1).tolist() == pytest.approx(expected)
