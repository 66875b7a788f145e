"""Lessons say what happens in plain words, when if asked, and never whether anything is wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.datasets.drawn import SimulatedFeatures
from benchmarks.simulator.events import EVENTS
from benchmarks.simulator.programme import programme
from benchmarks.simulator.scenes import Scene
from benchmarks.trace.lessons import (
    NOTHING,
    lessons_of,
    pauses_of,
    plain_wordings,
    short_scenes,
    span_of,
    told,
)
from segments.levels import CLIP_S


def test_plain_wordings_have_no_garment_colour_or_way() -> None:
    event = next(e for video in programme("train", 5) for e in video.scene.events)
    for text in plain_wordings(event):
        assert "{" not in text
        assert text == text.strip()
        assert event.cast[0].colour not in text
        assert " to the " not in text or event.kind in ("fall", "explosion")


def test_every_event_of_a_video_is_said_in_all_its_training_wordings(tmp_path: Path) -> None:
    videos = programme("train", 2)
    features = SimulatedFeatures({v.name: tmp_path / v.name for v in videos})
    found = lessons_of(videos, features, timed=False)
    assert len(found.sentences) == len(set(found.sentences))
    for video, lesson in zip(videos, found.lessons, strict=True):
        said = [[found.sentences[row] for row in one.wordings] for one in lesson.said]
        assert said == [list(plain_wordings(event)) for event in video.scene.events]
        assert {one.span for one in lesson.said} == {None}


def test_timed_sentences_hold_where_the_middle_of_a_clip_lies_within_the_event() -> None:
    scene = _scene([(0.0, 1.0), (5.0, 6.4)], duration_s=6.4)
    first, second = scene.events
    assert span_of(first, scene) == range(2)  # middles at 0.32 and 0.96
    assert span_of(second, scene) == range(8, 10)  # from 5.44 on; the video has ten clips


def test_stretches_without_events_are_said_to_have_none() -> None:
    scene = _scene([(5.0, 6.4), (0.0, 1.0)], duration_s=12.8)
    assert pauses_of(scene) == [range(2, 8), range(10, 20)]
    assert told(scene, timed=True)[2:] == [(NOTHING, range(2, 8)), (NOTHING, range(10, 20))]
    assert len(told(scene, timed=False)) == 2


def test_a_short_stretch_goes_without_a_sentence() -> None:
    assert pauses_of(_scene([(0.0, 5.0), (6.4, 12.8)], duration_s=12.8)) == []


def test_a_lesson_reads_appearance_and_motion(tmp_path: Path) -> None:
    video = programme("train", 1)[0]
    path = tmp_path / "features.npz"
    arrays = {"appearance": np.ones((4, 384)), "motion": np.zeros((4, 128))}
    np.savez(path, allow_pickle=False, audio=np.zeros((4, 8)), measures=np.zeros((4, 9)), **arrays)
    lesson = lessons_of([video], SimulatedFeatures({video.name: path}), timed=True).lessons[0]
    assert [part.shape for part in lesson.read()] == [(4, 384), (4, 128)]


def test_short_scenes_have_every_kind_in_turn_and_whole_clips() -> None:
    scenes = short_scenes(len(EVENTS))
    assert [video.scene.event.kind for video in scenes] == sorted(EVENTS)
    for video in scenes:
        clips = video.scene.duration_s / CLIP_S
        assert abs(clips - round(clips)) < 1e-6
        assert video.scene.seed % 2 == 0
        assert video.scene.sound is not None


def _scene(spans: list[tuple[float, float]], *, duration_s: float) -> Scene:
    """A video with events at these times."""
    scene = programme("train", 1)[0].scene
    events = [replace(scene.event, start_s=start_s, end_s=end_s) for start_s, end_s in spans]
    return replace(scene, event=events[0], background=tuple(events[1:]), duration_s=duration_s)
