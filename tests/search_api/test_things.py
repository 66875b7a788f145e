"""Reasons that are things in the picture: said, drawn, and carried by hits."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from cli.plots import describe_reasons
from cli.tables import curve_csv, hits_csv, oddest_thing, reasons_table
from detectors.trace.traces import load_bank
from search_api.curve_picture import draw_curve
from search_api.curve_regions import Peak, warmed
from search_api.explaining import Explainer
from search_api.requests import SearchRequest
from search_api.schemas import Curve, Explanation, RegionReason
from search_api.searching import Searcher
from search_api.stretches import describe_region, stretches, strongest
from segments.catalog import Catalog
from segments.library import Library
from segments.reasons import Nearest, ReasonStore, ReasonTrack
from segments.region_reasons import RegionReasons, RegionReasonStore, RegionReasonTrack
from segments.scores import AnomalyTrack
from segments.sentences import SentenceTable, number_of
from segments.store.opening import open_store
from segments.tracks import TrackStore
from tests.support.small_library import GATE, TinyProfile, make_library

NAME = "local_patterns"
FIGHT = "Two people fight."
DOG = "A dog runs."
TIMES = np.array([0.0, 4.0, 9.0])


def thing(**changes: object) -> RegionReason:
    facts = {
        "box": (0.25, 0.5, 0.5, 1.0),
        "time_s": 4.5,
        "track": 7,
        "caption": DOG,
        "is_carried": False,
        "score": 2.0,
        "appearance": 0.5,
        "motion": 1.5,
    }
    return RegionReason.model_validate(facts | changes)


def explain(start_s: float, score: float, *things: RegionReason) -> Explanation:
    return Explanation(
        detector=NAME,
        start_s=start_s,
        end_s=start_s + 1,
        score=score,
        anomalous=[],
        normal=[],
        regions=list(things),
    )


def curve(explanations: list[Explanation]) -> Curve:
    return Curve(
        video="/footage/a.mp4",
        video_id=GATE,
        camera="gate",
        start_time=None,
        duration_s=float(len(explanations)),
        detector=NAME,
        pts_s=[one.start_s for one in explanations],
        end_s=float(len(explanations)),
        scores=[one.score for one in explanations],
        explanations=explanations,
    )


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Nothing, then a dog and something nameless, then the nameless alone."""
    made = make_library(tmp_path / "library")
    boxes = np.zeros((3, 2, 4), np.float32)
    boxes[1] = [[0.25, 0.5, 0.5, 1.0], [0.0, 0.0, 0.125, 0.25]]
    boxes[2, 0] = boxes[1, 1]
    errors = np.zeros((3, 2, 3), np.float32)
    errors[1] = [[0.5, 1.5, 0.0], [0.25, 0.0, 0.0]]
    errors[2, 0] = [0.125, 0.125, 0.25]
    acts = np.zeros((3, 2), np.uint64)
    acts[2, 0] = number_of(FIGHT)
    things = RegionReasons(
        counts=np.array([0, 2, 1], np.uint8),
        shown_s=np.array([[0, 0], [4.5, 5.0], [9.5, 0]]),
        boxes=boxes,
        tracks=np.array([[0, 0], [7, 8], [8, 0]], np.int32),
        captions=np.array([[0, 0], [number_of(DOG), 0], [0, 0]], np.uint64),
        is_carried=np.array([[False] * 2, [True, False], [False] * 2]),
        errors=errors,
        acts=acts,
        heat=np.arange(3, dtype=np.uint8)[:, None, None, None]
        .repeat(2, 1)
        .repeat(8, 2)
        .repeat(8, 3),
    )
    reasons = RegionReasonTrack(NAME, TIMES, 15.36, things)
    RegionReasonStore(made.tracks).append(GATE, reasons)
    scores = np.array([0.0, 2.0, 0.25], np.float32)
    TrackStore(made.tracks).append(GATE, AnomalyTrack(NAME, scores, TIMES, 15.36))
    with SentenceTable(made) as table:
        table.add([DOG, FIGHT])
    return made


def test_things_are_said_with_their_shares(library: Library) -> None:
    nothing, both, one = Explainer(library).of_track(GATE, NAME)
    assert (nothing.regions, nothing.anomalous, nothing.normal) == ([], [], [])
    dog, nameless = both.regions
    assert dog == thing(is_carried=True)
    assert (nameless.caption, nameless.score, nameless.motion_share) == ("", 0.25, 0.0)
    assert [(r.track, r.act, r.motion_share, r.score) for r in one.regions] == [
        (8, FIGHT, 0.25, 0.5)
    ]
    assert describe_region(dog) == (
        "A dog runs (as it looked before), motion 75 %, appearance 25 %; "
        "25–50 % across, 50–100 % down"
    )
    assert describe_region(nameless) == ("appearance 100 %; 0–12 % across, 0–25 % down")
    assert describe_region(one.regions[0]) == (
        "Two people fight, acts 50 %, motion 25 %, appearance 25 %; 0–12 % across, 0–25 % down"
    )
    heat = Explainer(library).heat_of(GATE, dog)
    assert heat is not None
    assert heat.tolist() == [[1] * 8] * 8
    assert Explainer(library).heat_of(GATE, thing(time_s=1.0)) is None


