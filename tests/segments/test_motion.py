"""Motion fields of a scene whose motion is known."""

from pathlib import Path

import numpy as np
import pytest

from segments.media import MOTION_GRID, MotionField, VideoSource
from segments.motion import GRAY_SIZE, FlowEstimator
from segments.reading import iter_clip_batches, probe, read_motion
from segments.spans import TimeSpan
from tests.support.footage import MovingScene, write_video

_CODECS = {
    "h264": ("a.mp4", "libx264", "yuv420p"),
    "hevc": ("a.mkv", "libx265", "yuv420p"),
    "mjpeg": ("a.avi", "mjpeg", "yuvj420p"),
}


def _field(tmp_path: Path, scene: MovingScene, codec: str, *, seconds: float = 1.0) -> MotionField:
    name, encoder, pix_fmt = _CODECS[codec]
    options = {"qmin": "2", "qmax": "4"} if codec == "mjpeg" else {}
    pictures = scene.pictures(round(seconds * 25))
    path = write_video(tmp_path / name, pictures, codec=encoder, pix_fmt=pix_fmt, options=options)
    return read_motion(probe(path), rate_hz=6.25)


def _inside(scene: MovingScene, time_s: float, *, margin: int) -> np.ndarray:
    """Which cells the card covers; `margin` cells less (or, negative, more) on every side."""
    left, top = scene.corner_px(time_s)
    rows, columns = MOTION_GRID
    y = (np.arange(rows) + 0.5) * scene.height / rows
    x = (np.arange(columns) + 0.5) * scene.width / columns
    edge = margin * scene.width / columns
    in_y = (y > top + edge) & (y < top + scene.card_px[0] - edge)
    in_x = (x > left + edge) & (x < left + scene.card_px[1] - edge)
    return in_y[:, None] & in_x[None, :]


@pytest.mark.parametrize("codec", ["h264", "hevc", "mjpeg"])
@pytest.mark.parametrize("velocity_px", [(60.0, 20.0), (-50.0, 30.0), (90.0, -40.0)])
def test_known_motion_has_the_known_velocity_and_the_rest_stands_still(
    tmp_path: Path, codec: str, velocity_px: tuple[float, float]
) -> None:
    scene = MovingScene(velocity_px=velocity_px, start_px=(120, 80))
    field = _field(tmp_path, scene, codec)
    assert field.origin == "flow"
    for velocity, pts_s in zip(field.velocity[1:], field.pts_s[1:], strict=True):
        time_s = float(pts_s) - 0.04  # half-way between the two pictures
        card = velocity[_inside(scene, time_s, margin=1)]
        speed = np.linalg.norm(velocity, axis=-1)
        assert np.median(card, axis=0) == pytest.approx(scene.velocity, abs=0.025)
        assert np.median(np.linalg.norm(card, axis=-1)) == pytest.approx(
            np.hypot(*scene.velocity), rel=0.1
        )
        assert np.percentile(speed[~_inside(scene, time_s, margin=-3)], 95) < 0.01


def test_one_scene_has_one_field_whatever_the_codec(tmp_path: Path) -> None:
    scene = MovingScene(velocity_px=(60.0, 20.0), noise=3.0)
    fields = {codec: _field(tmp_path, scene, codec) for codec in _CODECS}
    for other in ("hevc", "mjpeg"):
        a, b = fields["h264"], fields[other]
        np.testing.assert_allclose(a.pts_s, b.pts_s, atol=1e-3)
        speed_a, speed_b = (np.linalg.norm(f.velocity[1:], axis=-1).ravel() for f in (a, b))
        assert np.corrcoef(speed_a, speed_b)[0, 1] > 0.97
        assert np.abs(speed_a - speed_b).mean() < 0.1 * speed_a[speed_a > 0.1].mean()


@pytest.mark.parametrize("noise", [0.0, 6.0])
def test_a_still_scene_has_no_motion(tmp_path: Path, noise: float) -> None:
    field = _field(tmp_path, MovingScene(velocity_px=(0.0, 0.0), noise=noise), "h264")
    assert np.abs(field.velocity).max() < 0.03
    assert np.abs(field.velocity).mean() < 0.004


