"""Windows of a walker's size, counted by hand."""

import numpy as np
import pytest

from detectors.local_patterns.regions.opening import needs_weights, open_engine
from detectors.local_patterns.regions.windows import WalkerWindows, WindowConfig
from detectors.local_patterns.ways import THINGS, WINDOWS, way_of
from segments.errors import UserError


def boxes(height: int, width: int, name: str = "windows") -> np.ndarray:
    """Of two pictures of a size, which have the same."""
    unseen = np.zeros((2, height, width, 3), np.uint8), np.zeros((2, 1, 24, 32, 2), np.float32)
    first, second = open_engine(name).follow().find(*unseen)
    assert first is second
    assert first.labels == ("",) * len(first)
    return first.boxes


def test_in_ped2_a_walker_is_17_by_30_pixels() -> None:
    found = boxes(240, 360)
    sides = (found[:, 2:] - found[:, :2]) * (360, 240)
    np.testing.assert_allclose(sides, np.tile([16.875, 30.0], (len(found), 1)), atol=1e-4)
    assert len(found) == 15 * 42  # every 15 lines; 343.125 / 8.4375 = 40.67 steps
    np.testing.assert_allclose(found[0], [0, 0, 3 / 64, 1 / 8])
    np.testing.assert_allclose(found[-1], [1 - 3 / 64, 7 / 8, 1, 1])


def test_a_walker_is_as_wide_in_every_picture() -> None:
    for height, width in ((108, 192), (192, 108)):
        found = boxes(height, width)
        np.testing.assert_allclose((found[:, 2] - found[:, 0]) * width / height, 9 / 128, rtol=1e-4)


def test_sizes_are_height_by_width() -> None:
    found = boxes(100, 200, "windows:0.5x0.25")
    assert len(found) == 3 * 15  # 0.125 wide, every 0.0625
    np.testing.assert_allclose(found[1], [0.0625, 0, 0.1875, 0.5])


def test_no_picture_is_too_wide_or_too_narrow() -> None:
    wide = boxes(100, 4000, "windows:0.0625x0.05")
    assert len(wide) == 31 * (1024 // 31)
    np.testing.assert_allclose(wide[-1, 2:], 1)
    narrow = boxes(300, 15)
    np.testing.assert_allclose(narrow[:, [0, 2]], [[0, 1]] * 15)


def test_one_engine_may_see_pictures_of_two_shapes() -> None:
    engine, nothing = WalkerWindows(), np.zeros((1, 1, 24, 32, 2), np.float32)
    counts = [
        len(engine.find(np.zeros((1, *size, 3), np.uint8), nothing)[0])
        for size in ((240, 360), (240, 240), (240, 360))
    ]
    assert counts == [630, 15 * 28, 630]


@pytest.mark.parametrize("name", ["windows:", "windows:0.1", "windows:axb", "windows:0.1x0.1x0.1"])
def test_what_is_no_size_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="windows:HEIGHTxWIDTH"):
        open_engine(name)


@pytest.mark.parametrize("name", ["windows:0.01x0.1", "windows:0.1x1.5", "windows:0x0"])
def test_sides_beyond_what_is_seen_are_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"from 0\.042 to 1 is allowed"):
        WindowConfig.of(name)


def test_windows_are_read_in_a_way_of_their_own() -> None:
    assert way_of("windows") == way_of("windows:0.2x0.1") == WINDOWS
    assert (WINDOWS.config.expand, WINDOWS.config.mean_over, WINDOWS.fineness) == (0.0, "box", 2)
    assert way_of("motion") == way_of("/models/windows.onnx") == THINGS
    assert (THINGS.config.expand, THINGS.config.mean_over, THINGS.fineness) == (0.5, "bin", 1)
    assert not needs_weights("windows:0.2x0.1")
    assert needs_weights("/models/windows.onnx")
