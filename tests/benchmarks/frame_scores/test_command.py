"""`retrace bench vad-...` as it is typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.support.frame_scores import (
    write_known_features,
    write_known_network,
    write_ucf_labels,
)

runner = CliRunner()


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    labels = write_ucf_labels(tmp_path / "labels", {"Abuse001_x264": (16, 32)})
    features = write_known_features(tmp_path / "features", {"Abuse001_x264": [[0.0, 1.0, 2.0]]})
    return [
        *("bench", "vad-ucf-crime", "--annotations", str(labels), "--features", str(features)),
        *("--rounds", "10"),
    ]


def test_a_table_on_stdout_and_a_record_in_a_file(words, tmp_path):
    network = write_known_network(tmp_path / "network")
    out = tmp_path / "record.json"
    result = runner.invoke(app, [*words, "--checkpoint", str(network), "-o", str(out)])
    assert result.exit_code == 0, result.output
    assert "| alan, trained | 50.0 (50.0–50.0) |" in result.stdout  # above one clip, below another
    assert f"wrote {out}" in result.stderr.replace("\n", "")
    record = json.loads(out.read_text())
    assert record["arguments"]["task"] == record["task"] == "vad-ucf-crime"
    assert record["scores"]["detectors"]["alan"]["by_seed"]["micro_auc"] == [50.0]


def test_without_a_network_it_says_how_to_make_as_many_as_are_asked_for(words):
    result = runner.invoke(app, [*words, "--seeds", "5"])
    assert result.exit_code == 1
    assert "retrace train alan --dataset ucfcrime-ar" in result.stderr.replace("\n", " ")
    assert "--seed K (K = 0 to 4)" in result.stderr.replace("\n", " ")


@pytest.mark.parametrize(
    "name", ["vad-ucf-crime", "vad-xd-violence", "vad-shanghaitech", "vad-ped2", "vad-simulated"]
)
def test_every_benchmark_has_its_command(name):
    assert runner.invoke(app, ["bench", name, "--help"]).exit_code == 0
