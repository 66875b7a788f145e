from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.compact.decoded import decode_video
from benchmarks.simulator.clips import write_clip
from benchmarks.simulator.recording import Recording, fingerprint
from benchmarks.simulator.scenes import Actor, Event, Scene, View
from benchmarks.simulator.videos import FPS
from encoders.compact.models import CompactModels
from encoders.compact.spec import COMPACT, WEIGHTS
from segments.motion import GRAY_SIZE, FlowEstimator


def walk(**changes) -> Scene:
    """Someone who walks across a street from the left, 12.8 s in all, seen from about 4 to 10 s."""
    event = Event("walk", 5.0, 9.0, False, (Actor("man", "red", "black"),), "right")
    view = View(noise=2.0, backdrop=1, compression=27)
    scene = Scene(1, "street", "day", "clear", view, event, duration_s=12.8, fps=FPS)
    return replace(scene, **changes)


def test_a_recording_has_what_the_profile_takes():
    recording = Recording(walk())
    clips = list(recording.clips())
    assert len(recording.shown) == 20
    assert len(clips) == max(recording.shown) + 1
    for clip in clips:
        assert clip.frames.shape == (COMPACT.frames_per_clip, *COMPACT.frame_size, 3)
        assert clip.motion.shape == (COMPACT.fields_per_clip, 24, 32, 2)
    assert recording.sound() is None


def test_only_what_moves_is_drawn_again():
    recording = Recording(walk())
    assert recording.shown[1:3] == (1, 1)
    assert recording.shown[-1] == 1
    assert len(set(recording.shown)) > 6
    assert not next(recording.clips()).motion.any()


def test_another_rate_is_refused():
    with pytest.raises(ValueError, match=r"scene.fps = 12.5"):
        Recording(walk(fps=12.5))


def test_rain_goes_on_over_an_empty_place():
    event = replace(walk().event, start_s=-60.0, end_s=-50.0)
    recording = Recording(walk(event=event, weather="rain"))
    assert recording.shown == (0, 1, 2, 3, *(4, 1, 2, 3) * 4)


def test_drawing_is_deterministic():
    first, second = (list(Recording(walk()).clips()) for _ in range(2))
    assert all((a.frames == b.frames).all() for a, b in zip(first, second, strict=True))
    assert all((a.motion == b.motion).all() for a, b in zip(first, second, strict=True))
    assert fingerprint() == fingerprint()


def test_flow_of_the_changed_piece_is_that_of_the_whole():
    rng = np.random.default_rng(0)
    street = cv2.GaussianBlur(rng.integers(0, 255, GRAY_SIZE, np.uint8), (0, 0), 2)
    earlier, later = street.copy(), street.copy()
    patch = cv2.GaussianBlur(rng.integers(0, 255, (40, 30), np.uint8), (0, 0), 1.5)
    earlier[40:80, 60:90], later[40:80, 64:94] = patch, patch
    flow = FlowEstimator()
    whole = flow.displacement(earlier, later)[45:75, 70:85, 0].mean()
    piece = flow.displacement(earlier[20:100, 35:115].copy(), later[20:100, 35:115].copy())
    assert whole == pytest.approx(4, abs=0.3)
    assert piece[25:55, 35:50, 0].mean() == pytest.approx(whole, abs=0.1)


def test_features_of_the_pictures_are_those_of_the_file(tmp_path: Path):
    scene, encoders = walk(), CompactModels.load(WEIGHTS).encoders
    recording = Recording(scene)
    clips, shown = list(recording.clips()), list(recording.shown)
    write_clip(scene, tmp_path / "walk.mp4")
    file = decode_video(tmp_path / "walk.mp4", tmp_path)
    looks = encoders.look(np.stack([clip.frames for clip in clips]))[shown]
    motion = encoders.follow(np.stack([clip.motion for clip in clips]))[shown]
    assert _correlation(looks, encoders.look(file.frames)) > 0.9
    assert _correlation(motion, encoders.follow(file.motion)) > 0.85


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Over all clips and columns, each column about its mean."""
    a, b = first - first.mean(axis=0), second - second.mean(axis=0)
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))
