"""`retrace bench` of retrieval: a table, a record, and the same numbers again."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.support.retrieval import SMALL_PRESETS, write_depot, write_ucfcrime_ar
from tests.support.text import tiny_bert

runner = CliRunner()


def retrace(*words: str | Path):
    return runner.invoke(app, [str(word) for word in words])


@pytest.fixture(autouse=True)
def small_presets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.retrieval.running.PRESETS", SMALL_PRESETS)


def test_a_trained_network_is_measured_and_its_record_found_again(tmp_path: Path):
    tiny_bert(pooling="cls").save_pretrained(tmp_path / "bert")
    dataset = write_ucfcrime_ar(tmp_path)
    made = ["--profile", "paper", "--text-encoder", tmp_path / "bert", "--out", tmp_path / "net"]
    assert retrace("train", "alan", "--dataset", "ucfcrime-ar", *dataset, *made).exit_code == 0

    out = tmp_path / "record.json"
    result = retrace("bench", "ucfcrime-ar", *dataset, "--checkpoint", tmp_path / "net", "-o", out)
    assert result.exit_code == 0, result.output
    assert "| ridge, mean | " in result.stdout
    assert "| ALAN, CSLS | " in result.stdout
    assert "| 0.3 | 2.1 | 3.4 | 144.0 |" in result.stdout  # Table II, random
    assert "seed 0: SumR" in result.stderr
    record = json.loads(out.read_text())
    assert record["arguments"]["checkpoint"] == [str(tmp_path / "net")]
    assert f"--checkpoint {tmp_path / 'net'}" in record["command"]
    assert list(record["scores"]["systems"]) == ["ridge, mean", "ALAN", "ALAN, CSLS"]

    again = retrace("bench", "--replay", out)
    assert (again.exit_code, again.stdout) == (0, f"every number of {out} was found again\n")
    record["scores"]["systems"]["ALAN"]["sum_recall_by_seed"][0] += 1.0
    out.write_text(json.dumps(record))
    changed = retrace("bench", "--replay", out)
    assert changed.exit_code == 1
    first, last = changed.stdout.splitlines()
    assert first.startswith("scores.systems.ALAN.sum_recall_by_seed[0]: ")
    assert last.startswith(f"1 numbers differ from {out} (commit ")


def test_a_data_set_of_one_s_own_is_trained_on_and_measured(tmp_path: Path):
    words = write_depot(tmp_path)
    result = retrace("bench", "retrieval", *words, "--work", tmp_path / "work", "--epochs", "2")
    assert result.exit_code == 0, result.output
    assert "| ALAN | " in result.stdout
    assert "(arXiv" not in result.stdout  # nothing is published on it
    (checkpoint,) = (tmp_path / "work").glob("depot-*-seed0/checkpoint.safetensors")
    assert checkpoint.exists()


def test_ablations_of_it(tmp_path: Path):
    words = write_depot(tmp_path)
    result = retrace("bench", "retrieval", *words, "--ablation", "alignment", "--ablation", "lead")
    assert result.exit_code == 0, result.output
    assert "**Alignment (Tables VII, VIII)**" in result.stdout
    rows = [line.split(" | ")[0] for line in result.stdout.splitlines() if line.startswith("| ")]
    assert [row for row in rows if row not in ("| ", "| ---")] == [
        *("| CLS + AVG", "| CLS", "| AVG", "| the detector", "| nothing")
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--replay", "none.json"], "no record none.json: name a file that `retrace bench"),
        (["ucfcrime-ar"], "with --annotations"),
        (["xdviolence-ar", "--annotations", "."], "xdviolence-ar needs --features"),
        (["retrieval", "--table", "none.toml", "--features", "."], "holds RGB and Flow"),
    ],
)
def test_mistakes_are_one_line(tmp_path: Path, monkeypatch, words: list[str], said: str):
    monkeypatch.chdir(tmp_path)
    result = retrace("bench", *words)
    assert result.exit_code == 1, result.output
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_what_needs_a_text_encoder_or_a_network_says_so(tmp_path: Path):
    dataset = write_ucfcrime_ar(tmp_path)
    textless = retrace("bench", "ucfcrime-ar", *dataset)
    assert (textless.exit_code, "--text-encoder" in textless.stderr) == (1, True)
    empty = retrace("bench", "ucfcrime-ar", *dataset, "--checkpoint", tmp_path)
    assert empty.exit_code == 1
    assert "config.json is missing" in empty.stderr


def test_without_a_task_the_tasks_are_shown():
    result = retrace("bench")
    assert result.exit_code == 0
    for task in ("c3d-subset", "ucfcrime-ar", "xdviolence-ar", "simulated", "retrieval"):
        assert task in result.stdout