def test_a_hit_carries_the_oddest_thing_beside_the_nearest_trace(library: Library) -> None:
    trace = load_bank()["prison block"].anomalous[0]
    side = Nearest(np.full((3, 1), int(trace.id, 16), np.uint64), np.zeros((3, 1), np.float32))
    found = search(library)
    assert found.explanation is not None
    assert (found.explanation.detector, found.explanation.score) == (NAME, 2.0)
    ReasonStore(library.tracks).append(GATE, ReasonTrack("trace", TIMES, 15.36, side, side))
    scores = np.array([0.9, 0.0, 0.0], np.float32)
    TrackStore(library.tracks).append(GATE, AnomalyTrack("trace", scores, TIMES, 15.36))
    hit = search(library)
    assert hit.explanation is not None
    assert (hit.explanation.detector, hit.explanation.start_s) == ("trace", 0.0)
    assert hit.explanation.anomalous[0].text == trace.text
    assert [region.track for region in hit.explanation.regions] == [7, 8]
    assert oddest_thing(hit).startswith("A dog runs (as it looked before), motion 75 %")
    header, row = hits_csv([hit]).splitlines()
    assert header.endswith(",nearest_trace,oddest_thing")
    assert "A dog runs" in row
    ranks, reasons = (list(column.cells) for column in reasons_table([hit]).columns)
    assert ranks == [str(hit.rank), ""]
    assert str(reasons[0]) == f"{trace.text} ({trace.kind}, prison block)"
    assert str(reasons[1]) == oddest_thing(hit)


def search(library: Library):
    store = open_store(library)
    with Catalog(library) as catalog:
        found = Searcher(library, store, catalog, TinyProfile()).search(SearchRequest(text="fire"))
    store.close()
    return next(hit for hit in found.hits if (hit.video_id, hit.start_s) == (GATE, 0.0))


def test_a_stretch_is_as_long_as_its_thing_is_the_oddest() -> None:
    other = thing(track=8, score=1.0)
    rows = [
        explain(0, 1.0, thing()),
        explain(1, 2.0, thing()),
        explain(2, 0.0),
        explain(3, 0.5, other),
        explain(4, 0.75, other, thing()),
    ]
    found = stretches(rows)
    assert [(one.start_s, one.end_s, one.score) for one in found] == [(0, 2, 2.0), (3, 5, 0.75)]


def test_peaks_of_things_lie_apart() -> None:
    rows = [explain(s, float(10 - s), thing(track=s)) for s in range(9)]
    assert [one.start_s for one in strongest(stretches(rows), 9)] == [0, 4, 8]


def test_the_terminal_and_the_csv_name_things() -> None:
    rows = curve([explain(0, 0.0), explain(1, 2.0, thing(), thing(track=9, score=0.5, caption=""))])
    lines = describe_reasons(rows)
    assert lines[0] == "why: the 1 highest of 1 stretches, in time order"
    assert lines[2] == f"    2.000  {describe_region(thing())}"
    assert lines[3].startswith("    0.500  motion")
    header, empty, full = curve_csv(rows).splitlines()
    assert header == "pts_s,end_s,score,act,caption,appearance,motion,odds,left,top,right,bottom"
    assert empty == "0.0,1.0,0.0,,,,,,,,,"
    assert full == "1.0,2.0,2.0,,A dog runs.,0.5,1.5,0.0,0.25,0.5,0.5,1.0"


def test_nothing_is_said_of_nothing() -> None:
    assert describe_reasons(curve([explain(0, 0.0), explain(1, 0.0)])) == [
        "why: nothing was seen that moves or is new"
    ]


def test_heat_lies_over_the_box_alone() -> None:
    grey = np.full((8, 8, 3), 100, np.uint8)
    heat = np.full((4, 4), 255, np.uint8)
    hot = warmed(grey, (0.25, 0.5, 0.5, 1.0), heat)
    inside = np.zeros((8, 8), bool)
    inside[4:8, 2:4] = True
    assert (hot[~inside] == 100).all()
    expected = [round(0.55 * 100 + 0.45 * c) for c in (255, 70, 20)]
    np.testing.assert_allclose(hot[inside], [expected] * 8, atol=1)
    corner = warmed(grey, (1.0, 1.0, 1.0, 1.0), heat)  # a box of no size at the very edge
    np.testing.assert_array_equal(corner, grey)


def test_the_picture_shows_each_peak_with_its_box() -> None:
    rows = [explain(s, 1.0 + s, thing(track=s)) for s in (0, 1, 2, 3, 4, 5, 6, 7)]
    found = strongest(stretches(rows), 5)
    peaks = [Peak(one, np.zeros((90, 160, 3), np.uint8), None) for one in found]
    figure = draw_curve(curve(rows), [], [*peaks[:-1], Peak(found[-1], None, None)])
    panels = figure.axes[-1]
    boxes = [p for p in panels.patches if isinstance(p, Rectangle) and not p.get_fill()]
    assert len(boxes) == len(found) - 1 == 1
    (image,) = panels.images
    left, right, bottom, top = image.get_extent()
    assert (right - left) / (top - bottom) == pytest.approx(160 / 90)
    assert boxes[0].get_width() == pytest.approx((right - left) / 4)
    assert boxes[0].get_height() == pytest.approx((top - bottom) / 2)
    texts = {text.get_text() for text in panels.texts}
    assert {"motion 75 %, appearance 25 %", "A dog runs.", "file not found"} <= texts
