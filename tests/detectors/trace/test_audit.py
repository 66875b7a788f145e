"""The audit on windows in a plane, whose cosines can be read off the angles."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.trace.audit import audit
from detectors.trace.audit_records import LabelledEvent, Windows
from detectors.trace.scoring import TraceSet
from segments.errors import UserError
from segments.spans import TimeSpan

WALK, FIGHT = 0.0, 90.0
"""Degrees of the two traces' vectors."""


def at(*degrees: float) -> np.ndarray:
    """Unit vectors of a plane, with a third direction that no sentence has."""
    turns = np.deg2rad(degrees)
    return np.stack([np.cos(turns), np.sin(turns), np.zeros(len(turns))], 1).astype(np.float32)


def traces(text: str, degrees: float, context: str = "street", kind: str | None = None) -> TraceSet:
    return TraceSet((f"id of {text}",), (text,), (context,), (kind,), at(degrees))


def joined(*sets: TraceSet) -> TraceSet:
    return TraceSet(
        *(sum((getattr(s, name) for s in sets), ()) for name in ("ids", "texts", "contexts")),
        sum((s.kinds for s in sets), ()),
        np.concatenate([s.vectors for s in sets]),
    )


NORMAL = traces("people walk", WALK)
ANOMALOUS = traces("people fight", FIGHT, kind="fighting")


def windows(vectors: np.ndarray, *, video: str = "a") -> Windows:
    """One after another, 5 s each."""
    spans = tuple(TimeSpan(5.0 * n, 5.0 * n + 5.0) for n in range(len(vectors)))
    return Windows((video,) * len(vectors), spans, vectors, ((),) * len(vectors))


def test_without_labels_the_least_decided_windows_come_first() -> None:
    found = audit(windows(at(0, 50, 90, 40, 44)), NORMAL, ANOMALOUS, limit=3)
    assert [window.start_s for window in found.windows] == [20.0, 5.0, 15.0]
    least = found.windows[0]
    cos, sin = np.cos(np.deg2rad(44)), np.sin(np.deg2rad(44))
    assert least.score == pytest.approx(sin - cos, abs=1e-6)
    assert [(n.text, n.similarity) for n in least.normal] == [
        ("people walk", pytest.approx(cos, abs=1e-6))
    ]
    assert [(n.kind, n.similarity) for n in least.anomalous] == [
        ("fighting", pytest.approx(sin, abs=1e-6))
    ]
    assert least.share_above == pytest.approx(2 / 5)
    assert (found.num_events, found.num_windows) == (None, 5)


def test_of_labelled_events_the_missed_ones_are_listed() -> None:
    # 20 windows that score lowest, one found event at 90 degrees, one missed at 10
    shown = windows(at(*[1.0] * 20, 90, 10, 5))
    events = [
        LabelledEvent("a", TimeSpan(101.0, 104.0)),
        LabelledEvent("a", TimeSpan(106.0, 113.0)),
    ]
    found = audit(shown, NORMAL, ANOMALOUS, events=events)
    assert (found.num_events, len(found.windows)) == (2, 0)  # 1 of 23 above is within 5 %
    crowded = windows(at(*[1.0] * 20, 90, 89, 10, 5))
    missed = [LabelledEvent("a", TimeSpan(111.0, 118.0)), events[0]]
    found = audit(crowded, NORMAL, ANOMALOUS, events=missed)
    assert [(w.start_s, w.end_s) for w in found.windows] == [(110.0, 115.0)]
    assert found.windows[0].share_above == pytest.approx(2 / 24)


def test_an_event_that_no_window_shows() -> None:
    shown = windows(at(0, 10))
    for event in (
        LabelledEvent("b", TimeSpan(0.0, 5.0)),
        LabelledEvent("a", TimeSpan(10.0, 12.0)),
    ):
        with pytest.raises(UserError, match=f"no window of {event.video} overlaps"):
            audit(shown, NORMAL, ANOMALOUS, events=[event])


def test_windows_far_from_every_sentence_are_gaps_by_sort() -> None:
    """28 windows lie 0 to 20 degrees from a sentence; three point out of the plane, two of them
    the same way, the third the other."""
    near = at(*np.linspace(0, 20, 14), *np.linspace(70, 90, 14))
    out = np.array([(0.1, 0, 0.995), (0.0, 0.1, 0.995), (0.3, 0, -0.954)], np.float32)
    shown = windows(np.concatenate([near, out]))
    found = audit(shown, NORMAL, ANOMALOUS)
    assert found.usual_nearness == pytest.approx(np.cos(np.deg2rad(10)), abs=0.01)
    assert [gap.num_windows for gap in found.gaps] == [2, 1]
    assert [gap.nearness for gap in found.gaps] == pytest.approx([0.1, 0.3], abs=1e-6)
    assert found.gaps[0].farthest.start_s in (140.0, 145.0)
    assert (found.gaps[1].farthest.start_s, found.gaps[1].videos) == (150.0, ("a",))
    covered = audit(windows(near), NORMAL, ANOMALOUS)
    assert covered.gaps == ()


def test_a_window_is_scored_by_the_contexts_of_its_camera() -> None:
    normal = joined(NORMAL, traces("boxers spar", FIGHT, "gym"))
    anomalous = joined(ANOMALOUS, traces("a weight falls", WALK, "gym", "hazard"))
    shown = replace(windows(at(90, 90)), contexts=(("street",), ("gym",)))
    found = {w.start_s: w for w in audit(shown, normal, anomalous).windows}
    assert found[0.0].score == pytest.approx(1.0, abs=1e-6)
    assert found[5.0].score == pytest.approx(-1.0, abs=1e-6)
    assert [near.text for near in found[5.0].normal] == ["boxers spar"]
    with pytest.raises(UserError, match="in bar: add some"):
        audit(replace(shown, contexts=(("bar",), ("gym",))), normal, anomalous)


def test_an_empty_library() -> None:
    with pytest.raises(UserError, match="no window to audit"):
        audit(windows(at()), NORMAL, ANOMALOUS)
