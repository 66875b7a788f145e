"""The motion stream: statistics worked out by hand on fields whose motion is known."""

import numpy as np
import pytest
import torch
from torch import Tensor

from encoders.compact.motion import (
    DIM,
    LIMIT,
    REST,
    MotionEncoder,
    grouped_statistics,
    motion_statistics,
)

RIGHT, LEFT, DOWN = (0.2, 0.0), (-0.2, 0.0), (0.0, 0.2)
SPEED = 0.2
BLOCK = (slice(8, 16), slice(16, 24))
"""An eighth of the grid by place: row 1, column 2 of the coarse layout, 1/12 of all cells."""


def still(*, clips: int = 1, fields: int = 4) -> Tensor:
    return torch.zeros(clips, fields, 24, 32, 2)


def moving_block(*velocities: tuple[float, float]) -> Tensor:
    """One clip in which the block moves with one velocity per field."""
    motion = still(fields=len(velocities))
    for field, velocity in enumerate(velocities):
        motion[0, field, *BLOCK] = torch.tensor(velocity)
    return motion


def log(speed: float) -> float:
    return float(np.log1p(speed / REST))


def group(motion: Tensor, name: str) -> list[float]:
    return grouped_statistics(motion)[name][0].tolist()


def test_the_row_has_its_stated_width_and_is_finite_where_nothing_moves():
    row = motion_statistics(still())
    assert row.shape == (1, DIM)
    assert torch.isfinite(row).all()
    assert not any(group(still(), "speeds"))
    assert not any(group(still(), "layout"))


def test_a_camera_that_turns_is_told_apart_from_what_moves():
    drift = torch.tensor([0.05, -0.15])
    block = moving_block(RIGHT, RIGHT)
    seen, panned = grouped_statistics(block), grouped_statistics(block + drift)
    assert panned.pop("camera")[0].tolist() == pytest.approx([np.log(2), -np.log(4)], abs=1e-5)
    for name, values in panned.items():
        torch.testing.assert_close(values, seen[name], atol=1e-4, rtol=0)


def test_speeds_and_areas_count_cells():
    motion = moving_block(RIGHT, RIGHT)
    median, *_, at_98, top = group(motion, "speeds")[:6]
    assert (median, at_98, top) == pytest.approx((0.0, log(SPEED), log(SPEED)))
    above_005, above_01, _, above_04, *_ = group(motion, "areas")[:6]
    assert (above_005, above_01, above_04) == pytest.approx((12**-0.5, 12**-0.5, 0.0))


def test_a_burst_is_seen_in_the_fastest_field():
    speeds = group(moving_block((0.0, 0.0), RIGHT), "speeds")
    mean, most = speeds[5], speeds[11]
    assert (mean, most) == pytest.approx((log(SPEED) / 2, log(SPEED)))
    assert speeds[13] == pytest.approx(log(SPEED / 12) / 2)


@pytest.mark.parametrize(("velocity", "way"), [(RIGHT, 0), (DOWN, 2), (LEFT, 4)])
def test_directions_turn_clockwise_from_right(velocity: tuple[float, float], way: int):
    directions = group(moving_block(velocity, velocity), "directions")
    expected = [0.0] * 8
    expected[way] = log(8 * SPEED / 12)
    assert directions == pytest.approx(expected)


def test_the_layout_says_where_and_which_way():
    speed, x, y = np.split(np.array(group(moving_block(LEFT, LEFT), "layout")), 3)
    place = 4 * 1 + 2
    assert speed[place] == pytest.approx(log(SPEED))
    assert x[place] == pytest.approx(-log(SPEED))
    assert np.count_nonzero(speed) == np.count_nonzero(x) == 1
    assert not y.any()


def test_the_extent_is_the_centre_and_size_of_what_moves():
    x, width, y, height, *held = group(moving_block(RIGHT, RIGHT), "extent")
    sd = np.sqrt((8**2 - 1) / 12)
    assert (x, y) == pytest.approx((20 / 32, 12 / 24), abs=1e-3)
    assert (width, height) == pytest.approx((sd / 32, sd / 24), abs=2e-3)
    assert held[2] == pytest.approx(1.0, abs=1e-2)


