"""Decibels as CLAP's own extractor gives them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import ClapFeatureExtractor

from encoders.towers.mel import LogMel, MelSpec
from segments.errors import WeightsMissing

REAL = MelSpec(48_000, 10.0, 1024, 480, 64, (50, 14_000))
"""As laion/clap-htsat-unfused."""


def extracted(sounds: np.ndarray) -> np.ndarray:
    extract = ClapFeatureExtractor(
        truncation="rand_trunc", padding="repeatpad", frequency_min=50, frequency_max=14_000
    )
    features = extract(list(sounds), sampling_rate=48_000, return_tensors="np")
    return features["input_features"]


@pytest.mark.parametrize("seconds", [10.0, 4.9, 0.37])
def test_equal_to_the_familys_extractor(seconds: float) -> None:
    time_s = np.arange(round(seconds * 48_000)) / 48_000
    noise = np.random.default_rng(0).normal(0.0, 0.1, len(time_s))
    tone = 0.5 * np.sin(2 * np.pi * 440 * time_s)
    sweep = 0.3 * np.sin(2 * np.pi * (100 + 400 * time_s) * time_s)
    sounds = np.stack([noise, tone, sweep, 1e-4 * noise, 0 * noise]).astype(np.float32)

    found = LogMel(REAL)(torch.from_numpy(sounds))

    assert found.shape == (5, 1, 1001, 64)
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), extracted(sounds), atol=2e-5)


def test_a_short_sound_is_repeated_whole_and_then_followed_by_silence() -> None:
    spec = MelSpec(100, 1.0, 16, 10, 4, (0, 50))
    sound = torch.linspace(-1, 1, 40).unsqueeze(0)

    window = LogMel(spec)._window(sound)

    assert torch.equal(window, torch.cat([sound, sound, torch.zeros(1, 20)], dim=1))


@pytest.mark.parametrize("samples", [0, 480_001])
def test_no_sound_and_too_much_of_it_are_refused(samples: int) -> None:
    with pytest.raises(ValueError, match=f"sounds of {samples} samples: expected 1 to 480000"):
        LogMel(REAL)(torch.zeros(1, samples))


def test_the_spec_is_read_from_the_folder(models: Path) -> None:
    assert MelSpec.read(models / "clap") == MelSpec(16_000, 2.0, 512, 160, 16, (50, 7000))


def test_a_fused_model_is_refused(tmp_path: Path) -> None:
    settings = {"truncation": "fusion", "padding": "repeatpad"}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(settings))

    with pytest.raises(WeightsMissing, match="only the unfused CLAP"):
        MelSpec.read(tmp_path)


def test_a_lacking_value_is_named(tmp_path: Path) -> None:
    settings = {"truncation": "rand_trunc", "padding": "repeatpad"}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(settings))

    with pytest.raises(WeightsMissing, match="lacks 'sampling_rate'"):
        MelSpec.read(tmp_path)
