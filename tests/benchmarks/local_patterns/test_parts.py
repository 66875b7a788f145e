"""What readings name can be opened."""

from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.datasets.base import DatasetMissing
from benchmarks.local_patterns.parts import GRIDS, BenchmarkParts
from benchmarks.local_patterns.settings import SETTINGS
from detectors.local_patterns.asking import Asking
from detectors.local_patterns.regions.motion import MotionRegions
from encoders.compact.profile import CompactProfile
from encoders.regions.compact import INSIDE
from encoders.regions.grids import middle
from segments.errors import UserError

NOTHING = np.zeros((1, 1, 1, 3), np.uint8), np.zeros((1, 2, 24, 32, 2), np.float32)


def test_windows_are_the_papers_and_cells_are_the_grids(tmp_path: Path) -> None:
    parts = BenchmarkParts(tmp_path, tmp_path)
    (windows,) = parts.engine("sliding").follow().find(*NOTHING)
    np.testing.assert_allclose(windows.boxes[0] * [360, 240, 360, 240], [0, 0, 60, 60], atol=1e-4)
    assert len(windows) == 11 * 7  # every 30 pixels
    (cells,) = parts.engine("cells").follow().find(*NOTHING)
    assert len(cells) == 24 * 32
    np.testing.assert_allclose(cells.boxes[33] * [32, 24, 32, 24], [1, 1, 2, 2], atol=1e-5)


def test_engines_by_name(tmp_path: Path) -> None:
    parts = BenchmarkParts(tmp_path, tmp_path)
    assert isinstance(parts.engine("motion"), MotionRegions)
    with pytest.raises(DatasetMissing, match="yolox_nano"):
        parts.engine("yolox")
    with pytest.raises(UserError, match="no way to find regions"):
        parts.engine("eyes")


def test_every_setting_names_what_can_be_opened(tmp_path: Path) -> None:
    parts = BenchmarkParts(tmp_path, tmp_path)
    named = {setting.reading.encoder for setting in SETTINGS} - {None}
    assert named == {"backbone", *GRIDS}
    tokens = {name: parts.encoder(name).num_tokens for name in GRIDS}
    assert tokens == {"compact": 32, "compact-8": 8, "compact-64": 64, "compact-128": 128}


def test_the_backbone_is_the_map_inside_a_box_and_knows_no_words(tmp_path: Path) -> None:
    backbone = BenchmarkParts(tmp_path, tmp_path).encoder("backbone")
    pictures = np.random.default_rng(0).integers(0, 256, (1, 144, 192, 3), dtype=np.uint8)
    box = np.array([[0.25, 0.25, 0.75, 0.75]], np.float32)
    (tokens,) = backbone.encode(pictures, [box])
    assert tokens.shape == (1, backbone.num_tokens, backbone.dim) == (1, 1, 192)
    appearance = CompactProfile.load().encoders.appearance
    with torch.inference_mode():
        features = appearance.features(torch.from_numpy(pictures))[0].numpy()
    rows, columns = features.shape[1:]  # 9 x 12 cells; the box's middle is half of the half
    (inside,) = middle(box, INSIDE)
    assert inside.tolist() == [0.375, 0.375, 0.625, 0.625]
    across, down = _covered(0.375, 0.625, columns), _covered(0.375, 0.625, rows)
    expected = np.einsum("chw,h,w->c", features, down, across) / (down.sum() * across.sum())
    np.testing.assert_allclose(tokens[0, 0], expected, rtol=1e-3, atol=1e-4)
    assert backbone.describe(tokens) == [""]
    assert not backbone.encode_texts([""]).any()


def _covered(low: float, high: float, cells: int) -> np.ndarray:
    edges = np.arange(cells) / cells
    return np.clip(np.minimum(high, edges + 1 / cells) - np.maximum(low, edges), 0, None)


def test_captions_are_carried_by_the_machines_that_are_named(tmp_path: Path) -> None:
    parts = BenchmarkParts(tmp_path, tmp_path)
    compact = parts.encoder("compact")
    shipped = parts.says_yes(compact, 3)
    assert isinstance(shipped, Asking)
    with pytest.raises(UserError, match=r"--machines 5 --out \S+smm-5"):
        parts.says_yes(compact, 5)
    assert {setting.reading.machines for setting in SETTINGS} == {0, 1, 3, 5}