def test_velocity_is_in_frame_heights_whatever_the_size_and_shape(tmp_path: Path) -> None:
    wide = MovingScene(
        velocity_px=(120.0, 40.0), height=240, width=426, card_px=(100, 120), start_px=(80, 60)
    )
    field = _field(tmp_path, wide, "h264")
    card = field.velocity[4][_inside(wide, float(field.pts_s[4]) - 0.04, margin=1)]
    assert np.median(card, axis=0) == pytest.approx(wide.velocity, rel=0.1)


@pytest.mark.parametrize("fps", [10, 25, 50])
def test_velocity_does_not_depend_on_the_frame_rate(tmp_path: Path, fps: int) -> None:
    scene = MovingScene(velocity_px=(40.0, 20.0))
    path = write_video(tmp_path / "a.mp4", scene.pictures(fps, fps), fps=fps)
    field = read_motion(probe(path), rate_hz=5.0)
    assert field.pts_s == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    card = field.velocity[3][_inside(scene, 0.55, margin=1)]
    assert np.median(card, axis=0) == pytest.approx(scene.velocity, rel=0.1)


def test_doubled_pictures_do_not_halve_the_motion(tmp_path: Path) -> None:
    scene = MovingScene(velocity_px=(60.0, 20.0))
    doubled = [picture for picture in scene.pictures(20, 12.5) for _ in range(2)]
    path = write_video(tmp_path / "a.mp4", doubled, fps=25)
    field = read_motion(probe(path), rate_hz=6.25)
    cards = [
        np.median(v[_inside(scene, float(t) - 0.04, margin=2)], axis=0)
        for v, t in zip(field.velocity[1:], field.pts_s[1:], strict=True)
    ]
    assert np.mean(cards, axis=0) == pytest.approx(scene.velocity, rel=0.1)


def test_a_picture_that_stands_for_long_does_not_move(tmp_path: Path) -> None:
    scene = MovingScene(velocity_px=(60.0, 0.0))
    times_s = [*(i / 25 for i in range(20)), 5.0]
    path = write_video(tmp_path / "a.mp4", [scene.picture(t) for t in times_s], times_s=times_s)
    field = read_motion(probe(path), rate_hz=2.0)
    speed = np.abs(field.velocity).max(axis=(1, 2, 3))
    assert (speed[[1, 2, 3]] > 0.1).all()  # 0.5 to 1.5 s: the last pair is less than 1 s old
    assert not speed[4:].any()  # 2.0 s on: the picture stands, and the next pair lies too far apart
    assert not speed[0]  # the first picture has no earlier one


def test_a_span_gives_the_same_fields_as_the_whole(tmp_path: Path) -> None:
    scene = MovingScene(velocity_px=(20.0, 10.0), height=120, width=160, card_px=(40, 40))
    path = write_video(tmp_path / "a.mp4", scene.pictures(150), options={"g": "25"})
    source = probe(path)
    whole = read_motion(source, rate_hz=5.0)
    part = read_motion(source, rate_hz=5.0, span=TimeSpan(4.0, 5.0))
    np.testing.assert_array_equal(part.velocity, whole.velocity[20:25])
    np.testing.assert_array_equal(part.pts_s, whole.pts_s[20:25])
    empty = read_motion(source, rate_hz=5.0, span=TimeSpan(1.0, 1.0))
    assert empty.velocity.shape == (0, *MOTION_GRID, 2)


def test_flow_is_the_same_each_time() -> None:
    scene = MovingScene(height=GRAY_SIZE[0], width=GRAY_SIZE[1], start_px=(20, 20))
    earlier, later = scene.picture(0.0)[..., 0].copy(), scene.picture(0.08)[..., 0].copy()
    used = FlowEstimator()
    used.velocity(later, earlier, gap_s=0.08, aspect=4 / 3)
    again = used.velocity(earlier, later, gap_s=0.08, aspect=4 / 3)
    fresh = FlowEstimator().velocity(earlier, later, gap_s=0.08, aspect=4 / 3)
    np.testing.assert_array_equal(again, fresh)


def test_real_clips_move(shared_data: Path) -> None:
    walking: VideoSource = probe(shared_data / "ucsd-ped2" / "Test001.mp4")
    batch = next(
        iter_clip_batches(walking, frame_size=(72, 96), frames_per_clip=1, fields_per_clip=4)
    )
    speed = np.linalg.norm(batch.motion[1:], axis=-1)
    assert np.percentile(speed, 50) < 0.01  # most of the scene is the pavement
    assert 0.03 < np.percentile(speed, 99) < 0.5  # people walk
