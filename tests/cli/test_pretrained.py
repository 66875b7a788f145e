"""What is all that is needed: `models pull clip --from DIR`, `index --profile clip`, `search`."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from encoders.models.library import ModelLibrary
from encoders.models.specs import profile_recipes
from encoders.pretrained.profile import PretrainedProfile
from encoders.towers import batching
from segments.library import Library
from segments.reading import iter_clip_batches, probe
from tests.support.pretrained import save_hub
from tests.support.tiny_footage import write_video


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_hub(tmp_path_factory.mktemp("hub"), "clip", "clip-fast")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "SIZES", (1, 2))
    monkeypatch.setenv("RETRACE_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("RETRACE_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("COLUMNS", "150")


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    for seed, name in enumerate(("gate", "hall", "yard")):
        write_video(folder / f"{name}.mp4", seconds=12.0, seed=seed, sound=True)
    return folder


def retrace(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.stderr
    return result


def zero_shot(footage: Path, text: str, tmp_path: Path) -> list[str]:
    """Videos by the cosine of a text with the mean of their pictures, best first."""
    models = ModelLibrary(tmp_path / "models")
    profile = PretrainedProfile(profile_recipes(models)["clip"], models)
    sentence = profile.towers.words.encode([text])[0]
    scores: dict[str, float] = {}
    for path in sorted(footage.iterdir()):
        (batch,) = iter_clip_batches(
            probe(path), frame_size=profile.spec.frame_size, frames_per_clip=1, fields_per_clip=0
        )
        mean = profile.encode_clips(batch).streams["appearance"].mean(axis=0)
        scores[path.name] = float(mean @ sentence / np.linalg.norm(mean))
    return sorted(scores, key=lambda name: -scores[name])


def test_pull_index_search(hub: Path, footage: Path, tmp_path: Path) -> None:
    pulled = retrace("models", "pull", "clip", "--from", hub, "--yes")
    assert "CC-BY-NC-4.0" in pulled.stderr
    retrace("index", footage, "--profile", "clip")
    answer = json.loads(
        retrace("search", "smoke over the yard", "--level", "video", "--json").stdout
    )
    assert answer["profile"] == "clip"
    found = [Path(hit["video"]).name for hit in answer["hits"]]
    assert found == zero_shot(footage, "smoke over the yard", tmp_path)
    for hit in answer["hits"]:
        assert hit["score"] == pytest.approx(sum(hit["parts"].values()), abs=1e-6)
        assert hit["parts"]["cls.motion"] == hit["parts"]["avg.motion"] == 0.0
    sound = retrace(
        "search", "--audio", footage / "gate.mp4", "--sound-mode", "sound-to-video", "--json"
    )
    answer = json.loads(sound.stdout)
    assert set(answer["hits"][0]["parts"]) == {
        f"words.{a}.{s}" for a in ("cls", "avg") for s in ("appearance", "motion")
    }
    assert sum(answer["query"]["heard"].values()) == pytest.approx(1.0)
    assert "heard as “" in sound.stderr


def test_auto_takes_what_was_pulled(hub: Path, footage: Path, tmp_path: Path) -> None:
    retrace("models", "pull", "clip-fast", "--from", hub, "--yes")
    said = retrace("index", footage).stderr
    assert "profile clip-fast: the best whose weights are on this machine" in said
    assert Library.open(tmp_path / "library").space == "clip-fast"


def test_a_compact_library_grows_a_second_space(hub: Path, footage: Path, tmp_path: Path) -> None:
    retrace("index", footage / "gate.mp4", "--profile", "compact")
    retrace("models", "pull", "clip", "--from", hub, "--yes")
    said = retrace("index", "--profile", "clip").stderr  # the files that the library knows
    assert "searches still use the profile compact: `retrace library use clip" in said
    assert json.loads(retrace("search", "smoke", "--json").stdout)["profile"] == "compact"
    trial = retrace("search", "smoke", "--profile", "clip", "--json").stdout
    assert json.loads(trial)["profile"] == "clip"
    retrace("index", footage / "hall.mp4")
    shown = retrace("library", "info").stdout
    assert "also indexed by the profile clip: 1 videos, lacks 1" in shown
    refused = retrace("library", "use", "clip", code=1).stderr
    assert "lacks 1 videos that 'compact' has" in refused
    assert "hall.mp4" in refused
    retrace("index", "--profile", "clip")
    assert "clip from here on" in retrace("library", "use", "clip").stdout
    assert json.loads(retrace("search", "smoke", "--json").stdout)["profile"] == "clip"
    assert "all is well" in retrace("library", "check").stdout
    retrace("library", "drop", "clip", "--yes", code=1)
    retrace("library", "drop", "compact", "--yes")
    assert Library.open(tmp_path / "library").spaces() == ["clip"]
    retrace("library", "check")


def test_without_weights_the_command_to_run_is_named(footage: Path, tmp_path: Path) -> None:
    refused = retrace("index", footage, "--profile", "clip", code=1).stderr
    assert refused.endswith("run `retrace models pull clip`\n")
    assert refused.count("\n") == 1
    assert not (tmp_path / "library").exists()


def test_a_changed_model_is_refused(
    hub: Path, footage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    retrace("models", "pull", "clip", "--from", hub, "--yes")
    retrace("index", footage, "--profile", "clip")
    weights = tmp_path / "models" / "siglip2-base-patch16-224" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    monkeypatch.setattr("encoders.models.library._checked", set())  # as a new process
    refused = retrace("search", "smoke", code=1).stderr
    assert "siglip2-base-patch16-224/model.safetensors was changed" in refused


def test_a_profile_that_the_library_lacks(footage: Path) -> None:
    retrace("index", footage / "gate.mp4", "--profile", "compact")
    refused = retrace("search", "smoke", "--profile", "clip", code=1).stderr
    assert "was not indexed with the profile 'clip', only with compact" in refused
