"""TRACE on UCF-Crime's and XD-Violence's own labels, from the command line, on made-up features."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

from benchmarks.trace.detector import Bank, TraceDetector, shipped
from cli.main import app
from encoders.registry import load_profile
from segments.vectors import ClipFeatures
from tests.support.frame_scores import write_known_features, write_ucf_labels

FPS = 25.0
"""16 frames are a clip of 0.64 s."""
SAID = ("a man punches another man", "people walk along the pavement")
ABNORMAL, NORMAL = "Abuse028_x264", "Normal_Videos_003_x264"
CLIPS = {ABNORMAL: [1, 1, 0, 0, 0, 1], NORMAL: [1, 1, 0, 1]}
"""Rows of SAID: what each clip looks like."""


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `retrace features extract --profile compact` writes them."""
    folder, profile = tmp_path_factory.mktemp("features"), load_profile("compact", device="cpu")
    vectors = profile.encode_sentences(SAID)
    for video, clips in CLIPS.items():
        streams = {"appearance": vectors[clips], "motion": np.zeros((len(clips), 128), np.float32)}
        for name, rows in streams.items():
            (folder / name).mkdir(exist_ok=True)
            np.save(folder / name / f"{video}__0.npy", rows)
    record = {
        "profile": "compact",
        "streams": {"appearance": 384, "motion": 128},
        "audio_dim": None,
        "digests": profile.manifest.digests,
    }
    (folder / "features.json").write_text(json.dumps(record))
    return folder


def labels(folder: Path, task: str) -> Path:
    """Clips 2 to 4 of the abnormal video are labelled."""
    if task == "vad-ucf-crime":
        return write_ucf_labels(folder, {ABNORMAL: (32, 80), NORMAL: (-1, -1)})
    folder.mkdir()
    names = [f"vggish-features/test/{video}__vggish.npy\n" for video in CLIPS]
    (folder / "audio_test.list").write_text("".join(names))
    (folder / "annotations.txt").write_text(f"{ABNORMAL} 32 80\n")
    return folder


def expected_scores(features: Path) -> Mapping[str, Sequence[float]]:
    profile = load_profile("compact", device="cpu")
    detector = TraceDetector(shipped(profile), Bank.of(profile))
    found = {}
    for video in CLIPS:
        names = ("appearance", "motion")
        streams = {name: np.load(features / name / f"{video}__0.npy") for name in names}
        z = detector.compare(_embedded(detector, streams), ClipFeatures(streams))
        found[video] = z.scores.tolist()
    return found


def _embedded(detector: TraceDetector, streams: dict[str, np.ndarray]) -> np.ndarray:
    import torch

    rows = (torch.from_numpy(streams[name])[None] for name in ("appearance", "motion"))
    with torch.inference_mode():
        return detector.network(*rows)[0].numpy()


@pytest.mark.parametrize("task", ["vad-ucf-crime", "vad-xd-violence"])
def test_trace_scores_extracted_features(features: Path, tmp_path: Path, task: str) -> None:
    out, kept = tmp_path / "record.json", tmp_path / "scores"
    words = ["bench", task, "--detector", "trace", "--fps", str(FPS), "--rounds", "10"]
    words += ["--annotations", str(labels(tmp_path / "labels", task)), "--features", str(features)]
    result = CliRunner().invoke(
        app, [*words, "--device", "cpu", "--scores", str(kept), "-o", str(out)]
    )
    assert result.exit_code == 0, result.output
    expected, truth = expected_scores(features), np.zeros(6, bool)
    truth[2:5] = True
    with np.load(kept / f"{ABNORMAL}.npz") as found:
        assert found["truth"].tolist() == np.repeat(truth, 16).tolist()
        by_clip = np.repeat(expected[ABNORMAL], 16)
        np.testing.assert_allclose(found["trace.0"], by_clip, atol=1e-5)
    scores = [*expected[ABNORMAL], *expected[NORMAL]]
    auc = 100 * roc_auc_score([*truth, *[False] * 4], scores)
    record = json.loads(out.read_text())
    found = record["scores"]["detectors"]["trace"]["mean"]["micro_auc"]
    assert found == pytest.approx(auc)
    assert 50 < found < 100  # a normal video shows the same for a clip
    assert {"trace network", "trace bank"} <= record["weights"].keys()
    assert "| trace" in result.stdout


def test_released_features_have_no_words(tmp_path: Path) -> None:
    features = write_known_features(tmp_path / "features", {ABNORMAL: [[0.0, 1.0, 2.0]]})
    words = ["bench", "vad-ucf-crime", "--detector", "trace", "--features", str(features)]
    result = CliRunner().invoke(
        app, [*words, "--annotations", str(labels(tmp_path / "labels", "vad-ucf-crime"))]
    )
    assert result.exit_code == 1
    assert "trace compares pictures with words" in " ".join(result.stderr.split())
