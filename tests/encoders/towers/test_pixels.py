"""Pictures become what the family's own processor makes of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import CLIPImageProcessorPil, SiglipImageProcessorPil, VideoMAEImageProcessorPil

from encoders.towers.pixels import Pixels, PixelSpec
from segments.errors import WeightsMissing


@pytest.mark.parametrize(
    ("family", "processor"),
    [
        ("clip", CLIPImageProcessorPil),
        ("siglip", SiglipImageProcessorPil),
        ("timesformer", VideoMAEImageProcessorPil),
        ("xclip", VideoMAEImageProcessorPil),
    ],
)
def test_equal_to_the_familys_processor(
    models: Path, windows: np.ndarray, family: str, processor: Any
) -> None:
    pictures = windows[:, 0]
    own = processor.from_pretrained(models / family)
    batch = [[picture] for picture in pictures] if "Video" in processor.__name__ else pictures
    expected = own(list(batch), return_tensors="np").pixel_values.reshape(3, 3, 32, 32)

    found = Pixels(PixelSpec.read(models / family), (32, 32), "cpu")(torch.from_numpy(pictures))

    np.testing.assert_allclose(found.numpy(), expected, atol=1e-5)
    assert np.ptp(expected) > 1


def test_videoprism_only_rescales(models: Path, windows: np.ndarray) -> None:
    found = Pixels(PixelSpec.read(models / "videoprism"), (32, 32), "cpu")(
        torch.from_numpy(windows)
    )

    np.testing.assert_allclose(found.numpy(), np.moveaxis(windows, -1, 2) / 255, atol=1e-6)


def test_by_hand() -> None:
    spec = PixelSpec(1 / 255, mean=(0.0, 0.5, 1.0), std=(1.0, 0.5, 2.0))
    pixel = torch.tensor([51, 255, 0], dtype=torch.uint8).view(1, 1, 3)

    found = Pixels(spec, (1, 1), "cpu")(pixel)

    assert found.flatten().tolist() == pytest.approx([0.2, 1.0, -0.5])


def test_another_size_is_resized_with_antialiasing() -> None:
    spec = PixelSpec(1 / 255, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    stripes = (torch.arange(144).view(12, 12, 1) % 2 * 255).to(torch.uint8).expand(2, 5, 12, 12, 3)

    found = Pixels(spec, (4, 4), "cpu")(stripes)

    assert found.shape == (2, 5, 3, 4, 4)
    # A triangle of weights 1/9, 2/9, 3/9, 2/9, 1/9 about each third pixel: 5/9 or 4/9 are white.
    assert found[0, 0, 0, 1, 1:3].tolist() == pytest.approx([4 / 9, 5 / 9], abs=1e-6)


@pytest.mark.parametrize(
    ("name", "wrap"),
    [
        ("preprocessor_config.json", lambda settings: settings),
        ("video_preprocessor_config.json", lambda settings: settings),
        ("processor_config.json", lambda settings: {"image_processor": settings}),
        ("processor_config.json", lambda settings: {"video_processor": settings}),
    ],
)
def test_settings_are_found_where_transformers_looks(tmp_path: Path, name: str, wrap: Any) -> None:
    settings = {"image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6]}
    (tmp_path / name).write_text(json.dumps(wrap(settings)))

    assert PixelSpec.read(tmp_path) == PixelSpec(1 / 255, (0.1, 0.2, 0.3), (0.4, 0.5, 0.6))


def test_what_is_not_to_be_done_is_not_done(tmp_path: Path) -> None:
    settings = {"do_rescale": False, "do_normalize": False, "image_mean": [9, 9, 9]}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(settings))

    assert PixelSpec.read(tmp_path) == PixelSpec(1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def test_no_settings_are_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"preprocessor_config\.json is missing"):
        PixelSpec.read(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text('{"image_std": [1, 1, 1]}')
    with pytest.raises(WeightsMissing, match="lack 'image_mean'"):
        PixelSpec.read(tmp_path)
