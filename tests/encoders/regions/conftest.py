"""A tiny BLIP-2, made once."""

from pathlib import Path

import pytest

from encoders.regions.blip2 import Blip2RegionEncoder
from tests.support.tiny_blip2 import save_blip2


@pytest.fixture(scope="session")
def blip2_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blip2")
    save_blip2(folder)
    return folder


@pytest.fixture(scope="session")
def blip2(blip2_folder: Path) -> Blip2RegionEncoder:
    return Blip2RegionEncoder(blip2_folder, ("a man runs", "a red car", "the dog sits"))
