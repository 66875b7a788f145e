"""ALAN as a whole: parameters and files."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from encoders.alan import Alan, AlanConfig
from segments.errors import WeightsMissing
from tests.support.alan import SMALL, all_true, random_streams, small_alan

COMPACT_LIKE = AlanConfig(
    streams={"appearance": 384, "motion": 96},
    text_dim=384,
    audio_dim=128,
    d=256,
    heads=4,
    ffn=512,
)


def test_parameter_counts() -> None:
    with torch.device("meta"):
        assert Alan(AlanConfig.paper()).num_parameters == 40_046_346
        assert Alan(COMPACT_LIKE).num_parameters == 4_464_906


@pytest.mark.parametrize("config", [SMALL, SMALL.with_identity_start()], ids=["plain", "identity"])
def test_a_saved_network_comes_back_the_same(config: AlanConfig, tmp_path: Path) -> None:
    model = small_alan(config)
    model.save_pretrained(tmp_path)
    back = Alan.from_pretrained(tmp_path)
    assert back.config == config
    assert not back.training
    state = model.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in back.state_dict().items())
    streams = random_streams(config, 2, 9)
    with torch.inference_mode():
        assert torch.equal(
            back.video(streams, all_true(2, 9)).g, model.video(streams, all_true(2, 9)).g
        )


def test_a_loaded_network_can_be_trained_on(tmp_path: Path) -> None:
    small_alan().save_pretrained(tmp_path)
    back = Alan.from_pretrained(tmp_path).train()
    back.video(random_streams(SMALL, 2, 9), all_true(2, 9)).g.sum().backward()
    assert back.video.project["appearance"].weight.grad is not None


def test_half_precision_halves_the_file_and_is_read_as_single(tmp_path: Path) -> None:
    model = small_alan(COMPACT_LIKE)
    model.save_pretrained(tmp_path / "full")
    model.save_pretrained(tmp_path / "half", dtype=torch.float16)
    sizes = [(tmp_path / name / "model.safetensors").stat().st_size for name in ("full", "half")]
    assert sizes[1] < 0.51 * sizes[0]
    assert sizes[1] < 9_000_000
    back = Alan.from_pretrained(tmp_path / "half")
    assert {parameter.dtype for parameter in back.parameters()} == {torch.float32}
    for name, value in back.state_dict().items():
        torch.testing.assert_close(value, model.state_dict()[name], rtol=1e-3, atol=1e-5)


def test_a_folder_without_weights(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"config\.json is missing"):
        Alan.from_pretrained(tmp_path)
    small_alan().save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(WeightsMissing, match=r"model\.safetensors is missing"):
        Alan.from_pretrained(tmp_path)


def test_weights_of_another_network(tmp_path: Path) -> None:
    small_alan().save_pretrained(tmp_path)
    (tmp_path / "config.json").write_bytes(replace(SMALL, text_dim=11).to_json())
    with pytest.raises(WeightsMissing, match="size mismatch"):
        Alan.from_pretrained(tmp_path)
    (tmp_path / "config.json").write_bytes(replace(SMALL, audio_dim=None).to_json())
    with pytest.raises(WeightsMissing, match="Unexpected key"):
        Alan.from_pretrained(tmp_path)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_damaged_files(name: str, tmp_path: Path) -> None:
    small_alan().save_pretrained(tmp_path)
    (tmp_path / name).write_bytes(b"\x10 not what was written")
    with pytest.raises(WeightsMissing, match="cannot be used"):
        Alan.from_pretrained(tmp_path)
