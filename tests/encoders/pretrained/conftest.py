"""Tiny models of two profiles, pulled once."""

import pytest

from encoders.models.library import ModelLibrary
from encoders.towers import batching
from tests.support.pretrained import pull_models, save_hub

PROFILES = ("clip", "clip-fast", "clip-video")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModelLibrary:
    root = tmp_path_factory.mktemp("pretrained")
    return pull_models(root / "models", save_hub(root / "hub", *PROFILES), *PROFILES)


@pytest.fixture(autouse=True)
def two_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is large enough to be worth a measurement."""
    monkeypatch.setattr(batching, "SIZES", (1, 2))
