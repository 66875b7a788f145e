"""`retrace train alan` as it is typed, and what is then made of its network."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

from cli.main import app
from encoders.alan import Alan
from encoders.alan.training.journal import read_log
from tests.support.retrieval import SMALL_PRESETS, write_depot, write_ucfcrime_ar
from tests.support.text import tiny_bert

runner = CliRunner()


def train(*words: str):
    return runner.invoke(app, ["train", "alan", *words])


@pytest.fixture(autouse=True)
def small_presets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.retrieval.running.PRESETS", SMALL_PRESETS)


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """A whole command but for the folder that it writes."""
    tiny_bert(pooling="cls").save_pretrained(tmp_path / "bert")
    dataset = ["--dataset", "ucfcrime-ar", *write_ucfcrime_ar(tmp_path)]
    return [*dataset, "--profile", "paper", "--text-encoder", str(tmp_path / "bert")]


def test_a_network_its_log_its_text_backbone_and_a_record(words: list[str], tmp_path: Path):
    out = tmp_path / "net"
    result = train(*words, "--epochs", "3", "--seed", "4", "--masking", "words", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert f"wrote {out}: 3 steps on 8 videos" in result.stderr
    assert {path.name for path in out.iterdir()} == {
        *("config.json", "model.safetensors", "checkpoint.safetensors"),
        *("log.csv", "training.json", "text"),
    }
    assert Alan.from_pretrained(out).config.streams == {"appearance": 8, "motion": 8}
    rows = read_log(out / "log.csv")
    assert [row["step"] for row in rows] == ["1", "2", "3"]
    assert all(float(row[part]) > 0 for row in rows for part in ("text", "detector", "phrases"))
    record = json.loads((out / "training.json").read_text())
    assert (record["task"], record["seed"]) == ("train-alan", 4)
    assert record["arguments"]["recipe"]["masking"] == "words"
    assert record["scores"] == {"videos": 8, "steps": 3, "phrases by": "textblob"}
    before, after = (
        load_file(folder / "model.safetensors") for folder in (tmp_path / "bert", out / "text")
    )
    name = "encoder.layer.0.attention.self.query.weight"
    assert not torch.equal(before[name], after[name])


def test_the_same_command_again_trains_no_further(words: list[str], tmp_path: Path):
    out = tmp_path / "net"
    assert train(*words, "--out", str(out)).exit_code == 0
    weights = (out / "model.safetensors").read_bytes()
    assert train(*words, "--out", str(out)).exit_code == 0
    assert (out / "model.safetensors").read_bytes() == weights
    other = train(*words, "--reduction", "sum", "--out", str(out))
    assert other.exit_code == 1
    assert "of another run: recipe.reduction was 'mean' and is 'sum'" in other.stderr


def test_a_data_set_of_one_s_own_on_frozen_sentences(tmp_path: Path):
    _, table, *features = write_depot(tmp_path)
    result = train("--dataset", table, *features, "--out", str(tmp_path / "net"))
    assert result.exit_code == 0, result.output
    assert not (tmp_path / "net" / "text").exists()
    assert Alan.from_pretrained(tmp_path / "net").config.text_dim == 384


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["--profile", "best"], "no training profile 'best': choose paper, compact, aligned"),
        (["--masking", "verbs"], "recipe.masking = 'verbs': input should be 'none', 'words'"),
        (["--reduction", "max"], "recipe.reduction = 'max': input should be 'mean' or 'sum'"),
        (["--phrases", "nltk"], "phrases = 'nltk': input should be 'auto', 'spacy' or 'textblob'"),
        (["--dataset", "msvd"], "no data set 'msvd': choose ucfcrime-ar"),
        (["--language", "de"], "choose en or zh"),
        (["--annotations", "elsewhere"], "ucf_crime_train.xlsx is missing"),
        (["--features", "elsewhere"], "elsewhere"),
        (["--text-encoder", "elsewhere"], "no text backbone in elsewhere: config.json is missing"),
        (["--profile", "aligned"], "profile aligned needs a stream appearance of width 16"),
    ],
)
def test_mistakes_are_one_line(words: list[str], tmp_path: Path, changes: list[str], said: str):
    result = train(*words, *changes, "--out", str(tmp_path / "net"))
    assert result.exit_code == 1, result.output
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "net").exists()


def test_what_was_not_named_is_asked_for(tmp_path: Path):
    out = ["--out", str(tmp_path / "net")]
    nothing = train("--dataset", "ucfcrime-ar", *out)
    assert (nothing.exit_code, "--annotations" in nothing.stderr) == (1, True)
    _, annotations, _, features = write_ucfcrime_ar(tmp_path)
    known = ["--dataset", "ucfcrime-ar", "--annotations", annotations]
    featureless = train(*known, *out)
    assert (featureless.exit_code, "needs --features" in featureless.stderr) == (1, True)
    textless = train(*known, "--features", features, "--profile", "paper", *out)
    assert (textless.exit_code, "name the folder of BERT" in textless.stderr) == (1, True)
