"""Folders that `retrace features extract` wrote, and simulated videos."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets.base import Item
from benchmarks.datasets.drawn import STREAMS, SimulatedFeatures
from benchmarks.datasets.simulated import SimulatedBenchmark
from benchmarks.frame_scores.detectors import brightness, fastest, loudness, motion
from benchmarks.frame_scores.sources import FolderClips, SimulatedClips, SimulatedLabels
from benchmarks.simulator.measures import COLUMNS
from benchmarks.simulator.programme import Video
from benchmarks.simulator.sampling import sample_scene
from segments.errors import UserError
from segments.levels import CLIP_S
from tests.support.frame_scores import write_known_features

NUM_CLIPS = 8


def test_clips_of_equal_time_need_the_frame_rate(tmp_path):
    write_known_features(tmp_path, {"gate": [[0.0, 1.0, 2.0]]})
    (tmp_path / "RGB").rename(tmp_path / "appearance")
    (tmp_path / "Flow").rename(tmp_path / "motion")
    layout = {"streams": {"appearance": 2, "motion": 3}, "audio_dim": None}
    (tmp_path / "features.json").write_text(json.dumps(layout))
    with pytest.raises(UserError, match="frames per second with --fps"):
        FolderClips.open(tmp_path, fps=None)
    clips = FolderClips.open(tmp_path, fps=30.0)
    counts = np.bincount(clips.clip_of_frame("gate", 3))
    assert counts.tolist() == [20, 19, 19]  # 0.64 s of 30 a second are 19.2 frames
    [look] = clips.looks("gate")
    assert look.features.streams["appearance"][:, 0].tolist() == [0, 1, 2]


def test_the_digest_is_of_a_video_s_own_files(tmp_path):
    write_known_features(tmp_path, {"gate": [[0.0, 1.0], [1.0, 1.0]], "gate_2": [[3.0, 1.0]]})
    clips = FolderClips.open(tmp_path, fps=None)
    before = clips.digest("gate"), clips.digest("gate_2")
    path = tmp_path / "RGB" / "gate__1.npy"
    np.save(path, np.load(path) + 1)
    assert clips.digest("gate") != before[0]
    assert clips.digest("gate_2") == before[1]


@pytest.fixture
def benchmark(tmp_path: Path) -> SimulatedBenchmark:
    """One made-up test video with an anomaly; row t of its measures is t."""
    scenes = (sample_scene(seed, duration_s=NUM_CLIPS * CLIP_S) for seed in range(100))
    scene = next(scene for scene in scenes if scene.anomalies)
    rows = np.arange(NUM_CLIPS, dtype=np.float16)[:, None]
    columns = np.arange(sum(COLUMNS.values()), dtype=np.float16)
    arrays = {name: rows + np.zeros(width, np.float16) for name, width in STREAMS.items()}
    path = tmp_path / "one.npz"
    np.savez(path, **arrays, audio=rows, measures=rows * 100 + columns)
    drawn = SimulatedFeatures({"one": path})
    video = Video("one", "test", scene, ("a sentence",))
    return SimulatedBenchmark(
        name="simulated",
        query="text",
        items=(Item("one", "test", True), Item("two", "train", False)),
        features=drawn,
        files=(),
        videos={"one": video},
        drawn=drawn,
    )


def test_simulated_videos_are_measured_when_they_are_drawn(benchmark):
    [look] = SimulatedClips(benchmark).looks("one")
    rows = 100 * np.arange(NUM_CLIPS)
    names = list(COLUMNS)
    first = {name: sum(COLUMNS[other] for other in names[: names.index(name)]) for name in names}
    assert motion(look).tolist() == (rows + first["motion"]).tolist()
    assert fastest(look).tolist() == (rows + first["motion"] + 2).tolist()
    assert brightness(look).tolist() == (rows + first["change"]).tolist()
    assert loudness(look).tolist() == (rows + first["loudness"] + 4).tolist()  # from log10 of 1e-4


def test_simulated_frames_and_labels_are_of_every_picture_of_the_test_videos(benchmark):
    clips, labels = SimulatedClips(benchmark), SimulatedLabels(benchmark)
    scene = benchmark.scene("one")
    assert labels.videos == ("one",)
    assert labels.num_frames == {"one": scene.num_frames}
    times_s = np.arange(scene.num_frames) / scene.fps
    assert clips.clip_of_frame("one", NUM_CLIPS).tolist() == [
        min(int(t / CLIP_S + 1e-6), NUM_CLIPS - 1) for t in times_s
    ]
    [event] = scene.anomalies
    truth = labels.truth("one", scene.num_frames)
    assert truth.any()
    assert (truth <= ((times_s >= event.start_s) & (times_s < event.end_s))).all()
    assert len(labels.truth("one", 10)) == 10
