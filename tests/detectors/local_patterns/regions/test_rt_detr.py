"""RT-DETR with few random weights, saved and loaded, beside transformers' own processing."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from detectors.local_patterns.regions.rt_detr import RtDetrConfig, RtDetrRegions, prepared
from segments.errors import UserError, WeightsMissing

# isort: split
from transformers import RTDetrConfig, RTDetrForObjectDetection, RTDetrResNetConfig
from transformers.models.rt_detr.image_processing_pil_rt_detr import RTDetrImageProcessorPil

SIZE = (64, 96)
NAMES = ("person", "car", "bag")
ALL = RtDetrConfig(least_confidence=0.0, size=SIZE)
PICTURES = np.random.default_rng(0).integers(0, 256, (3, 48, 80, 3)).astype(np.uint8)
FIELDS = np.zeros((3, 2, 24, 32, 2), np.float32)


def tiny_config() -> RTDetrConfig:
    backbone = RTDetrResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 16, 16, 16],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    return RTDetrConfig(
        backbone_config=backbone,
        encoder_hidden_dim=16,
        encoder_in_channels=[16, 16, 16],
        encoder_ffn_dim=16,
        encoder_attention_heads=2,
        d_model=16,
        num_queries=12,
        decoder_in_channels=[16, 16, 16],
        decoder_ffn_dim=16,
        decoder_layers=2,
        decoder_attention_heads=2,
        num_denoising=0,
        id2label=dict(enumerate(NAMES)),
        label2id={name: k for k, name in enumerate(NAMES)},
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("rt-detr")
    RTDetrForObjectDetection(tiny_config()).save_pretrained(path)
    return path


def test_pictures_are_prepared_as_transformers_does() -> None:
    processor = RTDetrImageProcessorPil(size={"height": SIZE[0], "width": SIZE[1]})
    pictures = [Image.fromarray(picture) for picture in PICTURES]
    expected = processor(pictures, return_tensors="np")["pixel_values"]
    np.testing.assert_allclose(prepared(PICTURES, SIZE), expected, atol=1e-5)


def test_regions_are_those_of_transformers(folder: Path) -> None:
    model = RTDetrForObjectDetection.from_pretrained(folder).eval()
    with torch.inference_mode():
        outputs = model(pixel_values=torch.from_numpy(prepared(PICTURES, SIZE)))
    expected = RTDetrImageProcessorPil().post_process_object_detection(outputs, threshold=0.3)
    config = RtDetrConfig(least_confidence=0.3, size=SIZE)
    found = RtDetrRegions(folder, config).find(PICTURES, FIELDS)
    assert sum(len(regions) for regions in found) > 3
    for regions, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(regions.confidences, theirs["scores"], atol=1e-5)
        np.testing.assert_allclose(regions.boxes, theirs["boxes"].clamp(0, 1), atol=1e-5)
        assert regions.labels == tuple(NAMES[k] for k in theirs["labels"])


def test_a_batch_changes_nothing_and_most_cuts_the_least_sure(folder: Path) -> None:
    together = RtDetrRegions(folder, ALL).find(PICTURES, FIELDS)
    alone = RtDetrRegions(folder, RtDetrConfig(0.0, most=5, size=SIZE, batch=1))
    for regions, few in zip(together, alone.find(PICTURES, FIELDS), strict=True):
        assert (len(regions), len(few)) == (12 * 3, 5)
        np.testing.assert_allclose(few.confidences, regions.confidences[:5], atol=1e-5)


def test_classes(folder: Path) -> None:
    config = RtDetrConfig(least_confidence=0.01, classes={"bag"}, size=SIZE)
    found = RtDetrRegions(folder, config).find(PICTURES, FIELDS)
    assert {label for regions in found for label in regions.labels} == {"bag"}
    with pytest.raises(UserError, match="knows no dog: choose of person, car, bag"):
        RtDetrRegions(folder, RtDetrConfig(classes={"dog"}))


def test_bfloat16_is_near(folder: Path) -> None:
    full = RtDetrRegions(folder, ALL).find(PICTURES, FIELDS)
    half = RtDetrRegions(folder, ALL, dtype=torch.bfloat16).find(PICTURES, FIELDS)
    for one, other in zip(full, half, strict=True):
        assert other.boxes.dtype == np.float32
        np.testing.assert_allclose(one.confidences[:3], other.confidences[:3], atol=0.03)


def test_a_folder_without_its_parts_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="config.json cannot be read"):
        RtDetrRegions(tmp_path)
    shutil.copy(folder / "config.json", tmp_path)
    with pytest.raises(WeightsMissing, match="model.safetensors is absent"):
        RtDetrRegions(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(WeightsMissing, match="holds no usable RT-DETR"):
        RtDetrRegions(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "clip"}))
    with pytest.raises(WeightsMissing, match="model_type 'clip'"):
        RtDetrRegions(tmp_path)


def test_weights_that_are_absent_are_named(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    shutil.copy(folder / "config.json", tmp_path)
    weights = load_file(folder / "model.safetensors")
    absent = next(name for name in weights if "backbone" in name and name.endswith("weight"))
    del weights[absent]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsMissing, match="1 weights are absent"):
        RtDetrRegions(tmp_path)
