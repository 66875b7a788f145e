"""Pictures: which one is on show when, whatever the codec, and what it looks like."""

from pathlib import Path

import numpy as np
import pytest

from segments.media import VideoSource
from segments.reading import iter_frames, picture_at, probe
from segments.spans import TimeSpan
from tests.support.footage import number_of, numbered, write_video


def _shown(source: VideoSource, **options) -> tuple[list[int], list[float]]:
    batches = list(iter_frames(source, **options))
    numbers = [number_of(picture) for batch in batches for picture in batch.pixels]
    return numbers, [float(pts_s) for batch in batches for pts_s in batch.pts_s]


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "options"),
    [
        ("a.mp4", "libx264", "yuv420p", {}),
        ("a.mp4", "libx264", "yuv420p10le", {}),
        ("a.mp4", "libx265", "yuv420p", {}),
        ("a.mkv", "libx265", "yuv420p10le", {}),
        ("a.avi", "libx264", "yuv420p", {}),
        ("a.ts", "libx264", "yuv420p", {}),
        ("a.h264", "libx264", "yuv420p", {}),
        ("a.avi", "mpeg4", "yuv420p", {"bf": "2", "qmax": "3"}),
        ("a.mkv", "mjpeg", "yuvj420p", {}),
        ("a.webm", "libvpx-vp9", "yuv420p", {}),
    ],
)
def test_every_picture_comes_once_at_its_time(
    tmp_path: Path, name: str, codec: str, pix_fmt: str, options: dict[str, str]
) -> None:
    path = write_video(tmp_path / name, numbered(38), codec=codec, pix_fmt=pix_fmt, options=options)
    numbers, pts_s = _shown(probe(path))
    assert numbers == list(range(38))
    assert pts_s == pytest.approx([i / 25 for i in range(38)], abs=1e-3)  # MKV counts in ms


def test_a_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    times_s = [0, 0.04, 0.5, 0.54, 1.2, 1.3]
    numbers, pts_s = _shown(probe(write_video(tmp_path / "a.mp4", numbered(6), times_s=times_s)))
    assert numbers == list(range(6))
    assert pts_s == pytest.approx(times_s, abs=1e-4)


def test_what_an_edit_list_hides_is_not_shown(tmp_path: Path) -> None:
    numbers, pts_s = _shown(probe(write_video(tmp_path / "a.mp4", numbered(30), shift_s=-0.4)))
    assert numbers == list(range(10, 30))
    assert pts_s[0] == 0.0


def test_the_clock_starts_with_the_first_picture(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.ts", numbered(10), shift_s=100)
    assert _shown(probe(path))[1] == pytest.approx([i / 25 for i in range(10)], abs=1e-4)


def test_a_rate_takes_the_picture_on_show(tmp_path: Path) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(38)))
    numbers, _ = _shown(source, rate_hz=5.0)
    assert numbers == [0, 5, 10, 15, 20, 25, 30, 35]
    numbers, _ = _shown(source, rate_hz=10.0)  # 0.1 s falls between pictures 2 and 3
    assert numbers[:4] == [0, 2, 5, 7]


def test_a_rate_above_the_file_repeats_no_picture(tmp_path: Path) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(10), fps=5))
    assert _shown(source, rate_hz=50.0)[0] == list(range(10))


@pytest.mark.parametrize("gop", ["5", "250"])
def test_a_span_begins_after_a_seek_where_it_should(tmp_path: Path, gop: str) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(38), options={"g": gop}))
    numbers, pts_s = _shown(source, span=TimeSpan(0.8, 1.2))
    assert numbers == list(range(20, 30))
    assert pts_s[0] == pytest.approx(0.8)


def test_batches_are_full_but_for_the_last(tmp_path: Path) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(10)))
    assert [len(batch) for batch in iter_frames(source, batch=4)] == [4, 4, 2]


def test_a_size_is_height_and_width(tmp_path: Path) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(2)))
    assert next(iter_frames(source, size=(30, 50))).pixels.shape == (2, 30, 50, 3)


def test_odd_sizes(tmp_path: Path) -> None:
    pictures = numbered(3, height=47, width=63)
    source = probe(write_video(tmp_path / "a.mp4", pictures, pix_fmt="yuv444p"))
    assert next(iter_frames(source)).pixels.shape == (3, 47, 63, 3)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_pictures_are_upright(tmp_path: Path, turn: int) -> None:
    stored = np.zeros((48, 64, 3), np.uint8)
    stored[:24, :32] = 255  # bright at the top left before the turn
    upright = np.rot90(stored, -turn // 90)
    source = probe(write_video(tmp_path / "a.mp4", [stored] * 3, rotation_deg=turn))
    shown = next(iter_frames(source)).pixels[0]
    assert shown.shape == upright.shape
    assert np.abs(shown.astype(int) - upright).mean() < 4


def test_interlaced_pictures_show_one_field(tmp_path: Path) -> None:
    combed = np.full((48, 64, 3), 60, np.uint8)
    combed[::2] = 200
    path = write_video(tmp_path / "a.mp4", [combed] * 5, options={"x264-params": "tff=1"})
    pixels = next(iter_frames(probe(path))).pixels
    assert pixels.shape == (5, 48, 64, 3)
    assert abs(int(pixels.min()) - 200) <= 4
    assert abs(int(pixels.max()) - 200) <= 4


@pytest.mark.parametrize(
    ("codec", "pix_fmt"),
    [("libx264", "yuv444p"), ("libx265", "yuv444p"), ("mjpeg", "yuvj444p")],
)
def test_colours_survive(tmp_path: Path, codec: str, pix_fmt: str) -> None:
    stripes = np.zeros((48, 60, 3), np.uint8)
    colours = [(200, 40, 40), (40, 180, 60), (50, 60, 210)]
    for i, colour in enumerate(colours):
        stripes[:, 20 * i : 20 * i + 20] = colour
    path = write_video(tmp_path / "a.mkv", [stripes] * 3, codec=codec, pix_fmt=pix_fmt)
    shown = next(iter_frames(probe(path))).pixels[1]
    for i, colour in enumerate(colours):
        patch = shown[10:38, 20 * i + 6 : 20 * i + 14].reshape(-1, 3).mean(axis=0)
        assert np.abs(patch - colour).max() < 8


def test_a_size_that_changes_within_the_stream(tmp_path: Path) -> None:
    plain = {"bf": "0"}
    first = write_video(tmp_path / "a.ts", numbered(10), options=plain).read_bytes()
    later = numbered(38, height=96, width=96)[10:20]
    second = write_video(tmp_path / "b.ts", later, shift_s=10 / 25, options=plain).read_bytes()
    (tmp_path / "c.ts").write_bytes(first + second)
    batches = list(iter_frames(probe(tmp_path / "c.ts")))
    numbers = [number_of(picture) for batch in batches for picture in batch.pixels]
    assert {batch.pixels.shape[1:] for batch in batches} == {(48, 64, 3)}
    assert numbers == list(range(20))


@pytest.mark.parametrize(
    ("time_s", "number"), [(-1.0, 0), (0.0, 0), (0.41, 10), (1.0, 25), (1.48, 37), (99.0, 37)]
)
def test_the_picture_at_a_time(tmp_path: Path, time_s: float, number: int) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(38), options={"g": "10"}))
    assert number_of(picture_at(source, time_s)) == number


def test_a_thumbnail_keeps_the_aspect_ratio(tmp_path: Path) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(3), rotation_deg=90))
    assert picture_at(source, 0.0).shape == (64, 48, 3)
    assert picture_at(source, 0.0, height=32).shape == (32, 24, 3)
