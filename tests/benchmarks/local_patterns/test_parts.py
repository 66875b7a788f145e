"""What readings name can be opened."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets.base import DatasetMissing
from benchmarks.local_patterns.parts import BenchmarkParts
from detectors.local_patterns.regions.motion import MotionRegions
from segments.errors import UserError

NOTHING = np.zeros((1, 1, 1, 3), np.uint8), np.zeros((1, 2, 24, 32, 2), np.float32)


def test_windows_are_the_papers_and_cells_are_the_grids(tmp_path: Path) -> None:
    parts = BenchmarkParts(tmp_path)
    (windows,) = parts.engine("sliding").follow().find(*NOTHING)
    np.testing.assert_allclose(windows.boxes[0] * [360, 240, 360, 240], [0, 0, 60, 60], atol=1e-4)
    assert len(windows) == 11 * 7  # every 30 pixels
    (cells,) = parts.engine("cells").follow().find(*NOTHING)
    assert len(cells) == 24 * 32
    np.testing.assert_allclose(cells.boxes[33] * [32, 24, 32, 24], [1, 1, 2, 2], atol=1e-5)


def test_engines_by_name(tmp_path: Path) -> None:
    parts = BenchmarkParts(tmp_path)
    assert isinstance(parts.engine("motion"), MotionRegions)
    with pytest.raises(DatasetMissing, match="yolox_nano"):
        parts.engine("yolox")
    with pytest.raises(UserError, match="no way to find regions"):
        parts.engine("eyes")
