"""Quiet about the half that is not wanted, loud about what is missing."""

import json
import logging
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from encoders.towers.base import Placement
from encoders.towers.clap import ClapSounds
from encoders.towers.clip import ClipPictures, ClipText
from encoders.towers.siglip import SiglipPictures
from encoders.towers.timesformer import TimesformerWindows
from segments.errors import WeightsMissing

PROJECTION = "visual_projection.weight"


@pytest.fixture
def clip(models: Path, tmp_path: Path) -> Path:
    """A copy of the tiny CLIP that a test may spoil."""
    return Path(shutil.copytree(models / "clip", tmp_path / "clip"))


def rewrite(folder: Path, weights: dict[str, torch.Tensor]) -> None:
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def test_a_half_loads_without_the_other_and_without_a_word(
    clip: Path,
    here: Placement,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    weights = load_file(clip / "model.safetensors")
    rewrite(clip, {name: weight for name, weight in weights.items() if "text" not in name})

    monkeypatch.setattr(logging.getLogger("transformers"), "propagate", True)
    with caplog.at_level(logging.WARNING):
        tower = ClipPictures(clip, here)

    assert not caplog.records
    assert capfd.readouterr() == ("", "")
    assert not any("text" in name for name, _ in tower.model.named_parameters())


def test_the_half_that_is_gone_is_missed(clip: Path, here: Placement) -> None:
    weights = load_file(clip / "model.safetensors")
    rewrite(clip, {name: weight for name, weight in weights.items() if "text" not in name})

    with pytest.raises(WeightsMissing, match=r"weights are absent, such as text_model\."):
        ClipText(clip, here)


def test_a_missing_weight_is_named(clip: Path, here: Placement) -> None:
    weights = load_file(clip / "model.safetensors")
    del weights[PROJECTION]
    rewrite(clip, weights)

    with pytest.raises(WeightsMissing, match=f"1 weights are absent, such as {PROJECTION}"):
        ClipPictures(clip, here)


def test_positions_are_computed_where_they_are_not_stored(clip: Path, here: Placement) -> None:
    tower = ClipText(clip, here)

    assert tower.model.text_model.embeddings.position_ids.tolist() == [list(range(77))]


def test_learned_statistics_are_missed_too(models: Path, tmp_path: Path, here: Placement) -> None:
    clap = Path(shutil.copytree(models / "clap", tmp_path / "clap"))
    weights = load_file(clap / "model.safetensors")
    mean = next(name for name in weights if name.endswith("running_mean"))
    del weights[mean]
    rewrite(clap, weights)

    with pytest.raises(WeightsMissing, match=r"1 weights are absent.*running_mean"):
        ClapSounds(clap, here)


def test_another_shape_is_refused(clip: Path, here: Placement) -> None:
    weights = load_file(clip / "model.safetensors")
    weights[PROJECTION] = torch.zeros(16, 31)
    rewrite(clip, weights)

    with pytest.raises(WeightsMissing, match="cannot be used"):
        ClipPictures(clip, here)


def test_another_family_is_refused(clip: Path, here: Placement) -> None:
    with pytest.raises(WeightsMissing, match="'clip', expected 'siglip'"):
        SiglipPictures(clip, here)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "preprocessor_config.json"])
def test_an_absent_file_is_named(clip: Path, here: Placement, name: str) -> None:
    (clip / name).unlink()

    with pytest.raises(WeightsMissing, match=f"{name} is missing"):
        ClipPictures(clip, here)


def test_an_absent_tokenizer_is_named(clip: Path, here: Placement) -> None:
    (clip / "tokenizer.json").unlink()

    with pytest.raises(WeightsMissing, match=r"tokenizer\.json is missing"):
        ClipText(clip, here)


def test_a_tokenizer_without_padding_is_refused(clip: Path, here: Placement) -> None:
    settings = json.loads((clip / "tokenizer_config.json").read_text())
    del settings["pad_token"]
    (clip / "tokenizer_config.json").write_text(json.dumps(settings))

    with pytest.raises(WeightsMissing, match="names no padding token"):
        ClipText(clip, here)


def test_something_else_than_a_tokenizer_is_refused(clip: Path, here: Placement) -> None:
    (clip / "tokenizer.json").write_text('{"model": {"type": "nonsense"}}')

    with pytest.raises(WeightsMissing, match=r"cannot be used: tokenizer\.json"):
        ClipText(clip, here)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "preprocessor_config.json"])
def test_a_damaged_file_is_refused(clip: Path, here: Placement, name: str) -> None:
    whole = (clip / name).read_bytes()
    (clip / name).write_bytes(whole[: len(whole) // 2])

    with pytest.raises(WeightsMissing, match="cannot be used"):
        ClipPictures(clip, here)


def test_a_pickle_is_not_taken_instead(clip: Path, here: Placement) -> None:
    (clip / "model.safetensors").rename(clip / "pytorch_model.bin")

    with pytest.raises(WeightsMissing, match=r"model\.safetensors is missing"):
        ClipPictures(clip, here)


def test_weights_in_several_files_are_put_together(
    clip: Path, models: Path, here: Placement
) -> None:
    weights = load_file(clip / "model.safetensors")
    names = sorted(weights)
    parts = {"model-1.safetensors": names[::2], "model-2.safetensors": names[1::2]}
    for part, held in parts.items():
        save_file({name: weights[name] for name in held}, clip / part, metadata={"format": "pt"})
    index = {name: part for part, held in parts.items() for name in held}
    (clip / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": 0}, "weight_map": index})
    )
    (clip / "model.safetensors").unlink()

    tower, whole = ClipText(clip, here), ClipText(models / "clip", here)

    np.testing.assert_allclose(tower.encode(["the man"]), whole.encode(["the man"]), atol=1e-6)


def test_attention_over_space_only_is_refused(
    models: Path, tmp_path: Path, here: Placement
) -> None:
    folder = Path(shutil.copytree(models / "timesformer", tmp_path / "timesformer"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"attention_type": "space_only"}))

    with pytest.raises(WeightsMissing, match="attends to space only"):
        TimesformerWindows(folder, here)
