"""Footage whose motion, brightness and frame times are known; two real clips of Ped2."""

import csv
from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets.base import DatasetMissing
from benchmarks.frame_scores.arguments import FrameArguments
from benchmarks.frame_scores.clips import clips_at
from benchmarks.frame_scores.detectors import brightness, change, fastest, loudness, motion
from benchmarks.frame_scores.footage import FootageClips
from benchmarks.frame_scores.running import replay, run_frames
from segments.errors import UserError
from segments.levels import CLIP_S
from tests.support.footage import MovingScene, Tone, write_video
from tests.support.profiles import FakeProfile

FPS = 25
"""16 frames a clip."""


def clips_of(path: Path) -> FootageClips:
    return FootageClips.open(path.parent, [path.stem], FakeProfile())


def write_grey(path: Path, levels: list[int]) -> Path:
    """One clip of even grey per level."""
    pictures = [np.full((48, 64, 3), level, np.uint8) for level in levels for _ in range(16)]
    return write_video(path, pictures, fps=FPS)


def test_a_time_belongs_to_the_clip_that_has_begun():
    times_s = np.array([0.0, CLIP_S - 0.001, CLIP_S, 2 * CLIP_S - 1e-7, 2 * CLIP_S, 9.0])
    assert clips_at(times_s, 3).tolist() == [0, 0, 1, 2, 2, 2]
    grid = np.arange(160) / FPS  # 16 frames a clip, wherever rounding puts 48 / 25
    assert clips_at(grid, 10).tolist() == np.repeat(np.arange(10), 16).tolist()


def test_brightness_is_the_change_of_the_mean_grey(tmp_path):
    clips = clips_of(write_grey(tmp_path / "grey.mp4", [50, 50, 150, 120]))
    [look] = clips.looks("grey")
    expected = [0, 0, 100 / 255, 30 / 255]
    np.testing.assert_allclose(brightness(look), expected, atol=2 / 255)
    assert motion(look).max() < 0.02
    assert not loudness(look).any()
    assert clips.senses == {"pictures"}  # a silent video is not asked how loud it is


def test_loudness_is_decades_above_silence(tmp_path):
    pictures = [np.full((48, 64, 3), 90, np.uint8)] * 48
    tone = Tone(start_s=0.7, end_s=1.2, length_s=1.92)  # within the second clip
    path = write_video(tmp_path / "tone.mp4", pictures, fps=FPS, tone=tone)
    clips = clips_of(path)
    assert clips.senses == {"pictures", "sound"}
    [look] = clips.looks("tone")
    # A sine of amplitude 0.5 for 0.5 s of 0.64 s, above a ten-thousandth.
    level = np.sqrt(0.5**2 / 2 * 0.5 / 0.64)
    assert loudness(look)[1] == pytest.approx(np.log10(level / 1e-4), abs=0.05)
    assert loudness(look)[[0, 2]].max() < 1.0


def test_motion_is_where_something_moves(tmp_path):
    scene = MovingScene(velocity_px=(120.0, 0.0), start_px=(20.0, 80.0))
    still, moving = scene.picture(0.0), scene.pictures(32, FPS)
    path = write_video(tmp_path / "card.mp4", [still] * 32 + moving, fps=FPS)
    [look] = clips_of(path).looks("card")
    assert motion(look).shape == (4,)
    assert motion(look)[:2].max() < 0.02
    # The card, 80 x 80 of 320 x 240 pixels, is a twelfth of the picture: half a height a second.
    assert motion(look)[3] == pytest.approx(0.5 / 12, rel=0.5)
    assert fastest(look)[3] == pytest.approx(0.5, rel=0.3)


def test_change_is_the_angle_between_neighbouring_clips(tmp_path):
    [look] = clips_of(write_grey(tmp_path / "grey.mp4", [50, 50, 200])).looks("grey")
    scores = change(look)
    streams = look.features.streams.values()
    cosines = np.mean([(s[1:] * s[:-1]).sum(axis=1) for s in streams], axis=0)
    np.testing.assert_allclose(scores[1:], 1 - cosines, atol=1e-5)
    assert scores[0] == 0
    assert (scores >= 0).all()


