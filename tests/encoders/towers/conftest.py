"""Tiny folders of every family, made once, and what is given to them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from jaxtyping import Float32, UInt8

from encoders.towers import batching
from encoders.towers.base import Placement
from tests.support.tiny_models import NUM_FRAMES, SAVERS, SIZE, save_profile_models

TEXTS = ("the man runs", "a", "smoke over the yard, then fire")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ROOT/FAMILY for every family; read only."""
    root = tmp_path_factory.mktemp("models")
    save_profile_models(root, {family: family for family in SAVERS})
    return root


@pytest.fixture
def two_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Micro-batches of 1 or 2: the search for the best size is tested apart, on its own clock."""
    monkeypatch.setattr(batching, "SIZES", (1, 2))


@pytest.fixture(scope="session")
def here() -> Placement:
    """The CPU, in float32."""
    return Placement("cpu", torch.float32)


@pytest.fixture(scope="session")
def windows() -> UInt8[np.ndarray, "3 f s s 3"]:
    """Three windows of noise of different brightness."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 86, (3, NUM_FRAMES, SIZE, SIZE, 3))
    return (noise + np.array([0, 60, 170]).reshape(3, 1, 1, 1, 1)).astype(np.uint8)


@pytest.fixture(scope="session")
def sounds() -> Float32[np.ndarray, "3 s"]:
    """Noise, a tone and a faint sweep of 1.2 s at 16 kHz, shorter than the window of 2 s."""
    time_s = np.arange(19_200) / 16_000
    noise = np.random.default_rng(0).normal(0.0, 0.1, len(time_s))
    tone = 0.5 * np.sin(2 * np.pi * 440 * time_s)
    sweep = 0.001 * np.sin(2 * np.pi * (100 + 800 * time_s) * time_s)
    return np.stack([noise, tone, sweep]).astype(np.float32)
