from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets import drawn, simulated
from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.simulated import SimulatedBenchmark, open_simulated
from benchmarks.simulator.baselines import trivial_baselines, trivial_frame_scores
from benchmarks.simulator.measures import COLUMNS, group
from benchmarks.simulator.programme import Video, programme
from benchmarks.simulator.scenes import Split

TRAIN, TEST = 6, 4
SHORT_S = 12.8


def short_programme(split: Split, count: int) -> list[Video]:
    """The benchmark's videos, but only their first seconds, with the main event at 3 s."""
    videos = []
    for video in programme(split, count):
        event = replace(video.scene.event, start_s=3.0, end_s=9.0)
        scene = replace(video.scene, event=event, background=(), duration_s=SHORT_S)
        videos.append(replace(video, scene=scene))
    return videos


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simulated")


@pytest.fixture(scope="module")
def benchmark(work: Path) -> SimulatedBenchmark:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulated, "programme", short_programme)
        return open_simulated(work, query="text", train=TRAIN, test=TEST, num_workers=1)


def test_splits_have_their_videos_and_sentences(benchmark: SimulatedBenchmark):
    train, test = benchmark.split("train"), benchmark.split("test")
    assert (len(train), len(test)) == (TRAIN, TEST)
    assert {len(item.texts) for item in train} == {4}
    assert {len(item.texts) for item in test} == {1}
    assert not {item.video for item in train} & {item.video for item in test}
    assert all(item.is_anomalous == bool(benchmark.spans(item.video)) for item in benchmark.items)


def test_features_have_the_profile_s_shapes(benchmark: SimulatedBenchmark):
    assert benchmark.features.streams == {"appearance": 384, "motion": 128}
    for item in benchmark.items:
        features = benchmark.features.read(item.video)
        assert {name: rows.shape for name, rows in features.streams.items()} == {
            "appearance": (20, 384),
            "motion": (20, 128),
        }
        assert features.audio is not None
        assert features.audio.shape == (20, benchmark.features.audio_dim)
        assert features.streams["appearance"].dtype == np.float32


def test_labels_follow_the_spans(benchmark: SimulatedBenchmark):
    video = next(item.video for item in benchmark.items if item.is_anomalous)
    (span,) = benchmark.spans(video)
    assert (span.start_s, span.end_s) == (3.0, 9.0)
    middles_s = (np.arange(20) + 0.5) * 0.64
    assert (benchmark.clip_labels(video) == ((middles_s >= 3) & (middles_s < 9))).all()
    frames = benchmark.frame_labels(video)
    assert len(frames) == 80
    assert (frames.nonzero()[0] == np.arange(19, 57)).all()  # 3 s is picture 18.75, 9 s is 56.25
    assert benchmark.kinds(video) == (benchmark.scene(video).event.kind,)


def test_boxes_are_shares_of_the_picture(benchmark: SimulatedBenchmark):
    videos = [item.video for item in benchmark.items if item.is_anomalous]
    found = [box for video in videos for _, box in benchmark.boxes(video, 5.0)]
    assert found
    assert all((box >= 0).all() and (box <= 1).all() for box in found)
    assert all(box[0] < box[2] and box[1] < box[3] for box in found)
    assert not benchmark.boxes(videos[0], 2.9)


def test_what_is_not_there_is_said(benchmark: SimulatedBenchmark):
    with pytest.raises(DatasetMissing, match="no features of 'other'"):
        benchmark.features.read("other")
    with pytest.raises(DatasetMissing, match="crop = 1"):
        benchmark.features.read(benchmark.items[0].video, crop=1)


def test_an_interrupted_run_goes_on(
    work: Path, benchmark: SimulatedBenchmark, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(simulated, "programme", short_programme)
    lost, kept = (benchmark.drawn.files[item.video] for item in benchmark.items[:2])
    before, kept_ns = lost.read_bytes(), kept.stat().st_mtime_ns
    lost.unlink()
    calls: list[tuple[int, int]] = []
    again = open_simulated(
        work,
        query="audio",
        train=TRAIN,
        test=TEST,
        num_workers=1,
        progress=lambda *at: calls.append(at),
    )
    assert calls == [(TRAIN + TEST, TRAIN + TEST)]
    assert lost.read_bytes() == before
    assert kept.stat().st_mtime_ns == kept_ns
    assert again.items == benchmark.items
    assert again.query == "audio"


def test_an_encoder_s_change_makes_new_features(monkeypatch: pytest.MonkeyPatch):
    first = drawn.features_key()
    digests = drawn.read_digests(drawn.WEIGHTS) | {"motion.safetensors": "0"}
    monkeypatch.setattr(drawn, "read_digests", lambda folder: digests)
    assert drawn.features_key() != first


def test_measures_are_grouped(benchmark: SimulatedBenchmark):
    measures = benchmark.drawn.measures(benchmark.items[0].video)
    assert measures.shape == (20, sum(COLUMNS.values()))
    colours = group(measures, "colour")
    assert ((colours[:, :3] > 0) & (colours[:, :3] < 1)).all()
    assert np.square(colours[:, 6:]).sum(axis=1) == pytest.approx(1, abs=0.01)
    brightness = group(measures, "brightness")[:, 0]
    assert group(measures, "change")[1:, 0] == pytest.approx(np.abs(np.diff(brightness)), abs=1e-3)
    assert (group(measures, "loudness") < 0).all()


def test_trivial_baselines_pair_queries_with_videos(benchmark: SimulatedBenchmark):
    found = trivial_baselines(benchmark)
    assert {"colour", "motion", "length", "shared words", "place, hour and weather"} <= set(found)
    for name, similarity in found.items():
        assert similarity.shape == (TEST, TEST), name
        assert np.isfinite(similarity).all(), name


def test_trivial_frame_scores_have_one_value_per_clip(benchmark: SimulatedBenchmark):
    scores = trivial_frame_scores(benchmark)
    assert set(scores) >= {"motion", "change of brightness", "loudness"}
    for by_video in scores.values():
        assert set(by_video) == {item.video for item in benchmark.split("test")}
        assert {len(values) for values in by_video.values()} == {20}
