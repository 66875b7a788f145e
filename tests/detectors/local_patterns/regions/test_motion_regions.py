"""Squares drawn at known places, found by what moves and by what is new."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from detectors.local_patterns.base import Regions
from detectors.local_patterns.regions.motion import MotionConfig, MotionRegions, moving_cells
from detectors.local_patterns.tracks import Tracker, overlaps

HEIGHT, WIDTH, CELL = 144, 192, 6
Box = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels."""


def scene() -> np.ndarray:
    """Soft patches of grey, as walls and floors are."""
    patches = np.random.default_rng(1).integers(60, 200, (9, 12, 1)).astype(np.uint8)
    grey = cv2.resize(patches, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.repeat(grey[..., None], 3, axis=2)


def with_squares(*boxes: Box, noise: float = 3.0, seed: int = 0) -> np.ndarray:
    """The scene with red squares and a sensor's noise."""
    picture = scene().astype(float)
    for left, top, right, bottom in boxes:
        picture[top:bottom, left:right] = (220, 30, 30)
    picture += np.random.default_rng(seed).normal(0, noise, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def still(count: int = 1) -> np.ndarray:
    return np.zeros((count, 2, HEIGHT // CELL, WIDTH // CELL, 2), np.float32)


def moving(*boxes: Box, speed: float = 0.13) -> np.ndarray:
    """Two fields in which the cells under boxes go right."""
    velocity = still()
    for left, top, right, bottom in boxes:
        rows = slice(top // CELL, -(-bottom // CELL))
        velocity[0, :, rows, left // CELL : -(-right // CELL), 0] = speed
    return velocity


def shares(*boxes: Box) -> np.ndarray:
    return np.array(boxes) / (WIDTH, HEIGHT, WIDTH, HEIGHT)


def found(pictures: list[np.ndarray], velocity: list[np.ndarray]) -> list[Regions]:
    return MotionRegions().follow().find(np.stack(pictures), np.concatenate(velocity))


def walker(time: int) -> Box:
    return 12 + 6 * time, 48, 30 + 6 * time, 90


def test_a_moving_square_is_found_where_it_is() -> None:
    walks = [walker(t) for t in range(14)]
    pictures = [with_squares(box, seed=t) for t, box in enumerate(walks)]
    regions = found(pictures, [moving(box) for box in walks])
    for box, region in zip(walks, regions, strict=True):
        assert overlaps(shares(box), region.boxes).max() >= 0.6
    assert [len(region) for region in regions[6:]] == [1] * 8  # no ghost of where it began
    assert all(region.confidences.min() > 0.8 for region in regions)


def test_the_first_picture_is_judged_by_motion_only() -> None:
    box, parked = walker(0), (120, 60, 150, 90)
    (regions,) = found([with_squares(box, parked)], [moving(box)])
    np.testing.assert_allclose(regions.boxes, shares(box), atol=1e-6)
    assert regions.labels == ("",)


def test_two_squares_stay_two_and_one_track_each() -> None:
    tracker, ids = Tracker(), []
    upper = [(12 + 5 * t, 20, 30 + 5 * t, 50) for t in range(12)]
    lower = [(150 - 5 * t, 90, 170 - 5 * t, 130) for t in range(12)]
    pairs = list(zip(upper, lower, strict=True))
    pictures = [with_squares(*pair, seed=t) for t, pair in enumerate(pairs)]
    for regions in found(pictures, [moving(*pair) for pair in pairs])[7:]:
        assert len(regions) == 2
        ids.append(tracker.update(regions.boxes).tolist())
    assert {tuple(sorted(pair)) for pair in ids} == {(0, 1)}


def test_what_is_left_behind_is_found_until_it_is_part_of_the_scene() -> None:
    bag = (90, 80, 114, 100)
    count = 320
    pictures = [with_squares(*([bag] if t >= 40 else []), seed=t) for t in range(count)]
    regions = found(pictures, [still()] * count)
    assert {len(region) for region in regions[:41]} == {0}  # nothing has been new before
    for region in regions[41:70]:
        assert overlaps(shares(bag), region.boxes).min() >= 0.6
    assert {len(region) for region in regions[-20:]} == {0}


@pytest.mark.parametrize("noise", [0.0, 4.0, 10.0])
def test_nothing_is_found_where_nothing_happens(noise: float) -> None:
    pictures = [with_squares(noise=noise, seed=t) for t in range(30)]
    assert {len(region) for region in found(pictures, [still()] * 30)} == {0}


def test_noise_of_the_fields_gives_nothing() -> None:
    rng = np.random.default_rng(3)
    noisy = rng.normal(0, 0.05, (30, 2, 24, 32, 2)).astype(np.float32)
    pictures = [with_squares(seed=t) for t in range(30)]
    assert {len(region) for region in found(pictures, list(noisy[:, None]))} == {0}


def test_a_shaking_camera_gives_nothing() -> None:
    rng = np.random.default_rng(4)
    pictures, fields = [], []
    for _ in range(30):
        right, down = rng.integers(-3, 4, 2)
        pictures.append(np.roll(scene(), (down, right), axis=(0, 1)))
        fields.append(still() + rng.normal(0, 0.3, 2).astype(np.float32))
    assert {len(region) for region in found(pictures, fields)} == {0}


def test_what_moves_against_the_cameras_pan_is_found() -> None:
    box = (60, 48, 78, 90)
    cells, speed = moving_cells(moving(box, speed=0.5)[0] + (0.2, 0.1), MotionConfig())
    assert cells.sum() == 3 * 7
    assert speed == pytest.approx(np.hypot(0.2, 0.1))


def test_flakes_that_are_new_every_time_are_no_regions() -> None:
    rng = np.random.default_rng(5)
    pictures = []
    for t in range(60):
        picture = with_squares(seed=t)
        for x, y in zip(rng.integers(0, 186, 12), rng.integers(0, 136, 12), strict=True):
            picture[y : y + 8, x : x + 5] = 250
        pictures.append(picture)
    counts = [len(region) for region in found(pictures, [still()] * 60)]
    assert np.mean(counts) < 0.5  # of 12 flakes; two may fall on the same place


def test_the_lights_going_on_gives_nothing() -> None:
    dark = [(with_squares(seed=t) * 0.4).astype(np.uint8) for t in range(15)]
    bright = [with_squares(seed=t) for t in range(15)]
    assert {len(region) for region in found(dark + bright, [still()] * 30)} == {0}


def crowd() -> list[Box]:
    """300 people, 6 x 6 pixels each and as far apart."""
    return [(x, y, x + 6, y + 6) for y in range(0, 144, 12) for x in range(0, 192, 8)][:300]


def test_a_crowd_is_cut_to_the_most_regions() -> None:
    people = crowd()
    velocity = moving(*people)
    config = MotionConfig(least_moving=0.001, most=20)
    pictures = np.stack([with_squares(), with_squares(*people), with_squares(*people)])
    regions = MotionRegions(config).follow().find(pictures, np.concatenate([velocity] * 3))
    assert max(len(region) for region in regions) <= 20


def test_a_run_begins_anew_and_is_the_same_in_pieces() -> None:
    walks = [walker(t) for t in range(12)]
    pictures = np.stack([with_squares(box, seed=t) for t, box in enumerate(walks)])
    velocity = np.concatenate([moving(box) for box in walks])
    engine = MotionRegions()
    whole = engine.follow().find(pictures, velocity)
    finder = engine.follow()
    pieces = finder.find(pictures[:5], velocity[:5]) + finder.find(pictures[5:], velocity[5:])
    for one, other in zip(whole, pieces, strict=True):
        np.testing.assert_array_equal(one.boxes, other.boxes)


@pytest.mark.parametrize("make", [lambda: still(), lambda: still()[:, :0]])
def test_one_picture_with_or_without_fields(make: Callable[[], np.ndarray]) -> None:
    (regions,) = found([with_squares()], [make()])
    assert regions.boxes.shape == (0, 4)
