import json
from collections import Counter

import numpy as np
import pytest

from benchmarks.simulator.events import ANOMALOUS, EVENTS, NORMAL
from benchmarks.simulator.places import PLACES
from benchmarks.simulator.sampling import sample_long_scene, sample_scene, split_seeds
from benchmarks.simulator.scenes import Scene, frame_labels


def test_a_seed_is_a_scene():
    assert sample_scene(12) == sample_scene(12)
    assert sample_scene(12) != sample_scene(14)


def test_a_scene_survives_json():
    scene = sample_scene(3)
    assert Scene.from_dict(json.loads(json.dumps(scene.to_dict()))) == scene


def test_splits_share_no_seed():
    train, test = split_seeds("train", 500, start=20), split_seeds("test", 500)
    assert len(train) == len(test) == 500
    assert not set(train) & set(test)
    assert split_seeds("test", 3, start=2) == range(5, 11, 2)


def test_there_is_enough_to_tell_apart():
    assert len(PLACES) >= 10
    assert len(NORMAL) >= 8
    assert len(ANOMALOUS) >= 12


def test_an_oracle_of_four_attributes_finds_most_test_scenes():
    tuples = Counter(sample_scene(seed).attributes for seed in split_seeds("test", 200))
    expected_recall_at_1 = len(tuples) / 200  # a class of n scenes gives n * 1/n hits
    assert expected_recall_at_1 > 0.9


def test_what_is_chosen_is_kept():
    scene = sample_scene(5, kind="fight", place="shop", time="dark", has_sound=False)
    assert scene.event.kind == "fight"
    assert (scene.place, scene.time, scene.weather) == ("shop", "dark", "indoor")
    assert scene.sound is None
    assert not sample_scene(5, anomalous=False).event.is_anomalous


def test_an_event_is_refused_where_it_cannot_be():
    with pytest.raises(ValueError, match=r"no crash in 'office': it can be in street, crossing"):
        sample_scene(1, kind="crash", place="office")


@pytest.mark.parametrize("kind", EVENTS)
def test_every_kind_can_be_sampled(kind: str):
    event = sample_scene(9, kind=kind).event
    assert 0 < event.start_s < event.end_s <= 6
    assert len(event.cast) == len(EVENTS[kind].cast)
    jackets = [actor.colour for actor in event.cast if actor.legs and actor.kind != "officer"]
    assert len(set(jackets)) == len(jackets)


def test_labels_are_true_inside_the_event_only():
    scene = sample_long_scene(8, duration_s=60, kind="fight")
    event = scene.event
    pts_s = np.array([0, event.start_s - 0.01, event.start_s, event.end_s - 0.01, event.end_s])
    assert frame_labels(scene, pts_s).tolist() == [False, False, True, True, False]
    calm = sample_scene(8, kind="talk")
    assert not frame_labels(calm, np.arange(6.0)).any()


def test_a_long_scene_keeps_its_event_apart_from_daily_life():
    scene = sample_long_scene(21, duration_s=90, anomalous=True)
    assert 8 <= scene.event.end_s - scene.event.start_s <= 12
    assert len(scene.background) >= 4
    for other in scene.background:
        assert not other.is_anomalous
        assert other.end_s < scene.event.start_s - 3 or other.start_s > scene.event.end_s + 3


def test_a_long_scene_is_long():
    with pytest.raises(ValueError, match=r"duration_s = 20.*at least 40 s"):
        sample_long_scene(1, duration_s=20)
