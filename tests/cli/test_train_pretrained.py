"""From footage to a search by one's own network: extract, train, adopt, index, search."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from encoders.alan import Alan
from encoders.models.library import ModelLibrary
from encoders.towers import batching
from segments.files import sha256_of
from segments.library import Library
from tests.support.pretrained import pull_models, save_hub
from tests.support.tiny_footage import write_video

PROFILE = "clip-fast"
SAID = {
    "gate": ("train", "A man climbs over the gate."),
    "hall": ("train", "Smoke fills the hall."),
    "yard": ("train", "A dog crosses the yard."),
    "dock": ("test", "A lorry backs into the dock."),
    "shop": ("test", "A woman leaves the shop."),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModelLibrary:
    root = tmp_path_factory.mktemp("pretrained")
    return pull_models(root / "models", save_hub(root / "hub", PROFILE), PROFILE)


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    for seed, name in enumerate(SAID):
        write_video(folder / f"{name}.mp4", seconds=6.0, seed=seed, sound=True)
    return folder


@pytest.fixture(autouse=True)
def here(models: ModelLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "SIZES", (1, 2))
    monkeypatch.setenv("RETRACE_MODELS", str(models.root))
    monkeypatch.setenv("RETRACE_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("COLUMNS", "150")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    lines = ['name = "depot"']
    for number, (video, (split, text)) in enumerate(SAID.items()):
        lines += ["[[videos]]", f'video = "{video}"', f'split = "{split}"']
        lines += [f"is_anomalous = {str(number % 2 == 0).lower()}", f'texts = ["{text}"]']
    (tmp_path / "mine.toml").write_text("\n".join(lines))
    return tmp_path / "mine.toml"


def retrace(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def test_from_footage_to_a_hit_of_the_trained_network(
    models: ModelLibrary, footage: Path, table: Path, tmp_path: Path
):
    features, net = tmp_path / "features", tmp_path / "mine"
    retrace("features", "extract", footage, "--profile", PROFILE, "--out", features)
    made = ["--features", features, "--profile", "clip", "--epochs", 2]
    retrace("train", "alan", "--dataset", table, *made, "--out", net)
    assert Alan.from_pretrained(net).config.audio_dim == 16
    record = json.loads((net / "training.json").read_text())
    tower = "clip-vit-base-patch32/model.safetensors"
    assert record["weights"][tower] == models.digests("clip-vit-base-patch32")[tower]
    assert record["weights"]["model.safetensors"]
    assert record["scores"] == {"videos": 3, "steps": 2, "phrases by": "textblob"}

    out = tmp_path / "record.json"
    shown = retrace("bench", "retrieval", "--table", table, *made, "--out", out).stdout
    rows = [line.split(" | ")[0] for line in shown.splitlines() if line.startswith("| ")]
    assert [row for row in rows[1:] if row != "| ---"][:4] == [
        *("| untrained", "| ridge, mean", "| ALAN", "| ALAN, CSLS")
    ]
    systems = json.loads(out.read_text())["scores"]["systems"]
    assert systems["untrained"]["against baseline"]["value"] == 0.0
    assert json.loads(out.read_text())["weights"][tower] == record["weights"][tower]
    retrace("bench", "retrieval", "--table", table, *made, "--checkpoint", net)
    wordless = ["--table", table, "--features", features, "--checkpoint", net]
    refused = retrace("bench", "retrieval", *wordless, code=1).stderr
    assert "or it was trained with --profile clip: name that here too" in refused

    retrace("models", "adopt", net, "--as", "clip-mine", "--profile", PROFILE)
    retrace("index", footage, "--profile", "clip-mine")
    answer = json.loads(retrace("search", "smoke in the hall", "--json").stdout)
    assert answer["profile"] == "clip-mine"
    assert len(answer["hits"]) > 0
    manifest = Library.open(tmp_path / "library").manifest()
    assert manifest.profile == "clip-mine"
    trained = manifest.digests["clip-mine-alan/model.safetensors"]
    assert trained == sha256_of(net / "model.safetensors")
    assert tower in manifest.digests


def test_features_of_other_models_are_one_line(footage: Path, table: Path, tmp_path: Path):
    features = tmp_path / "features"
    gate = footage / "gate.mp4"
    retrace("features", "extract", gate, "--profile", "compact", "--out", features)
    made = ["--features", features, "--profile", "clip", "--out", tmp_path / "net"]
    refused = retrace("train", "alan", "--dataset", table, *made, code=1).stderr
    assert "not made by a pretrained profile of this machine, but by 'compact'" in refused
    assert "run `retrace features extract FOOTAGE --profile clip --out NEW`" in refused
    assert len(refused.strip().splitlines()) == 1
    assert not (tmp_path / "net").exists()


def test_without_the_models_the_command_is_named(
    footage: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    features = tmp_path / "features"
    gate = footage / "gate.mp4"
    retrace("features", "extract", gate, "--profile", PROFILE, "--out", features)
    monkeypatch.setenv("RETRACE_MODELS", str(tmp_path / "none"))
    made = ["--features", features, "--profile", "clip", "--out", tmp_path / "net"]
    refused = retrace("train", "alan", "--dataset", table, *made, code=1).stderr
    assert "run `retrace models pull clip-vit-base-patch32`" in refused
    assert len(refused.strip().splitlines()) == 1
