"""Windows all over the picture, counted by hand."""

import numpy as np
import pytest

from detectors.local_patterns.regions.sliding import SlidingConfig, SlidingWindows
from segments.errors import UserError

PICTURES = np.zeros((2, 8, 8, 3), np.uint8)
VELOCITY = np.zeros((2, 1, 2, 2, 2), np.float32)


def windows(*sizes: tuple[float, float], stride: float) -> np.ndarray:
    first, second = SlidingWindows(SlidingConfig(sizes, stride)).find(PICTURES, VELOCITY)
    np.testing.assert_array_equal(first.boxes, second.boxes)
    assert first.confidences.tolist() == [1.0] * len(first)
    return first.boxes


def test_windows_by_hand() -> None:
    np.testing.assert_allclose(
        windows((0.5, 1.0), stride=0.5), [[0, 0, 0.5, 1], [0.25, 0, 0.75, 1], [0.5, 0, 1, 1]]
    )
    quarters = [[x, y, x + 0.5, y + 0.5] for y in (0, 0.5) for x in (0, 0.5)]
    np.testing.assert_allclose(windows((0.5, 0.5), stride=1.0), quarters)


def test_windows_that_do_not_divide_the_picture_move_on_by_less() -> None:
    np.testing.assert_allclose(
        windows((0.4, 1.0), stride=1.0)[:, [0, 2]], [[0, 0.4], [0.3, 0.7], [0.6, 1]], atol=1e-6
    )


def test_the_default_is_58_windows() -> None:
    assert len(SlidingWindows().find(PICTURES, VELOCITY)[0]) == 7 * 7 + 3 * 3


@pytest.mark.parametrize("stride", [1e-9, 0.01])
def test_too_many_windows_are_refused(stride: float) -> None:
    with pytest.raises(UserError, match="at most 1024"):
        SlidingWindows(SlidingConfig(((0.1, 0.1),), stride))


@pytest.mark.parametrize(("size", "stride"), [(0.0, 0.5), (1.5, 0.5), (0.5, 0.0), (0.5, 1.1)])
def test_shares_beyond_the_picture_are_refused(size: float, stride: float) -> None:
    with pytest.raises(UserError, match="above 0 and up to 1"):
        SlidingWindows(SlidingConfig(((size, 0.5),), stride))
