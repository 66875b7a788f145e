import numpy as np
import pytest

from benchmarks.simulator.camera import Camera


def test_a_level_camera_sees_its_own_height_in_the_middle():
    camera = Camera(height_m=3.0, tilt_deg=0, focal_px=200, width=320, height=240)
    points = np.array([[0, 3, 10], [1, 3, 10], [0, 1, 10], [0, 3, 20]], float)
    expected = [[160, 120, 10], [180, 120, 10], [160, 160, 10], [160, 120, 20]]
    assert camera.project(points) == pytest.approx(np.array(expected))


def test_a_tilted_camera_looks_at_the_floor():
    camera = Camera(height_m=5.0, tilt_deg=45, focal_px=200, width=320, height=240)
    at_foot = camera.project(np.array([[0.0, 0.0, 5.0]]))[0]
    assert at_foot == pytest.approx([160, 120, 5 * 2**0.5])


def test_panning_to_the_right_moves_things_to_the_left():
    camera = Camera(3.0, 0, 200, 320, 240, pan_deg=45)
    assert camera.project(np.array([[5.0, 3.0, 5.0]]))[0, 0] == pytest.approx(160)
    assert camera.project(np.array([[0.0, 3.0, 5.0]]))[0, 0] == pytest.approx(-40)


def test_what_is_behind_is_kept_before_the_lens():
    camera = Camera(3.0, 0, 200, 320, 240)
    assert camera.project(np.array([[0.0, 0.0, -4.0]]))[0, 2] == pytest.approx(0.3)
