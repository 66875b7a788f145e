"""Features in files: the numbers that indexing computes, complete or not there."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from encoders.base import Profile
from encoders.compact.profile import CompactProfile
from indexer.discovery import discover
from indexer.extraction import extract_features, name_videos
from indexer.features import VideoFeatures
from indexer.pipeline import index_files
from indexer.steps import Step
from segments.catalog import Catalog
from segments.errors import LibraryError, UserError
from segments.levels import CLIP_S, iter_segments
from segments.library import Library
from segments.payload import point_id
from segments.store.lock import OwnerLock
from segments.store.opening import open_store
from segments.vectors import ClipFeatures
from tests.support.profiles import DIM, FakeProfile
from tests.support.tiny_footage import write_video


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    write_video(folder / "loud.mp4", seconds=12.0, seed=1, sound=True)
    write_video(folder / "mute.mp4", seconds=3.0, seed=2)
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "features"


def extract(footage: Path, out: Path, profile: Profile | None = None, **options):
    return extract_features(out, discover([footage]), profile or FakeProfile(), **options)


def read(out: Path, name: str) -> ClipFeatures:
    """What anyone reads back, knowing only the layout."""
    streams = record(out)["streams"]
    sound = out / "audio" / f"{name}.npy"
    return ClipFeatures(
        {stream: np.load(out / stream / f"{name}__0.npy") for stream in streams},
        np.load(sound) if sound.exists() else None,
    )


def record(out: Path) -> dict[str, Any]:
    return json.loads((out / "features.json").read_bytes())


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.npy"))}


def test_the_layout_is_that_of_the_benchmarks(footage: Path, out: Path):
    report = extract(footage, out)
    assert [o.status for o in report.outcomes] == ["extracted", "extracted"]
    assert (report.exit_code, report.footage_s) == (0, pytest.approx(15.0))
    assert list(contents(out)) == [
        "appearance/loud__0.npy",
        "appearance/mute__0.npy",
        "audio/loud.npy",
        "motion/loud__0.npy",
        "motion/mute__0.npy",
    ]
    array = np.load(out / "appearance" / "loud__0.npy")
    assert (array.shape, array.dtype) == ((round(12 / CLIP_S), DIM), np.float32)
    about = record(out)
    assert about["profile"] == "fake"
    assert about["streams"] == {"appearance": DIM, "motion": DIM}
    assert (about["audio_dim"], about["clip_s"]) == (DIM, CLIP_S)
    assert about["digests"] == {"fake.safetensors": "0" * 64}
    assert about["videos"] == {"loud": "loud.mp4", "mute": "mute.mp4"}


def test_without_any_sound_there_is_no_audio_width(footage: Path, out: Path):
    (footage / "loud.mp4").unlink()
    extract(footage, out)
    assert record(out)["audio_dim"] is None
    assert not (out / "audio").exists()


def test_a_second_run_does_only_what_is_missing(footage: Path, out: Path):
    extract(footage, out)
    before = contents(out)
    write_video(footage / "new.mp4", seconds=2.0, seed=3)
    again = extract(footage, out)
    assert [o.status for o in again.outcomes] == ["known", "known", "extracted"]
    assert again.footage_s == pytest.approx(2.0)
    assert before.items() <= contents(out).items()
    assert sorted(record(out)["videos"]) == ["loud", "mute", "new"]


def test_a_file_that_changed_is_read_again(footage: Path, out: Path):
    extract(footage, out)
    write_video(footage / "loud.mp4", seconds=4.0, seed=5)
    again = extract(footage, out)
    assert {Path(o.path).name: o.status for o in again.outcomes} == {
        "loud.mp4": "extracted",
        "mute.mp4": "known",
    }
    assert len(read(out, "loud")) == round(4 / CLIP_S)
    assert read(out, "loud").audio is None  # the sound of the old file is gone


def test_broken_files_are_reported_and_skipped(footage: Path, out: Path):
    (footage / "text.mp4").write_text("hello")
    report = extract(footage, out)
    (failed,) = report.of("failed")
    assert (Path(failed.path).name, bool(failed.reason)) == ("text.mp4", True)
    assert (len(report.of("extracted")), report.exit_code) == (2, 3)
    assert "text" not in record(out)["videos"]


def test_a_file_that_broke_since_leaves_no_old_features(footage: Path, out: Path, monkeypatch):
    extract(footage, out)
    os.utime(footage / "mute.mp4", ns=(1, 1))

    def fail(*args, **options):
        raise OSError("the disk is gone")

    monkeypatch.setattr("indexer.footage.iter_clip_batches", fail)
    assert [o.status for o in extract(footage, out).outcomes] == ["known", "failed"]
    assert list(record(out)["videos"]) == ["loud"]
    assert not [name for name in contents(out) if "mute" in name]


def test_two_names_of_one_content_both_get_features(footage: Path, out: Path):
    (footage / "copy.mp4").write_bytes((footage / "loud.mp4").read_bytes())
    extract(footage, out)
    assert np.array_equal(read(out, "copy").streams["motion"], read(out, "loud").streams["motion"])


def test_two_files_of_one_name_are_refused_before_anything_is_written(footage: Path, out: Path):
    write_video(footage / "yard" / "loud.avi", seconds=1.0)
    with pytest.raises(UserError, match=r"'loud' .*loud\.mp4, .*loud\.avi.*--name-by folder"):
        extract(footage, out)
    assert not out.exists()


def test_folders_can_tell_equal_names_apart(footage: Path, out: Path):
    write_video(footage / "yard" / "loud.avi", seconds=1.0)
    extract(footage, out, name_by="folder")
    assert sorted(record(out)["videos"]) == ["footage_loud", "footage_mute", "yard_loud"]
    files = discover([footage / "loud.mp4"])
    with pytest.raises(UserError, match="a folder of features for each"):
        name_videos([*files, *files], "folder")


def test_an_interrupted_run_goes_on(footage: Path, out: Path):
    stop = threading.Event()

    def stop_after_first(step: Step) -> None:
        if step.outcome is not None:
            stop.set()

    first = extract(footage, out, workers=1, observer=stop_after_first, stop=stop)
    assert first.interrupted
    assert list(record(out)["videos"]) == ["loud"]
    assert not (out / ".partial").exists()
    again = extract(footage, out)
    assert [o.status for o in again.outcomes] == ["known", "extracted"]


def test_what_a_killed_run_left_is_swept(footage: Path, out: Path):
    extract(footage, out)
    before = contents(out)
    (out / ".partial" / "loud").mkdir(parents=True)
    (out / ".partial" / "loud" / "stream.motion.npy").write_bytes(b"half")
    extract(footage, out)
    assert not (out / ".partial").exists()
    assert contents(out) == before


def test_another_profile_is_refused(footage: Path, out: Path):
    extract(footage, out)
    with pytest.raises(UserError, match="profile 'fake', not of 'other'.*--out NEW"):
        extract(footage, out, FakeProfile("other"))


def test_other_weights_are_refused(footage: Path, out: Path):
    extract(footage, out)
    retrained = FakeProfile()
    retrained.manifest = retrained.manifest.model_copy(
        update={"digests": {"fake.safetensors": "1" * 64}}
    )
    with pytest.raises(UserError, match=r"other weights.*fake\.safetensors"):
        extract(footage, out, retrained)


def test_other_folders_are_refused(footage: Path, out: Path):
    with pytest.raises(UserError, match="holds something else"):
        extract(footage, footage)
    with pytest.raises(UserError, match="is a file"):
        extract(footage, footage / "loud.mp4")
    out.mkdir()
    (out / "features.json").write_text("{}")
    with pytest.raises(UserError, match="is damaged"):
        extract(footage, out)


def test_one_process_writes_at_a_time(footage: Path, out: Path):
    extract(footage, out)
    lock = OwnerLock.acquire(out / ".lock")
    try:
        with pytest.raises(LibraryError, match="in use by"):
            extract(footage, out)
    finally:
        lock.release()


@pytest.fixture(scope="module")
def compact() -> CompactProfile:
    return CompactProfile.load()


def assert_same_as_indexed(file: Path, folder: Path, profile: Profile, monkeypatch) -> None:
    """Extracts and indexes a file; compares clip by clip, and segment by segment."""
    computed: list[ClipFeatures] = []
    write = VideoFeatures.write

    def watch(self: VideoFeatures, clips: range, features: ClipFeatures) -> None:
        computed.append(features)
        write(self, clips, features)

    with monkeypatch.context() as patched:
        patched.setattr(VideoFeatures, "write", watch)
        index_files(folder / "library", discover([file]), profile)
    assert extract_features(folder / "out", discover([file]), profile).exit_code == 0
    features = read(folder / "out", file.stem)
    for name, array in features.streams.items():
        assert np.array_equal(array, np.concatenate([part.streams[name] for part in computed]))
    scores = profile.score_clips(features)
    library = Library.open(folder / "library")
    with Catalog(library) as catalog:
        (video,) = catalog.videos()
    store = open_store(library)
    segments = list(iter_segments(video.video_id, video.duration_s))
    for segment in segments:
        clips = slice(segment.clips.start, segment.clips.stop)
        (vectors,) = profile.embed_segments([(features[clips], scores[clips])])
        (stored,) = store.get([point_id(segment, library.space)])
        assert vectors.keys() == stored.vectors.keys()
        for name, vector in vectors.items():
            np.testing.assert_allclose(vector, stored.vectors[name], atol=1e-5)
    assert store.count() == len(segments)
    store.close()


def test_extraction_and_indexing_give_the_same_numbers(
    compact: CompactProfile, tmp_path: Path, monkeypatch
):
    file = write_video(tmp_path / "loud.mp4", seconds=21.0, seed=1, sound=True)
    assert_same_as_indexed(file, tmp_path, compact, monkeypatch)


def test_extraction_and_indexing_give_the_same_numbers_on_a_real_clip(
    compact: CompactProfile, shared_data: Path, tmp_path: Path, monkeypatch
):
    file = min((shared_data / "surv-fight").rglob("*.mp4"))
    assert_same_as_indexed(file, tmp_path, compact, monkeypatch)
