"""Clips: one pass, on the grid, the same wherever reading begins."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from segments.levels import CLIP_S
from segments.media import MOTION_GRID, ClipBatch, LookSpec, VideoSource
from segments.reading import clips, iter_clip_batches, probe, read_audio
from segments.spans import TimeSpan
from tests.support.footage import MovingScene, Tone, number_of, numbered, write_video

_SMALL = {"frame_size": (24, 32), "frames_per_clip": 2, "fields_per_clip": 4}


def _read(source: VideoSource, **options) -> list[ClipBatch]:
    return list(iter_clip_batches(source, **{**_SMALL, **options}))


def _joined(batches: list[ClipBatch], name: str) -> np.ndarray:
    return np.concatenate([getattr(batch, name) for batch in batches])


def _footage(path: Path, *, seconds: int = 16, codec: str = "libx264", **options) -> VideoSource:
    scene = MovingScene(
        height=48, width=64, card_px=(16, 16), start_px=(0, 0), velocity_px=(3.0, 2.0)
    )
    scenes = scene.pictures(seconds * 5, 5)
    pictures = [scenes[i // 5] for i in range(seconds * 25)]
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    return probe(write_video(path, pictures, codec=codec, pix_fmt=pix_fmt, **options))


def test_pictures_are_those_on_show_at_the_middle_of_each_part(tmp_path: Path) -> None:
    source = probe(write_video(tmp_path / "a.mp4", numbered(32)))  # two clips of 16 pictures
    (batch,) = _read(source)
    assert batch.clips == range(2)
    assert batch.frames.shape == (2, 2, 24, 32, 3)
    assert [[number_of(p) for p in clip] for clip in batch.frames] == [[4, 12], [20, 28]]
    np.testing.assert_allclose(batch.frame_pts_s, [[0.16, 0.48], [0.80, 1.12]], atol=1e-9)
    assert batch.motion.shape == (2, 4, *MOTION_GRID, 2)
    assert batch.motion_origin == "flow"
    assert batch.audio is None
    assert batch.video_id == source.video_id


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (5, [[1, 3]]),  # 0.2 s: one short clip, sampled at 0.05 and 0.15 s
        (22, [[5, 16]]),  # 0.88 s: the tail under half a clip joins it; 0.22 and 0.66 s
        (25, [[4, 12], [18, 22]]),  # 1.0 s: the last clip is 0.36 s; 0.73 and 0.91 s
    ],
)
def test_the_last_clip_is_sampled_over_its_true_span(
    tmp_path: Path, count: int, shown: list[list[int]]
) -> None:
    (batch,) = _read(probe(write_video(tmp_path / "a.mp4", numbered(count))))
    assert [[number_of(p) for p in clip] for clip in batch.frames] == shown


def test_the_last_picture_stands_where_pictures_are_missing(tmp_path: Path) -> None:
    times_s = [0, 0.04, 1.8, 1.84]
    source = probe(write_video(tmp_path / "a.mp4", numbered(4), times_s=times_s))
    (batch,) = _read(source)
    assert [[number_of(p) for p in clip] for clip in batch.frames] == [[1, 1], [1, 1], [1, 1]]
    np.testing.assert_allclose(batch.frame_pts_s, 0.04, atol=1e-4)


def test_batches_end_on_multiples_from_the_first_clip(tmp_path: Path) -> None:
    source = _footage(tmp_path / "a.mp4")
    assert [batch.clips for batch in _read(source, clips_per_batch=8)] == [
        range(8),
        range(8, 16),
        range(16, 24),
        range(24, 25),
    ]
    part = _read(source, clips_per_batch=8, first_clip=5, last_clip=18)
    assert [batch.clips for batch in part] == [range(5, 8), range(8, 16), range(16, 18)]
    assert _read(source, first_clip=25) == []


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {}),
        ("a.mp4", "libx264", {"x264-params": "open-gop=1:keyint=30"}),
        ("a.mkv", "libx265", {"x265-params": "log-level=none:pools=1:keyint=40"}),
        ("a.ts", "libx264", {"g": "50"}),
        ("a.avi", "libx264", {"g": "50"}),
        ("a.avi", "mpeg4", {"g": "50", "bf": "2"}),
        ("a.avi", "mjpeg", {}),
        ("a.webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "g": "60"}),
    ],
)
def test_reading_from_the_middle_gives_the_same_clips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, codec: str, options: dict[str, str]
) -> None:
    monkeypatch.setattr(clips, "_CLIPS_PER_RUN", 10)  # sound starts afresh within the test
    tone = None if name == "a.webm" else Tone(start_s=2.0, end_s=15.0, length_s=16.0)
    if name == "a.avi" and tone is not None:
        tone = Tone(end_s=15.0, length_s=16.0, codec="pcm_s16le", rate_hz=8000)
    source = _footage(tmp_path / name, codec=codec, options=options, tone=tone)
    whole = _read(source, clips_per_batch=8)
    for first in (1, 9, 14, 24):
        part = _read(source, clips_per_batch=8, first_clip=first)
        for field in ("frames", "frame_pts_s", "motion", *(["audio"] if tone else [])):
            np.testing.assert_array_equal(_joined(part, field), _joined(whole, field)[first:])


def test_sound_is_cut_on_the_grid(tmp_path: Path) -> None:
    tone = Tone(start_s=1.0, end_s=2.0, length_s=2.5)
    source = probe(write_video(tmp_path / "a.mp4", numbered(38) * 3, tone=tone))
    batches = _read(source, clips_per_batch=2)
    sound = _joined(batches, "audio")
    assert sound.shape == (7, round(CLIP_S * 16_000))
    whole = read_audio(source, TimeSpan(0.0, 7 * CLIP_S))
    assert whole is not None
    np.testing.assert_array_equal(sound.ravel(), whole.samples)
    loud = np.abs(sound).max(axis=1) > 0.1
    assert loud.tolist() == [False, True, True, True, False, False, False]


def _peak_bytes(source: VideoSource) -> int:
    tracemalloc.start()
    for _ in iter_clip_batches(source, frame_size=(24, 32), frames_per_clip=2, fields_per_clip=1):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    picture = numbered(1, height=24, width=32)[0]
    lengths = {}
    for minutes in (1, 10):
        path = tmp_path / f"{minutes}.avi"
        pictures = (picture for _ in range(minutes * 60 * 2))
        tone = Tone(codec="pcm_s16le", rate_hz=8000, length_s=minutes * 60)
        source = probe(
            write_video(path, pictures, codec="mjpeg", pix_fmt="yuvj420p", fps=2, tone=tone)
        )
        assert source.duration_s == pytest.approx(minutes * 60)
        lengths[minutes] = _peak_bytes(source)
    assert lengths[10] < 1.2 * lengths[1]


def test_real_clips_are_read_whole(shared_data: Path) -> None:
    for name in ("fi001", "fi040", "nofi043", "nofi150"):
        source = probe(shared_data / "surv-fight" / f"{name}.mp4")
        batches = _read(source)
        assert sum(map(len, batches)) == round(source.duration_s / CLIP_S)
        assert _joined(batches, "frames").std() > 10
        if source.has_audio:
            assert _joined(batches, "audio").shape[1] == 10_240


def test_a_second_look_is_of_the_same_decoded_pictures(tmp_path: Path) -> None:
    source = _footage(tmp_path / "a.mp4", seconds=3)
    second = LookSpec(side_px=64, frames_per_clip=1, fields_per_clip=2)
    (plain,), (batch,) = _read(source), _read(source, second=second)
    for name in ("frames", "frame_pts_s", "motion"):
        np.testing.assert_array_equal(getattr(batch, name), getattr(plain, name))
    assert plain.second is None
    assert batch.second is not None
    (alone,) = _read(source, frame_size=(48, 64), frames_per_clip=1, fields_per_clip=2)
    np.testing.assert_array_equal(batch.second.frames, alone.frames)
    np.testing.assert_array_equal(batch.second.frame_pts_s, alone.frame_pts_s)
    np.testing.assert_array_equal(batch.second.motion, alone.motion)


def test_a_finer_second_look_leaves_the_first_as_it_is(tmp_path: Path) -> None:
    scene = MovingScene(
        height=120, width=160, card_px=(24, 24), start_px=(30, 40), velocity_px=(40.0, 0.0)
    )
    source = probe(write_video(tmp_path / "a.mp4", scene.pictures(24, 12.5), fps=12.5))
    second = LookSpec(side_px=160, frames_per_clip=2, fields_per_clip=4, fineness=2)
    (plain,), (batch,) = _read(source), _read(source, second=second)
    np.testing.assert_array_equal(batch.motion, plain.motion)
    assert batch.second is not None
    rows, columns = MOTION_GRID
    assert batch.second.motion.shape == (3, 4, 2 * rows, 2 * columns, 2)
    left, top = (round(side / 2.5) for side in scene.corner_px(1.12))  # cells of 2.5 pixels
    inside = batch.second.motion[1, 3, top + 3 : top + 7, left + 3 : left + 7]
    np.testing.assert_allclose(inside.mean(axis=(0, 1)), [40 / 120, 0], atol=0.05)
    coarse = batch.second.motion.reshape(3, 4, rows, 2, columns, 2, 2).mean(axis=(3, 5))
    np.testing.assert_allclose(
        coarse[1:].mean(axis=(0, 1)), plain.motion[1:].mean(axis=(0, 1)), atol=0.1
    )
    (none,) = _read(source, second=LookSpec(160, 1, 0, fineness=2))
    assert none.second is not None
    assert none.second.motion.shape == (3, 0, 2 * rows, 2 * columns, 2)


@pytest.mark.parametrize(
    ("aspect", "size"), [(16 / 9, (360, 640)), (1.0, (640, 640)), (9 / 16, (640, 360))]
)
def test_a_second_look_keeps_the_videos_shape(aspect: float, size: tuple[int, int]) -> None:
    assert LookSpec(640, 2, 4).frame_size(aspect) == size
