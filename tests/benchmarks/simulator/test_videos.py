import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.simulator.crimes import UCF_CRIME, crime_of
from benchmarks.simulator.events import EVENTS, FURNISHED, NORMAL, perform
from benchmarks.simulator.long_events import HABITS
from benchmarks.simulator.programme import programme
from benchmarks.simulator.props import Prop
from benchmarks.simulator.regions import event_boxes
from benchmarks.simulator.render import Renderer
from benchmarks.simulator.sampling import sample_scene
from benchmarks.simulator.scenes import Actor, Event, Scene, View, frame_labels
from benchmarks.simulator.videos import FPS, sample_video

STEADY = View(noise=0.0, backdrop=1)


def hand_made(*background: Event) -> Scene:
    """A fight of two people from 10 to 20 s before a street."""
    cast = (Actor("man", "red", "grey"), Actor("man", "blue", "black"))
    fight = Event("fight", 10.0, 20.0, True, cast, "right")
    return Scene(1, "street", "day", "clear", STEADY, fight, background, duration_s=64.0, fps=FPS)


def test_a_seed_is_a_video():
    assert sample_video(6) == sample_video(6)
    assert sample_video(6) != sample_video(8)


def test_a_video_survives_json():
    scene = sample_video(3)
    assert Scene.from_dict(json.loads(json.dumps(scene.to_dict()))) == scene


def test_videos_last_one_to_five_minutes_with_up_to_two_events():
    scenes = [video.scene for video in programme("test", 250)]
    lengths = np.array([scene.duration_s for scene in scenes])
    assert lengths.min() >= 60 - 0.32
    assert lengths.max() <= 300 + 0.32
    assert 80 < lengths.mean() < 100
    numbers = np.bincount([len(scene.anomalies) for scene in scenes])
    assert len(numbers) == 3
    assert numbers.min() > 15
    for scene in scenes:
        assert scene.sound is not None
        assert all(4 <= e.start_s < e.end_s <= scene.duration_s - 3 for e in scene.anomalies)


def test_the_test_split_has_all_kinds_of_ucf_crime_and_daily_life():
    scenes = [video.scene for video in programme("test", 250)]
    kinds = {event.kind for scene in scenes for event in scene.anomalies}
    assert {crime_of(kind) for kind in kinds} == set(UCF_CRIME)
    assert len(UCF_CRIME) == 13
    normal = {e.kind for scene in scenes for e in scene.events if not e.is_anomalous}
    assert normal == {spec.kind for spec in (*NORMAL, *HABITS)}


def test_a_kind_that_ucf_crime_does_not_know_has_no_name():
    assert crime_of("walk") is None
    assert crime_of("crash") == "RoadAccidents"


@pytest.mark.parametrize("crime", UCF_CRIME)
def test_every_crime_looks_like_no_other(crime: str):
    pictures = {name: _middle(kinds[0]) for name, kinds in UCF_CRIME.items()}
    mine = pictures.pop(crime).astype(int)
    differences = [(np.abs(mine - other).max(axis=2) > 30).sum() for other in pictures.values()]
    assert min(differences) > 100


def _middle(kind: str) -> np.ndarray:
    place = "shop" if kind == "shoplifting" else "street"
    weather = "indoor" if kind == "shoplifting" else "clear"
    time = "lit" if kind == "shoplifting" else "day"
    scene = sample_scene(4, kind=kind, place=place, time=time, weather=weather, view=STEADY)
    renderer = Renderer(replace(scene, background=()))
    time_s = 0.4 * scene.event.start_s + 0.6 * scene.event.end_s
    return renderer.draw(renderer.visible(time_s), time_s)


@pytest.mark.parametrize("kind", EVENTS)
def test_what_stands_about_is_known(kind: str):
    scene = sample_scene(9, kind=kind)
    things = perform(scene.event, scene.place, scene.event.start_s - 20)
    has_furniture = any(isinstance(thing, Prop) and thing.is_fixed for thing in things)
    assert has_furniture == (kind in FURNISHED)


def test_labels_are_true_in_every_anomalous_event():
    cast = (Actor("man", "green", "grey"),)
    second = Event("graffiti", 30.0, 40.0, True, cast, "left")
    passer = Event("walk", 50.0, 55.0, False, cast, "left")
    labels = frame_labels(hand_made(passer, second), np.array([9.9, 10, 20, 30, 39.9, 52]))
    assert labels.tolist() == [False, True, False, True, True, False]
    assert [event.kind for event in hand_made(passer, second).anomalies] == ["fight", "graffiti"]


def test_the_box_of_an_event_holds_those_who_take_part():
    scene = hand_made()
    ((event, box),) = event_boxes(scene, 15.0)
    assert event == scene.event
    camera_x = [160 + 1.3 * 240 * x / 7.2 for x in (-0.42, 0.42)]
    left, top, right, bottom = box
    assert left < camera_x[0] < camera_x[1] < right
    assert right - left < 120
    picture = Renderer(scene)
    here, nobody = picture.draw(picture.visible(15.0), 15.0), picture.draw((), 15.0)
    changed = (np.abs(here.astype(int) - nobody).max(axis=2) > 60).nonzero()
    assert top - 1 <= changed[0].min() <= top + 12
    assert left - 1 <= changed[1].min() <= left + 12
    assert right - 12 <= changed[1].max() <= right + 2
    assert bottom - 12 <= changed[0].max() <= bottom + 8
    assert not event_boxes(scene, 9.9)
    assert not event_boxes(scene, 20.0)


def test_daily_life_does_not_hide_the_events():
    for video in programme("test", 60):
        standing = [e for e in video.scene.background if e.kind in FURNISHED and not e.is_anomalous]
        assert len(standing) <= 1
        assert all(event.z_m > 1.5 for event in standing)
