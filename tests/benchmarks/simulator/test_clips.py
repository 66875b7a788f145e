from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from benchmarks.simulator.clips import write_clip
from benchmarks.simulator.demo import demo_clips
from benchmarks.simulator.library import read_listing, write_library
from benchmarks.simulator.render import render_frames
from benchmarks.simulator.sampling import sample_scene
from benchmarks.simulator.scenes import Scene


def short(seed: int, **choice) -> Scene:
    return replace(sample_scene(seed, duration_s=2.0, **choice), width=160, height=120)


@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "mjpeg"])
def test_a_clip_decodes_to_what_was_drawn(tmp_path: Path, codec: str):
    scene = short(4, has_sound=True)
    path = tmp_path / ("clip.avi" if codec == "mjpeg" else "clip.mp4")
    write_clip(scene, path, codec=codec)
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with av.open(str(path)) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
        assert container.streams.audio[0].rate == 16_000
        assert container.streams.video[0].average_rate == 12.5
    drawn = list(render_frames(scene))
    assert len(pictures) == len(drawn) == 25
    assert np.abs(pictures[12].astype(int) - drawn[12]).mean() < 8
    assert samples == pytest.approx(32_000, abs=2048)


def test_a_silent_scene_has_no_audio_stream(tmp_path: Path):
    write_clip(short(4, has_sound=False), tmp_path / "a.mp4")
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert len(container.streams.audio) == 0


@pytest.mark.parametrize("codec", ["aac", "h999"])
def test_what_encodes_no_pictures_is_refused(tmp_path: Path, codec: str):
    with pytest.raises(ValueError, match=f"codec = '{codec}' encodes no pictures"):
        write_clip(short(4), tmp_path / "a.mp4", codec=codec)
    assert not list(tmp_path.iterdir())


def test_a_scene_is_always_the_same_file(tmp_path: Path):
    contents = set[bytes]()
    for k in range(4):
        write_clip(short(4), tmp_path / f"{k}.mp4")
        contents.add((tmp_path / f"{k}.mp4").read_bytes())
    assert len(contents) == 1


def test_a_library_goes_on_where_it_stopped(tmp_path: Path):
    calls: list[tuple[int, int]] = []
    how = {"split": "train", "duration_s": 1.0}
    write_library(tmp_path, count=2, **how)
    first = tmp_path / "train-000000.mp4"
    written_ns = first.stat().st_mtime_ns
    clips = write_library(tmp_path, count=3, progress=lambda *at: calls.append(at), **how)
    assert calls == [(3, 3)]
    assert first.stat().st_mtime_ns == written_ns
    assert [clip.file for clip in clips] == [f"train-{s:06d}.mp4" for s in (0, 2, 4)]
    assert read_listing(tmp_path) == clips


@pytest.mark.slow
def test_two_processes_write_the_same_bytes_as_one(tmp_path: Path):
    for folder, workers in (("one", 1), ("two", 2)):
        write_library(tmp_path / folder, count=3, split="test", num_workers=workers, duration_s=1)
    for path in (tmp_path / "one").glob("*.mp4"):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_the_demo_has_two_cameras_that_stay_where_they_are():
    clips = demo_clips()
    names = [clip.file for clip in clips]
    assert names[0] == "gate-north_20260314_213000.mp4"
    assert len(set(names)) == len(names) == 12
    views = {clip.file.split("_")[0]: set() for clip in clips}
    for clip in clips:
        views[clip.file.split("_")[0]].add((clip.scene.place, clip.scene.view))
    assert {name: len(found) for name, found in views.items()} == {"gate-north": 1, "shop-2": 1}
    assert sum(clip.scene.duration_s >= 40 for clip in clips) == 4
    assert all(len(clip.labels) == int(clip.scene.duration_s) for clip in clips)
