from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.simulator.colours import COLOURS
from benchmarks.simulator.events import ANOMALOUS, EVENTS, things_at
from benchmarks.simulator.places import PLACES
from benchmarks.simulator.regions import regions
from benchmarks.simulator.render import render_frames
from benchmarks.simulator.sampling import Choice, sample_long_scene, sample_scene
from benchmarks.simulator.scenes import View

STEADY = View(noise=0.0, backdrop=1)
STREET = Choice(kind="walk", place="street", weather="clear", view=STEADY)


def motion(frames: list[np.ndarray]) -> float:
    steps = [np.abs(b.astype(int) - a.astype(int)).mean() for a, b in pairwise(frames)]
    return float(np.mean(steps))


def test_frames_have_the_scene_s_size_and_number():
    scene = replace(sample_scene(2, duration_s=2.0), width=160, height=120)
    frames = list(render_frames(scene))
    assert len(frames) == 25
    assert {(frame.shape, str(frame.dtype)) for frame in frames} == {((120, 160, 3), "uint8")}


def test_rendering_is_deterministic():
    scene = sample_scene(7, duration_s=1.0)
    first, second = list(render_frames(scene)), list(render_frames(scene))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("kind", EVENTS)
def test_every_kind_moves(kind: str):
    scene = replace(sample_scene(11, duration_s=3.0, kind=kind, view=STEADY), background=())
    frames = list(render_frames(replace(scene, weather="clear")))[5:30:5]
    assert motion(frames) > 0.05


@pytest.mark.parametrize("place", PLACES)
def test_no_two_places_look_alike(place: str):
    pictures = {
        name: next(render_frames(sample_scene(4, kind="walk", place=name, view=STEADY)))
        for name in (place, *(other for other in list(PLACES)[:4] if other != place))
    }
    mine = pictures.pop(place).astype(int)
    assert all(np.abs(mine - other).mean() > 8 for other in pictures.values())


def test_night_is_darker_than_day():
    levels = [
        next(render_frames(sample_scene(4, time=time, **STREET))).mean()
        for time in ("day", "dusk", "night")
    ]
    assert levels[0] > 1.1 * levels[1] > 1.3 * levels[2]


@pytest.mark.parametrize("colour", ["red", "blue", "green", "yellow"])
def test_a_region_shows_the_colour_it_names(colour: str):
    scene = sample_scene(6, time="day", **STREET)
    actor = replace(scene.event.cast[0], colour=colour, legs="grey")
    event = replace(scene.event, cast=(actor,), direction="right")
    scene = replace(scene, event=event, background=())
    time_s = (event.start_s + event.end_s) / 2
    (region,) = regions(scene, time_s)
    assert colour in region.caption
    left, top, right, bottom = (round(v) for v in region.box)
    frame = list(render_frames(scene))[round(time_s * scene.fps)].astype(int)
    inside = np.abs(frame[top:bottom, left:right] - COLOURS[colour]).max(axis=2) < 40
    everywhere = np.abs(frame - COLOURS[colour]).max(axis=2) < 40
    assert inside.sum() > 100
    assert inside.sum() > 0.95 * everywhere.sum()


def test_regions_lie_within_the_picture():
    scene = sample_scene(16, kind="stampede", place="bank")
    for time_s in np.arange(0, 6, 0.5).tolist():
        for region in regions(scene, time_s):
            left, top, right, bottom = region.box
            assert 0 <= left < right <= 320
            assert 0 <= top < bottom <= 240


def test_someone_walking_to_the_left_does_so():
    scene = replace(sample_scene(3, kind="walk", place="street"), background=())
    for direction, sign in (("left", -1), ("right", 1)):
        turned = replace(scene, event=replace(scene.event, direction=direction))
        early, late = (things_at(turned, t)[0].at[0] for t in (2.0, 4.0))
        assert sign * (late - early) == pytest.approx(2 * 1.3)


def test_nobody_walks_through_the_shelves():
    scene = sample_long_scene(5, duration_s=50, kind="robbery", place="shop")
    for time_s in np.arange(0, 50, 0.5).tolist():
        assert all(abs(thing.at[0]) <= 1.5 + 0.6 for thing in things_at(scene, time_s))


def test_everything_is_over_at_the_end():
    """Nobody lies about, and nothing burns, 9 s after an anomalous event of a long scene."""
    for spec in ANOMALOUS:
        scene = replace(sample_long_scene(2, duration_s=60, kind=spec.kind), background=())
        left = things_at(scene, scene.event.end_s + 9)
        assert all(getattr(thing, "is_fixed", False) for thing in left), spec.kind
