"""Parts of masks and joint boxes, by hand."""

import numpy as np

from detectors.local_patterns.regions.parts import covered, joined, parts_of


def mask(*rows: str) -> np.ndarray:
    return np.array([[letter == "x" for letter in row] for row in rows])


def test_parts_hang_together_at_corners() -> None:
    parts = parts_of(mask("xx......", "..x.....", ".......x", ".......x"))
    np.testing.assert_allclose(parts.boxes, [[0, 0, 3 / 8, 2 / 4], [7 / 8, 2 / 4, 1, 1]])
    np.testing.assert_allclose(parts.sizes, [3 / 32, 2 / 32])
    np.testing.assert_allclose(parts.filled, [3 / 6, 1])
    support = mask("x.......", "........", ".......x", ".......x")
    np.testing.assert_allclose(parts.share_of(support), [1 / 3, 1])


def test_gaps_are_closed() -> None:
    apart = np.zeros((12, 16), bool)
    apart[4:8, 4:6] = apart[4:8, 8:12] = True
    assert len(parts_of(apart).boxes) == 2
    (box,) = parts_of(apart, gap=2).boxes
    np.testing.assert_allclose(box, [4 / 16, 4 / 12, 12 / 16, 8 / 12])


def test_an_empty_mask_has_no_parts() -> None:
    parts = parts_of(np.zeros((4, 4), bool))
    assert parts.boxes.shape == (0, 4)
    boxes, filled = joined(parts.boxes, parts.filled, most_shared=0.5)
    assert boxes.shape == (0, 4)
    assert filled.shape == (0,)


def test_covered_cells_have_a_margin_of_one() -> None:
    cells = covered(np.array([[0.5, 0.5, 0.6, 0.6]]), (10, 10))
    assert np.argwhere(cells).min(axis=0).tolist() == [4, 4]
    assert np.argwhere(cells).max(axis=0).tolist() == [6, 6]
    assert not covered(np.zeros((0, 4)), (10, 10)).any()


def test_boxes_within_others_are_joined_and_what_is_seen_adds_up() -> None:
    boxes = np.array([[0.0, 0.0, 0.4, 0.4], [0.3, 0.1, 0.44, 0.2], [0.6, 0.6, 0.7, 0.7]])
    found, filled = joined(boxes, np.array([0.5, 1.0, 0.3]), most_shared=0.5)
    np.testing.assert_allclose(found, [[0, 0, 0.44, 0.4], [0.6, 0.6, 0.7, 0.7]])
    np.testing.assert_allclose(filled, [(0.5 * 0.16 + 0.014) / 0.176, 0.3])


def test_boxes_that_share_less_stay_apart_largest_first() -> None:
    boxes = np.array([[0.0, 0.0, 0.2, 0.2], [0.15, 0.0, 0.45, 0.2]])
    found, _ = joined(boxes, np.ones(2), most_shared=0.5)
    np.testing.assert_allclose(found, boxes[::-1])
