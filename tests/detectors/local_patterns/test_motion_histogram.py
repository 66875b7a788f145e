"""Directions and speeds of regions: by hand, and of scenes whose motion is known."""

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import PictureType

from detectors.local_patterns.codec_motion import encode_for_vectors, read_reencoded_motion
from detectors.local_patterns.motion_histogram import (
    Mean,
    cell_shares,
    directions,
    mean_speed,
    motion_histograms,
)
from segments.media import MotionField
from segments.reading import probe, read_motion
from segments.reading.references import codec_vectors_usable
from tests.support.footage import MovingScene, numbered, write_video

WHOLE = np.array([[0.0, 0.0, 1.0, 1.0]])
B_FRAMES = {"bf": "3", "refs": "4", "x264-params": "b-adapt=0:scenecut=0"}


def test_directions_go_clockwise_from_the_right_in_eighths() -> None:
    compass = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]
    assert directions(np.array(compass, np.float32)).tolist() == list(range(8))
    # bins are centred: 22° is still right, 23° is down to the right, and so on either side
    angles = np.deg2rad([22, 23, -22, -23, 157, 158, -158])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=-1).astype(np.float32)
    assert directions(vectors).tolist() == [0, 1, 0, 7, 3, 4, 4]


def test_a_box_covers_shares_of_cells() -> None:
    boxes = np.array([[0.25, 0.5, 1.0, 1.0], [-1.0, 0.0, 0.1, 2.0], [0.5, 0.6, 0.4, 0.2]])
    rows, columns = cell_shares(boxes, (2, 5))
    np.testing.assert_allclose(rows, [[0, 1], [1, 1], [0, 0]])
    np.testing.assert_allclose(
        columns, [[0, 0.75, 1, 1, 1], [0.5, 0, 0, 0, 0], [0, 0, 0, 0, 0]], atol=1e-12
    )


def _field(*rows: list[tuple[float, float]]) -> np.ndarray:
    return np.array([rows], np.float32)


def test_a_bin_is_the_mean_speed_of_its_cells_by_share() -> None:
    field = _field([(1.0, 0.0), (3.0, 0.0)], [(0.0, 0.0), (-3.0, 4.0)])
    (histogram,) = motion_histograms(field, WHOLE)
    # right: (1 + 3) / 2; still: nowhere; (-3, 4) is 127° and 5 long: bin 3
    np.testing.assert_allclose(histogram, [2, 0, 0, 5, 0, 0, 0, 0])
    # all of the first column and a fifth of the second: right (1 + 3 / 5) / (6 / 5)
    (narrow,) = motion_histograms(field, np.array([[0.0, 0.0, 0.6, 1.0]]))
    np.testing.assert_allclose(narrow, [1.6 / 1.2, 0, 0, 5, 0, 0, 0, 0], rtol=1e-6)
    (fast,) = motion_histograms(field, WHOLE, least_speed=1.0)
    np.testing.assert_allclose(fast, [3, 0, 0, 5, 0, 0, 0, 0])
    np.testing.assert_allclose(mean_speed(field, WHOLE), [9 / 4])
    (over_box,) = motion_histograms(field, WHOLE, mean_over="box")
    np.testing.assert_allclose(over_box, [4 / 4, 0, 0, 5 / 4, 0, 0, 0, 0])


def test_fields_of_a_window_are_averaged() -> None:
    fields = np.concatenate([_field([(2.0, 0.0)]), _field([(0.0, 1.0)]), _field([(0.0, 0.0)])])
    np.testing.assert_allclose(
        motion_histograms(fields, WHOLE), [[2 / 3, 0, 1 / 3, 0, 0, 0, 0, 0]], rtol=1e-6
    )


def test_boxes_without_an_area_and_windows_without_fields_are_zero() -> None:
    field = _field([(1.0, 1.0)])
    empty = np.array([[0.5, 0.5, 0.5, 0.9], [0.9, 0.1, 0.2, 0.8], [1.5, 0.0, 2.0, 1.0]])
    assert not motion_histograms(field, empty).any()
    assert not mean_speed(field, empty).any()
    assert motion_histograms(field[:0], WHOLE).tolist() == [[0.0] * 8]
    assert motion_histograms(field, WHOLE[:0]).shape == (0, 8)
    assert mean_speed(field, WHOLE[:0]).shape == (0,)


def test_a_crowd_is_measured_as_each_alone() -> None:
    rng = np.random.default_rng(0)
    fields = rng.normal(size=(2, 24, 32, 2)).astype(np.float32)
    corners = np.sort(rng.uniform(size=(300, 2, 2)), axis=1)
    boxes = corners.reshape(300, 4)
    together = motion_histograms(fields, boxes)
    np.testing.assert_allclose(together[17:18], motion_histograms(fields, boxes[17:18]), rtol=1e-5)
    assert together.shape == (300, 8)


