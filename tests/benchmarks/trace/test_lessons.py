"""Lessons say what happens in plain words, and neither when nor whether anything is wrong."""

from pathlib import Path

import numpy as np

from benchmarks.datasets.drawn import SimulatedFeatures
from benchmarks.simulator.events import EVENTS
from benchmarks.simulator.programme import programme
from benchmarks.trace.lessons import lessons_of, plain_wordings, short_scenes
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
    found = lessons_of(videos, SimulatedFeatures({v.name: tmp_path / v.name for v in videos}))
    assert len(found.sentences) == len(set(found.sentences))
    for video, lesson in zip(videos, found.lessons, strict=True):
        said = [[found.sentences[row] for row in rows] for rows in lesson.said]
        assert said == [list(plain_wordings(event)) for event in video.scene.events]


def test_a_lesson_reads_appearance_and_motion(tmp_path: Path) -> None:
    video = programme("train", 1)[0]
    path = tmp_path / "features.npz"
    arrays = {"appearance": np.ones((4, 384)), "motion": np.zeros((4, 128))}
    np.savez(path, audio=np.zeros((4, 8)), measures=np.zeros((4, 9)), **arrays)
    lesson = lessons_of([video], SimulatedFeatures({video.name: path})).lessons[0]
    assert [part.shape for part in lesson.read()] == [(4, 384), (4, 128)]


def test_short_scenes_have_every_kind_in_turn_and_whole_clips() -> None:
    scenes = short_scenes(len(EVENTS))
    assert [video.scene.event.kind for video in scenes] == sorted(EVENTS)
    for video in scenes:
        clips = video.scene.duration_s / CLIP_S
        assert abs(clips - round(clips)) < 1e-6
        assert video.scene.seed % 2 == 0
        assert video.scene.sound is not None