def test_turning_back_is_change_and_flicker_but_no_disorder_inside():
    there_and_back = moving_block(RIGHT, LEFT, RIGHT, LEFT)
    assert group(there_and_back, "change")[-1] == pytest.approx(log(2 * SPEED))
    assert group(there_and_back, "flicker")[-1] == pytest.approx(log(SPEED))
    steady = moving_block(RIGHT, RIGHT, RIGHT, RIGHT)
    assert not any(group(steady, "change"))
    assert not any(group(steady, "flicker"))
    assert group(there_and_back, "disorder") == pytest.approx(group(steady, "disorder"), abs=1e-5)


def test_neighbours_that_go_apart_are_disorder_at_the_hot_spot():
    steady = moving_block(RIGHT, RIGHT)
    mixed = steady.clone()
    mixed[:, :, ::2, ::2] *= -1
    mixed[:, :, 1::2, 1::2] *= -1
    speed, disorder, change, flicker, *_ = group(mixed, "small hot spot")
    assert speed == pytest.approx(log(SPEED))
    assert disorder > log(0.8 * SPEED)  # 3 x 3 cells of a chequerboard: one ninth is left over
    assert (change, flicker) == pytest.approx((0.0, 0.0), abs=1e-5)
    assert group(steady, "small hot spot")[1] == pytest.approx(0.0, abs=1e-5)


def test_the_hot_spot_is_where_most_moves():
    motion = moving_block(RIGHT, RIGHT)
    motion[0, :, 18:24, 0:6] = torch.tensor((0.8, 0.0))
    assert group(motion, "small hot spot")[0] == pytest.approx(log(0.8))


def test_a_clip_does_not_depend_on_its_batch():
    rng = torch.Generator().manual_seed(1)
    motion = torch.randn(5, 4, 24, 32, 2, generator=rng)
    alone = torch.cat([motion_statistics(clip[None]) for clip in motion])
    torch.testing.assert_close(motion_statistics(motion), alone)


def test_fitting_standardises_and_every_video_counts_alike():
    rng = np.random.default_rng(2)
    videos = [
        (speed * rng.standard_normal((clips, 4, 24, 32, 2))).astype(np.float32)
        for speed, clips in ((0.1, 2), (0.3, 9), (0.2, 4))
    ]
    encoder = MotionEncoder()
    encoder.fit(motion_statistics(torch.from_numpy(video)) for video in videos)
    encoder.spread *= 1e3  # far from the limit, so that nothing is cut off
    rows = [encoder(torch.from_numpy(video)) * 1e3 for video in videos]
    mean = torch.stack([row.mean(dim=0) for row in rows]).mean(dim=0)
    squares = torch.stack([row.square().mean(dim=0) for row in rows]).mean(dim=0)
    torch.testing.assert_close(mean, torch.zeros(DIM), atol=2e-2, rtol=0)
    varied = encoder.spread > 1e3 * 1.1e-2
    assert varied.sum() > 100
    torch.testing.assert_close(squares[varied], torch.ones(int(varied.sum())), atol=2e-2, rtol=0)


def test_odd_fields_end_at_the_limit():
    encoder = MotionEncoder()
    encoder.fit([motion_statistics(still(clips=2))])
    rows = encoder(torch.full((1, 4, 24, 32, 2), 1e4) * torch.randn(24, 32, 1))
    assert rows.abs().max() == LIMIT
    assert encoder(still()).abs().max() < 1e-3


def test_an_encoder_comes_back_from_its_state():
    encoder, again = MotionEncoder(), MotionEncoder()
    encoder.fit([motion_statistics(moving_block(RIGHT, LEFT))])
    again.load_state_dict(encoder.state_dict())
    motion = moving_block(DOWN, RIGHT)
    torch.testing.assert_close(again(motion), encoder(motion))