def _card(scene: MovingScene, time_s: float) -> np.ndarray:
    """The box of the card, a cell of the motion grid less on every side."""
    left, top = scene.corner_px(time_s)
    height, width = scene.card_px
    size = [scene.width, scene.height] * 2
    return np.array([[left + 10, top + 10, left + width - 10, top + height - 10]]) / size


def _histograms(
    field: MotionField, scene: MovingScene, *, delay_s: float, mean_over: Mean = "bin"
) -> np.ndarray:
    """The card's histogram in each field, between the two pictures that it compares."""
    rows = [
        motion_histograms(velocity[None], _card(scene, float(t) - delay_s), mean_over=mean_over)
        for velocity, t in zip(field.velocity, field.pts_s, strict=True)
    ]
    return np.concatenate(rows)


@pytest.mark.parametrize(
    ("velocity_px", "direction"), [((100, 0), 0), ((60, 60), 1), ((-70, 70), 3), ((0, -90), 6)]
)
def test_known_motion_in_a_stream_with_b_pictures(
    tmp_path: Path, velocity_px: tuple[float, float], direction: int
) -> None:
    """Flow reads what is shown: the order of coding does not matter."""
    scene = MovingScene(velocity_px=velocity_px, start_px=(120, 80))
    path = write_video(tmp_path / "a.mp4", scene.pictures(11), options=B_FRAMES)
    field = read_motion(probe(path), rate_hz=12.5)
    rows = _histograms(field, scene, delay_s=0.04)[1:]
    assert rows.argmax(axis=1).tolist() == [direction] * len(rows)
    speed = np.hypot(*scene.velocity)
    assert rows[:, direction] == pytest.approx(speed, rel=0.1)


@pytest.mark.parametrize(
    ("velocity_px", "direction"), [((100, 0), 0), ((50, 50), 1), ((-100, 0), 4), ((0, -100), 6)]
)
def test_known_motion_by_the_papers_way(
    tmp_path: Path, velocity_px: tuple[float, float], direction: int
) -> None:
    """A stream with B-pictures, encoded anew: the sign is that of the motion, not of the vector."""
    scene = MovingScene(velocity_px=velocity_px, start_px=(120, 80))
    path = write_video(tmp_path / "a.mp4", scene.pictures(9), options=B_FRAMES)
    field = read_reencoded_motion(probe(path), tmp_path)
    assert (field.origin, field.velocity.shape) == ("codec", (8, 30, 40, 2))
    np.testing.assert_allclose(field.pts_s, np.arange(1, 9) / 25, atol=1e-3)
    rows = _histograms(field, scene, delay_s=0.02)
    speed = np.hypot(*scene.velocity)
    assert rows[:, direction] == pytest.approx(speed, rel=0.05)
    shares = _histograms(field, scene, delay_s=0.02, mean_over="box")
    assert shares.argmax(axis=1).tolist() == [direction] * len(shares)
    assert shares[:, direction].min() > 0.8 * speed
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_a_vector_stands_for_every_block_of_8_pixels_that_it_covers(tmp_path: Path) -> None:
    """The whole picture moves 4 pixels to the right a picture: macroblocks of 16 pixels, with no
    cell of the grid left out."""
    scene = MovingScene(
        velocity_px=(100.0, 0.0), height=64, width=96, card_px=(64, 400), start_px=(-150.0, 0.0)
    )
    path = write_video(tmp_path / "a.mp4", scene.pictures(6))
    field = read_reencoded_motion(probe(path), tmp_path)
    assert field.velocity.shape == (5, 8, 12, 2)
    moved_px = field.velocity * 64 / 25
    inner = moved_px[:, :, 2:]  # what enters at the left has no past
    assert (np.abs(inner - (4, 0)) <= 0.25).all(axis=-1).mean() > 0.95  # vectors count quarters


def test_a_still_scene_has_no_direction(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", MovingScene(velocity_px=(0, 0)).pictures(4))
    field = read_reencoded_motion(probe(path), tmp_path)
    quarter_pixel = 0.25 * 25 / 240
    assert motion_histograms(field.velocity, WHOLE).max() < quarter_pixel
    assert mean_speed(field.velocity, WHOLE) < 0.01 * quarter_pixel


def test_one_picture_has_no_motion(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", numbered(1))
    field = read_reencoded_motion(probe(path), tmp_path)
    assert field.velocity.shape == (0, 6, 8, 2)
    assert motion_histograms(field.velocity, WHOLE).tolist() == [[0.0] * 8]


def test_the_copy_has_one_key_picture_and_one_reference(tmp_path: Path) -> None:
    """Key pictures of the original do not become key pictures, which have no vectors."""
    scene = MovingScene(height=64, width=96, card_px=(24, 24), start_px=(10, 10))
    path = write_video(tmp_path / "a.mp4", scene.pictures(9), options={"g": "3"})
    copy = tmp_path / "copy.mkv"
    encode_for_vectors(probe(path), copy)
    assert codec_vectors_usable(copy)
    with av.open(str(copy)) as container:
        kinds = [frame.pict_type for frame in container.decode(video=0)]
    assert kinds == [PictureType.I, *[PictureType.P] * 8]