def test_frames_find_their_clip_by_their_own_times(tmp_path):
    times_s = [0.0, 0.3, 0.6, 0.7, 1.0, 1.3, 1.9, 2.0]
    pictures = [np.full((48, 64, 3), 20 * i, np.uint8) for i in range(len(times_s))]
    clips = clips_of(write_video(tmp_path / "uneven.mp4", pictures, times_s=times_s))
    assert clips.clip_of_frame("uneven", 3).tolist() == [0, 0, 0, 1, 1, 2, 2, 2]


def test_names_match_with_and_without_x264_and_what_is_missing_is_named(tmp_path):
    (tmp_path / "sub").mkdir()
    write_grey(tmp_path / "sub" / "Abuse001_x264.mp4", [50])
    clips = FootageClips.open(tmp_path, ["Abuse001"], FakeProfile())
    assert clips.sources["Abuse001"].path.name == "Abuse001_x264.mp4"
    with pytest.raises(DatasetMissing, match="has 1 of 3 labelled videos; missing: Arson1, Arson2"):
        FootageClips.open(tmp_path, ["Abuse001", "Arson1", "Arson2"], FakeProfile())
    write_grey(tmp_path / "Abuse001.mp4", [50])
    with pytest.raises(UserError, match="have one name"):
        FootageClips.open(tmp_path, ["Abuse001"], FakeProfile())
    with pytest.raises(DatasetMissing, match="no folder of videos"):
        FootageClips.open(tmp_path / "nowhere", ["Abuse001"], FakeProfile())


def test_shanghaitech_masks_of_another_length_do_not_belong_to_the_video(tmp_path):
    write_grey(tmp_path / "01_0014.mp4", [50, 90, 50])
    masks = tmp_path / "test_frame_mask"
    masks.mkdir()
    arguments = FrameArguments(
        task="vad-shanghaitech", annotations=tmp_path, videos=tmp_path, rounds=20
    )
    np.save(masks / "01_0014.npy", np.arange(50) // 16 == 1)  # two frames more than the video
    scores = run_frames(arguments).scores
    assert (scores["num_frames"], scores["num_abnormal"]) == (48, 16)
    # The second and the third clip differ most from the one before; only the second is abnormal.
    assert 50 <= scores["detectors"]["brightness"]["mean"]["micro_auc"] <= 100
    np.save(masks / "01_0014.npy", np.zeros(90, int))
    with pytest.raises(UserError, match="90 labelled frames, and clips of 48"):
        run_frames(arguments)


def write_two_of_ped2(shared_data: Path, shared: Path) -> None:
    real, folder = shared_data / "ucsd-ped2", shared / "data" / "ucsd-ped2"
    folder.mkdir(parents=True)
    with (real / "labels.csv").open(newline="") as file:
        rows = [
            row for row in csv.DictReader(file) if row["file"] in ("Test001.mp4", "Test002.mp4")
        ]
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        (folder / row["file"]).symlink_to(real / row["file"])


def test_two_real_clips_of_ped2(shared_data, tmp_path):
    write_two_of_ped2(shared_data, tmp_path)
    record = run_frames(FrameArguments(task="vad-ped2", shared=tmp_path, rounds=20))
    scores = record.scores
    # Frames 60 to 179 and 94 to 179 of 180 each.
    assert (scores["num_frames"], scores["num_abnormal"]) == (360, 120 + 86)
    assert list(scores["detectors"]) == [
        "alan",
        "motion",
        "fastest",
        "brightness",
        "change",
        "random",
    ]
    assert scores["detectors"]["motion"]["mean"]["macro_auc"] > 80
    assert "appearance.safetensors" in record.weights
    assert replay(record).scores == scores
