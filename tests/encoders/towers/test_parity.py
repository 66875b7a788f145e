"""Each tower equals the whole transformers model on the inputs of the family's own processors."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    AutoTokenizer,
    ClapFeatureExtractor,
    ClapModel,
    CLIPImageProcessorPil,
    CLIPModel,
    SiglipImageProcessorPil,
    SiglipModel,
    TimesformerModel,
    VideoMAEImageProcessorPil,
    VideoPrismClipModel,
    XCLIPModel,
)

from encoders.towers.base import Placement
from encoders.towers.clap import ClapSounds, ClapText
from encoders.towers.clip import ClipPictures, ClipText
from encoders.towers.siglip import SiglipPictures, SiglipText
from encoders.towers.timesformer import TimesformerWindows
from encoders.towers.videoprism import VideoPrismPictures, VideoPrismText
from encoders.towers.x_clip import XClipPictures, XClipText, XClipWindows
from tests.encoders.towers.conftest import TEXTS

pytestmark = pytest.mark.usefixtures("two_sizes")

TEXT_TOWERS = {
    "clip": (ClipText, CLIPModel, {"padding": True}),
    "siglip": (SiglipText, SiglipModel, {"padding": "max_length", "max_length": 64}),
    "xclip": (XClipText, XCLIPModel, {"padding": True}),
    "videoprism": (VideoPrismText, VideoPrismClipModel, {"padding": "max_length"}),
    "clap": (ClapText, ClapModel, {"padding": True}),
}


def same(found: np.ndarray, expected: torch.Tensor) -> None:
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


def unit(vectors: torch.Tensor) -> torch.Tensor:
    return vectors / vectors.norm(dim=-1, keepdim=True)


def video_pixels(processor: Any, folder: Path, windows: np.ndarray) -> torch.Tensor:
    process = processor.from_pretrained(folder)
    return process([list(window) for window in windows], return_tensors="pt").pixel_values


@pytest.mark.parametrize("family", TEXT_TOWERS)
@torch.inference_mode()
def test_a_text_tower_equals_the_whole_model(models: Path, here: Placement, family: str) -> None:
    tower_class, whole, padding = TEXT_TOWERS[family]
    folder = models / family
    inputs = AutoTokenizer.from_pretrained(folder)(list(TEXTS), return_tensors="pt", **padding)
    expected = whole.from_pretrained(folder).get_text_features(**inputs).pooler_output
    tower = tower_class(folder, here)

    found = tower.encode(TEXTS)

    same(found, unit(expected))
    assert found.shape == (3, tower.dim)
    assert found.dtype == np.float32


@pytest.mark.parametrize("family", TEXT_TOWERS)
def test_a_text_does_not_depend_on_its_company(models: Path, here: Placement, family: str) -> None:
    tower = TEXT_TOWERS[family][0](models / family, here)

    together = tower.encode(TEXTS)

    alone = np.concatenate([tower.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(alone, together, atol=1e-5)
    assert (together @ together.T)[0, 1] < 0.9999, "the texts must differ for this to say anything"


@pytest.mark.parametrize("family", TEXT_TOWERS)
def test_a_long_text_is_cut_off(models: Path, here: Placement, family: str) -> None:
    tower = TEXT_TOWERS[family][0](models / family, here)

    long, longer = tower.encode(["the yard " * 40, "the yard " * 50])

    np.testing.assert_allclose(long, longer, atol=1e-6)


def test_siglip_reads_in_lower_case(models: Path, here: Placement) -> None:
    tower = SiglipText(models / "siglip", here)

    np.testing.assert_array_equal(tower.encode(["The MAN Runs"]), tower.encode(["the man runs"]))


def test_padding_is_on_the_right_whatever_the_tokenizer_was_saved_with(
    models: Path, tmp_path: Path, here: Placement
) -> None:
    folder = Path(shutil.copytree(models / "siglip", tmp_path / "siglip"))
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"padding_side": "left"}))

    found = SiglipText(folder, here).encode(TEXTS)

    np.testing.assert_allclose(found, SiglipText(models / "siglip", here).encode(TEXTS), atol=1e-6)


def test_scales_of_cosines(models: Path, here: Placement) -> None:
    siglip = SiglipModel.from_pretrained(models / "siglip")

    assert ClipText(models / "clip", here).logit_scale == pytest.approx(np.exp(2.6592), rel=1e-6)
    assert ClapText(models / "clap", here).logit_scale == pytest.approx(1 / 0.07, rel=1e-6)
    assert SiglipText(models / "siglip", here).logit_scale == pytest.approx(
        siglip.logit_scale.exp().item()
    )
    assert VideoPrismText(models / "videoprism", here).logit_scale == 1.0


@pytest.mark.parametrize(
    ("family", "tower_class", "whole", "processor"),
    [
        ("clip", ClipPictures, CLIPModel, CLIPImageProcessorPil),
        ("siglip", SiglipPictures, SiglipModel, SiglipImageProcessorPil),
    ],
)
@torch.inference_mode()
def test_a_picture_tower_equals_the_whole_model(
    models: Path,
    here: Placement,
    windows: np.ndarray,
    family: str,
    tower_class: Any,
    whole: Any,
    processor: Any,
) -> None:
    pictures = windows[:, :1]
    inputs = processor.from_pretrained(models / family)(list(pictures[:, 0]), return_tensors="pt")
    expected = whole.from_pretrained(models / family).get_image_features(**inputs).pooler_output
    tower = tower_class(models / family, here)

    found = tower.encode(pictures)

    same(found, unit(expected))
    assert found.shape == (3, tower.dim)
    assert (tower.num_frames, tower.frame_size) == (1, (32, 32))
    assert (found @ found.T)[0, 1] < 0.99


@torch.inference_mode()
def test_x_clip_equals_the_whole_model(models: Path, here: Placement, windows: np.ndarray) -> None:
    folder = models / "xclip"
    pixels = video_pixels(VideoMAEImageProcessorPil, folder, windows)
    whole = XCLIPModel.from_pretrained(folder)
    expected = whole.get_video_features(pixel_values=pixels)

    same(XClipPictures(folder, here).encode(windows), unit(expected.pooler_output))
    patches = whole.prompts_visual_layernorm(expected.last_hidden_state[:, 1:])
    by_frame = (patches @ whole.prompts_visual_projection).reshape(3, 8, 4, 16)
    same(XClipWindows(folder, here).encode(windows), by_frame.mean(dim=2))


@torch.inference_mode()
def test_timesformer_equals_the_whole_model(
    models: Path, here: Placement, windows: np.ndarray
) -> None:
    folder = models / "timesformer"
    pixels = video_pixels(VideoMAEImageProcessorPil, folder, windows)
    states = TimesformerModel.from_pretrained(folder)(pixels).last_hidden_state
    tower = TimesformerWindows(folder, here)

    tokens = tower.encode(windows)

    assert tokens.shape == (3, 8, 32)
    # Patches come place by place, and within a place frame by frame: 4 places of 8 frames.
    same(tokens[:, 5], (states[:, 6] + states[:, 14] + states[:, 22] + states[:, 30]) / 4)


@torch.inference_mode()
def test_a_frames_token_follows_its_frame(
    models: Path, here: Placement, windows: np.ndarray
) -> None:
    changed = windows.copy()
    changed[:, 3] = 255 - changed[:, 3]
    for tower in (
        TimesformerWindows(models / "timesformer", here),
        XClipWindows(models / "xclip", here),
    ):
        moved = np.linalg.norm(tower.encode(changed) - tower.encode(windows), axis=-1)

        assert (moved.argmax(axis=1) == 3).all()


@torch.inference_mode()
def test_videoprism_equals_the_whole_model(
    models: Path, here: Placement, windows: np.ndarray
) -> None:
    whole = VideoPrismClipModel.from_pretrained(models / "videoprism")
    pixels = torch.from_numpy(windows).movedim(-1, 2) / 255
    expected = whole.get_video_features(pixel_values_videos=pixels).pooler_output
    tower = VideoPrismPictures(models / "videoprism", here)

    found = tower.encode(windows)

    same(found, unit(expected).flatten(1))
    assert (tower.num_frames, tower.dim) == (8, 32)


@torch.inference_mode()
def test_clap_equals_the_whole_model(models: Path, here: Placement, sounds: np.ndarray) -> None:
    folder = models / "clap"
    extract = ClapFeatureExtractor.from_pretrained(folder)
    inputs = extract(list(sounds), sampling_rate=16_000, return_tensors="pt")
    whole = ClapModel.from_pretrained(folder)
    expected = whole.get_audio_features(inputs.input_features.float()).pooler_output
    tower = ClapSounds(folder, here)

    found = tower.encode(sounds)

    same(found, unit(expected))
    assert (tower.dim, tower.rate_hz, tower.window_s) == (16, 16_000, 2.0)
    assert (found @ found.T)[0, 1] < 0.99


def test_vectors_have_length_one(
    models: Path, here: Placement, windows: np.ndarray, sounds: np.ndarray
) -> None:
    vectors = (
        ClipPictures(models / "clip", here).encode(windows[:, :1]),
        SiglipPictures(models / "siglip", here).encode(windows[:, :1]),
        XClipPictures(models / "xclip", here).encode(windows),
        VideoPrismPictures(models / "videoprism", here).encode(windows),
        ClapSounds(models / "clap", here).encode(sounds),
    )

    for found in vectors:
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
