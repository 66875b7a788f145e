"""Engines by name or path, and crowds."""

from pathlib import Path

import numpy as np
import pytest

from detectors.local_patterns.motion_histogram import mean_speed
from detectors.local_patterns.regions.opening import open_engine
from detectors.local_patterns.tracks import Tracker, busiest
from segments.errors import UserError, WeightsMissing


@pytest.mark.parametrize("name", ["motion", "sliding", "windows"])
def test_engines_by_name(name: str) -> None:
    assert open_engine(name).name == name


def test_a_yolox_file_by_path(shared_data: Path) -> None:
    assert open_engine(shared_data.parent / "models/yolox-nano/yolox_nano.onnx").name == "yolox"


def test_what_is_no_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"yolo is no way .* motion, sliding, windows"):
        open_engine("yolo")
    with pytest.raises(WeightsMissing, match="there is no network"):
        open_engine(str(tmp_path / "absent.onnx"))
    with pytest.raises(WeightsMissing, match="holds no usable RT-DETR"):
        open_engine(tmp_path)


def people(right: float = 0.0) -> np.ndarray:
    """300 of them, 20 to a row, none touching another."""
    left, top = np.meshgrid(np.arange(20) / 20 + right, np.arange(15) / 15)
    corner = np.stack([left.ravel(), top.ravel()], axis=1)
    return np.concatenate([corner, corner + (0.03, 0.05)], axis=1)


def test_of_300_people_the_busiest_are_kept() -> None:
    velocity = np.zeros((2, 15, 20, 2), np.float32)
    velocity[:, 4, 3:11, 0] = np.arange(1, 9) / 10  # eight in the fifth row run
    boxes = people()
    kept = busiest(boxes, mean_speed(velocity, boxes), most=8)
    assert kept.tolist() == list(range(4 * 20 + 3, 4 * 20 + 11))


def test_300_people_keep_their_ids() -> None:
    tracker = Tracker()
    order = np.random.default_rng(0).permutation(300)
    assert tracker.update(people()).tolist() == list(range(300))
    assert tracker.update(people(0.01)[order]).tolist() == order.tolist()
