"""The whole path, from features on disk to the record, on cases worked by hand."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets.base import DatasetMissing
from benchmarks.frame_scores.arguments import FrameArguments
from benchmarks.frame_scores.report import frames_table
from benchmarks.frame_scores.running import replay, run_frames
from benchmarks.records import RunRecord
from segments.errors import UserError, WeightsMissing
from tests.support.feature_folders import write_ucfcrime_like
from tests.support.frame_scores import (
    write_known_features,
    write_known_network,
    write_ucf_labels,
)

ABNORMAL, NORMAL = "Abuse028_x264", "Normal_Videos_003_x264"
HIGH, MIDDLE, LOW = 4.0, 1.5, -1.0


@pytest.fixture
def arguments(tmp_path: Path) -> FrameArguments:
    """By clip and mean of crops: .47 apart from the second clip's .74; normal .82 and .27.

    The centre crop alone would put the abnormal clip above everything.
    """
    features = {
        ABNORMAL: [[LOW, HIGH, LOW], [LOW, 0.0, LOW]],
        NORMAL: [[MIDDLE, LOW], [MIDDLE, LOW]],
    }
    return FrameArguments(
        task="vad-ucf-crime",
        annotations=write_ucf_labels(tmp_path, {ABNORMAL: (16, 32), NORMAL: (-1, -1)}),
        features=write_known_features(tmp_path / "features", features),
        checkpoint=(write_known_network(tmp_path / "network"),),
        rounds=50,
    )


def means(record: RunRecord, detector: str = "alan") -> dict[str, float]:
    return record.scores["detectors"][detector]["mean"]


def test_scores_of_crops_are_averaged_and_repeated_for_16_frames(arguments, tmp_path):
    record = run_frames(arguments, scores_dir=tmp_path / "scores")
    with np.load(tmp_path / "scores" / f"{ABNORMAL}.npz") as kept:
        assert kept["truth"].tolist() == [False] * 16 + [True] * 16 + [False] * 16
        expected = np.mean([1 / (1 + np.exp(-HIGH)), 0.5])
        np.testing.assert_allclose(kept["alan.0"][16:32], expected, rtol=1e-5)
        np.testing.assert_allclose(kept["alan.0"][:16], 1 / (1 + np.e), rtol=1e-5)
    assert (record.scores["num_frames"], record.scores["num_abnormal"]) == (80, 16)
    # One of the four normal clips is above the abnormal one: AUC 3/4, precision 0 and then 1/2.
    assert means(record) == pytest.approx(
        {
            "micro_auc": 75.0,
            "macro_auc": 100.0,
            "macro_auc_padded": 100.0,
            "ap_step": 50.0,
            "ap_trapezoid": 25.0,
        }
    )
    assert means(record, "random")["micro_auc"] == 50
    assert means(record, "random")["ap_step"] == pytest.approx(100 * 16 / 80)


def test_trap_of_ucf_crime_labels_are_cut_to_16_frames_per_clip(arguments, tmp_path):
    write_ucf_labels(tmp_path, {ABNORMAL: (16, 1000), NORMAL: (-1, -1)})
    record = run_frames(arguments)
    assert (record.scores["num_frames"], record.scores["num_abnormal"]) == (80, 32)


def test_flow_that_is_a_clip_shorter_shortens_the_video(arguments, tmp_path):
    for crop in range(2):
        path = tmp_path / "features" / "Flow" / f"{ABNORMAL}__{crop}.npy"
        np.save(path, np.load(path)[:2])
    assert run_frames(arguments).scores["num_frames"] == 64


def test_crops_of_different_length_are_refused(arguments, tmp_path):
    for stream in ("RGB", "Flow"):
        path = tmp_path / "features" / stream / f"{ABNORMAL}__1.npy"
        np.save(path, np.load(path)[:2])
    with pytest.raises(UserError, match=r"crops of Abuse028_x264 have \[2, 3\] clips"):
        run_frames(arguments)


def test_a_replay_of_a_saved_record_has_the_same_scores(arguments, tmp_path):
    first = run_frames(arguments.model_copy(update={"smooth": 5.0}))
    first.save(tmp_path / "record.json")
    loaded = RunRecord.model_validate_json((tmp_path / "record.json").read_bytes())
    again = replay(loaded)
    same = ("task", "command", "arguments", "data", "weights", "scores", "seed")
    assert loaded.model_dump(include=set(same)) == again.model_dump(include=set(same))
    assert again.arguments["smooth"] == 5.0
    assert "--smooth 5.0" in again.command
    assert means(again)["micro_auc"] != means(run_frames(arguments))["micro_auc"]


def test_the_digests_follow_features_labels_and_weights(arguments, tmp_path):
    first = run_frames(arguments)
    write_ucf_labels(tmp_path, {ABNORMAL: (17, 32), NORMAL: (-1, -1)})
    write_known_network(tmp_path / "network", sign=-1.0)
    path = tmp_path / "features" / "RGB" / f"{NORMAL}__1.npy"
    np.save(path, np.load(path) + 1)
    again = run_frames(arguments)
    changed = [name for name in first.data if first.data[name] != again.data[name]]
    assert changed == ["labels, by frame", "clips"]
    assert first.weights["checkpoint 0"] != again.weights["checkpoint 0"]


def test_several_checkpoints_are_reported_as_mean_and_deviation(arguments, tmp_path):
    reverse = write_known_network(tmp_path / "reverse", sign=-1.0)
    both = arguments.model_copy(update={"checkpoint": (*arguments.checkpoint, reverse), "seeds": 2})
    found = run_frames(both).scores["detectors"]["alan"]
    assert found["by_seed"]["micro_auc"][0] == pytest.approx(75)
    # Reversed, the abnormal clip's .26 is above the .18 of one of the four normal ones.
    assert found["by_seed"]["micro_auc"][1] == pytest.approx(25)
    assert found["mean"]["micro_auc"] == pytest.approx(50)
    assert "alan, mean ± sd of 2 networks | 50.0 ± 35.4 (" in frames_table(run_frames(both))


def test_the_table_stands_beside_published_rows(arguments):
    table = frames_table(run_frames(arguments))
    assert "**UCF-Crime**: 2 videos, 1 of them with normal and abnormal frames; 80" in table
    assert "| alan, trained | 75.0 (" in table
    assert "| Flashback | 87.29 | – | – | table of NOVA, arXiv 2609.06360 |" in table
    assert "| change | " in table  # what features alone can say
    assert "| motion | " not in table


def test_a_network_of_other_streams_names_both_widths(arguments, tmp_path):
    write_ucfcrime_like(tmp_path / "wide", [ABNORMAL, NORMAL], clips=3, dim=16)
    with pytest.raises(UserError) as error:
        run_frames(arguments.model_copy(update={"features": tmp_path / "wide"}))
    assert "{'appearance': 2, 'motion': 3}" in str(error.value)
    assert "{'appearance': 16, 'motion': 16}" in str(error.value)


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"annotations": None}, DatasetMissing, "labels by --annotations: list/ of github.com"),
        ({"features": None}, DatasetMissing, "needs --features, or --videos"),
        ({"annotations": Path("nowhere")}, DatasetMissing, "Temporal_Anomaly_Annotation.txt is"),
        ({"features": Path("nowhere")}, DatasetMissing, "nowhere is no folder of features"),
        ({"checkpoint": (Path("nowhere"),)}, WeightsMissing, "no ALAN weights in nowhere"),
        ({"checkpoint": (), "seeds": 5}, DatasetMissing, "retrace train alan --dataset ucfcrime"),
        ({"seeds": 5}, UserError, "--seeds 5 with 1 checkpoints"),
        ({"detector": ("alan", "traces")}, UserError, "no detector traces: choose among alan,"),
        ({"detector": ("motion",)}, UserError, "motion needs pictures, and there is none here"),
        ({"videos": Path("here")}, UserError, "--features and --videos exclude each other"),
        ({"fps": 30.0}, UserError, "clips of 16 frames, whatever the frame rate"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_said(arguments, changes, kind, message):
    with pytest.raises(kind) as error:
        run_frames(arguments.model_copy(update=changes))
    assert message in str(error.value)


def test_a_video_without_features_is_named(arguments, tmp_path):
    write_ucf_labels(tmp_path, {ABNORMAL: (1, 2), "Arson011_x264": (1, 2)})
    with pytest.raises(DatasetMissing, match="appearance features of Arson011_x264"):
        run_frames(arguments)


def test_without_a_network_the_trivial_detectors_still_run(arguments):
    trivial = arguments.model_copy(update={"checkpoint": (), "detector": ("change",)})
    assert list(run_frames(trivial).scores["detectors"]) == ["change", "random"]


def test_the_command_is_what_was_asked(arguments):
    words = arguments.command.split()
    assert words[:3] == ["retrace", "bench", "vad-ucf-crime"]
    assert words[words.index("--checkpoint") + 1] == str(arguments.checkpoint[0])
    assert "--detector" not in words
