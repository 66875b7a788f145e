"""Official and own layouts of features, on small folders of the same shape."""

import json

import numpy as np
import pytest

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.feature_files import C3dFeatures, open_features, open_folder
from indexer.discovery import discover
from indexer.extraction import extract_features
from segments.errors import UserError
from tests.support.feature_folders import write_ucfcrime_like, write_xdviolence_like
from tests.support.profiles import DIM, FakeProfile
from tests.support.tiny_footage import write_video

ABUSE, NORMAL = "Abuse001_x264", "Normal_Videos_003_x264"
FILM = "Bad.Boys.1995__#00-26-51_00-27-53_label_B2-0-0"
CALM = "v=8_y5mUCFqzM__#1_label_A"


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.asarray(array, np.float32))


def ramp(*shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def write_own(folder, *, streams, audio_dim):
    described = {"profile": "compact", "streams": streams, "audio_dim": audio_dim, "clip_s": 0.64}
    folder.mkdir(exist_ok=True)
    (folder / "features.json").write_text(json.dumps(described | {"digests": {}, "videos": {}}))
    return folder


def test_ten_crops_in_category_folders(tmp_path):
    reader = open_folder(write_ucfcrime_like(tmp_path, [ABUSE, NORMAL], clips=4, dim=8))
    assert reader.streams == {"appearance": 8, "motion": 8}
    assert list(reader.streams) == ["appearance", "motion"]
    assert (reader.num_crops, reader.audio_dim) == (10, None)
    read = reader.read(ABUSE, crop=7)
    on_disk = {
        "appearance": tmp_path / "RGB" / "Abuse" / "Abuse001_x264__7.npy",
        "motion": tmp_path / "Flow" / "Abuse" / "Abuse001_x264__7.npy",
    }
    assert read.audio is None
    for stream, path in on_disk.items():
        np.testing.assert_array_equal(read.streams[stream], np.load(path))
        assert read.streams[stream].dtype == np.float32
        assert type(read.streams[stream]) is np.ndarray  # no mapped file is kept open
    assert not np.array_equal(read.streams["motion"], reader.read(ABUSE).streams["motion"])


def test_train_and_test_folders_of_one_stream_are_one(tmp_path):
    save(tmp_path / "Train" / "RGB" / "Abuse" / "Abuse001.npy", ramp(3, 4))
    save(tmp_path / "Test" / "RGB" / "Abuse" / "Abuse002.npy", ramp(2, 4))
    reader = open_folder(tmp_path)
    assert (len(reader.read("Abuse001")), len(reader.read("Abuse002"))) == (3, 2)


@pytest.mark.parametrize("folder", ["RGB", "rgb", "i3d_rgb", "RGB-I3D", "all_rgbs", "RGBTest"])
@pytest.mark.parametrize("name", ["Abuse001.npy", "Abuse001_x264.npy", "Abuse001_x264.mp4.npy"])
def test_names_and_folders_are_found_in_every_spelling(tmp_path, folder, name):
    save(tmp_path / folder / name, ramp(3, 4))
    reader = open_folder(tmp_path)
    assert reader.streams == {"appearance": 4}
    assert reader.num_crops == 1
    for asked in ("Abuse001", "Abuse001_x264"):
        np.testing.assert_array_equal(reader.read(asked).streams["appearance"], ramp(3, 4))


def test_crops_within_one_file(tmp_path):
    save(tmp_path / "RGB" / "A.npy", ramp(3, 10, 4))
    reader = open_folder(tmp_path)
    assert (reader.num_crops, reader.streams) == (10, {"appearance": 4})
    read = reader.read("A", crop=9).streams["appearance"]
    np.testing.assert_array_equal(read, ramp(3, 10, 4)[:, 9])
    with pytest.raises(DatasetMissing, match=r"no crop 10: its shape is \(3, 10, 4\)"):
        reader.read("A", crop=10)


def test_five_crops_flow_one_shorter_and_sound_aligned(tmp_path):
    reader = open_folder(
        write_xdviolence_like(tmp_path, {"train": [FILM], "test": [CALM]}, clips=6)
    )
    assert reader.streams == {"appearance": 16, "motion": 16}
    assert (reader.num_crops, reader.audio_dim) == (5, 128)
    for video, end in ((FILM, ""), (CALM, "Test")):
        read, split = reader.read(video, crop=4), "test" if end else "train"
        assert len(read) == 5
        assert read.audio is not None
        sound = np.load(tmp_path / "vggish-features" / split / f"{video}__vggish.npy")
        rgb = np.load(tmp_path / "i3d-features" / f"RGB{end}" / f"{video}__4.npy")
        flow = np.load(tmp_path / "i3d-features" / f"Flow{end}" / f"{video}__4.npy")
        assert (len(rgb), len(flow), len(sound)) == (6, 5, 6)
        np.testing.assert_array_equal(read.streams["appearance"], rgb[:5])
        np.testing.assert_array_equal(read.streams["motion"], flow)
        np.testing.assert_array_equal(read.audio, sound[:5])


def test_fewest_crops_of_all_streams_count(tmp_path):
    write_ucfcrime_like(tmp_path, [ABUSE], crops=10)
    for crop in range(5, 10):
        (tmp_path / "Flow" / "Abuse" / f"{ABUSE}__{crop}.npy").unlink()
    assert open_folder(tmp_path).num_crops == 5


def test_own_layout_has_its_streams_from_its_description(tmp_path):
    write_own(tmp_path, streams={"edges": 3, "appearance": 4}, audio_dim=5)
    save(tmp_path / "edges" / "my.cam__3__0.npy", ramp(2, 3))
    save(tmp_path / "appearance" / "my.cam__3__0.npy", ramp(2, 4))
    save(tmp_path / "audio" / "my.cam__3.npy", ramp(2, 5))
    for stream, dim in (("edges", 3), ("appearance", 4)):
        save(tmp_path / stream / "silent__0.npy", ramp(1, dim))
    reader = open_features(tmp_path)
    assert list(reader.streams.items()) == [("edges", 3), ("appearance", 4)]
    assert (reader.audio_dim, reader.num_crops) == (5, 1)
    read = reader.read("my.cam__3")
    np.testing.assert_array_equal(read.streams["edges"], ramp(2, 3))
    assert read.audio is not None
    np.testing.assert_array_equal(read.audio, ramp(2, 5))
    assert reader.read("silent").audio is None


def test_what_features_extract_writes_is_read_as_it_is(tmp_path):
    write_video(tmp_path / "footage" / "loud.mp4", seconds=3.0, sound=True)
    write_video(tmp_path / "footage" / "mute.mp4", seconds=2.0)
    out = tmp_path / "features"
    extract_features(out, discover([tmp_path / "footage"]), FakeProfile())
    reader = open_folder(out)
    assert reader.streams == {"appearance": DIM, "motion": DIM}
    loud, mute = reader.read("loud"), reader.read("mute")
    for stream in reader.streams:
        np.testing.assert_array_equal(loud.streams[stream], np.load(out / stream / "loud__0.npy"))
    assert loud.audio is not None
    np.testing.assert_array_equal(loud.audio, np.load(out / "audio" / "loud.npy"))
    assert loud.audio.shape[1] == reader.audio_dim
    assert mute.audio is None


def test_c3d_archive_has_32_rows_of_290_videos_as_they_are(shared_data):
    reader = open_features(shared_data / "ucfcrime-ar" / "c3d_fc6_32seg_290videos.npz")
    assert isinstance(reader, C3dFeatures)
    assert (reader.streams, reader.audio_dim, reader.num_crops) == ({"appearance": 4096}, None, 1)
    assert len(reader.videos) == len(set(reader.videos)) == 290
    rows = reader.read("Abuse002_x264").streams["appearance"]
    assert (rows.shape, rows.dtype) == ((32, 4096), np.float32)
    np.testing.assert_allclose(np.linalg.norm(rows[:2], axis=1), [71.80, 83.26], atol=0.01)
    for video, crop in (("Abuse001_x264", 0), ("Abuse002_x264", 1)):
        with pytest.raises(DatasetMissing, match=f"no features of {video}, crop {crop}"):
            reader.read(video, crop=crop)


def test_missing_folders_say_what_was_looked_for_and_where_it_is_got(tmp_path):
    with pytest.raises(DatasetMissing, match=r"none is no folder.*Roc-Ng/DeepMIL.*XD-Violence"):
        open_folder(tmp_path / "none")
    (tmp_path / "RGB").mkdir()
    with pytest.raises(DatasetMissing, match=r"no \.npy files in a folder called RGB.*Roc-Ng"):
        open_folder(tmp_path)
    with pytest.raises(DatasetMissing, match=r"none\.npz is missing: it comes from the C3D"):
        open_features(tmp_path / "none.npz").read(ABUSE)
    for streams, where in (({"appearance": 4}, "appearance"), ({}, "any stream")):
        write_own(tmp_path, streams=streams, audio_dim=None)
        with pytest.raises(DatasetMissing, match=rf"in {where}: run `retrace features extract`"):
            open_folder(tmp_path)


def test_missing_videos_and_crops_say_which_file_was_looked_for(tmp_path):
    reader = open_folder(write_ucfcrime_like(tmp_path, [ABUSE], crops=2))
    with pytest.raises(
        DatasetMissing, match=r"appearance features of B, crop 1.*B__1\.npy.*B\.npy"
    ):
        reader.read("B", crop=1)
    with pytest.raises(DatasetMissing, match=f"of {ABUSE}, crop 2"):
        reader.read(ABUSE, crop=2)
    (tmp_path / "Flow" / "Abuse" / f"{ABUSE}__0.npy").unlink()
    reader = open_folder(tmp_path)
    with pytest.raises(DatasetMissing, match=f"motion features of {ABUSE}, crop 0"):
        reader.read(ABUSE)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (ramp(4), r"has the shape \(4,\), not \[clips, 4\]"),
        (ramp(3, 5), r"has the shape \(3, 5\), not \[clips, 4\]"),
        (ramp(0, 4), r"has the shape \(0, 4\), not \[clips, 4\]"),
    ],
)
def test_files_of_another_shape_are_refused(tmp_path, array, message):
    save(tmp_path / "RGB" / "A.npy", ramp(3, 4))
    save(tmp_path / "RGB" / "B.npy", array)
    with pytest.raises(UserError, match=message):
        open_folder(tmp_path).read("B")


@pytest.mark.parametrize("kept", [0, 5, 130])
def test_damaged_files_are_named(tmp_path, kept):
    save(tmp_path / "RGB" / "A.npy", ramp(3, 4))
    save(tmp_path / "RGB" / "B.npy", ramp(3, 4))
    whole = (tmp_path / "RGB" / "B.npy").read_bytes()
    (tmp_path / "RGB" / "B.npy").write_bytes(whole[:kept])
    with pytest.raises(UserError, match=r"B\.npy is damaged"):
        open_folder(tmp_path).read("B")


def test_streams_of_quite_other_lengths_are_refused(tmp_path):
    save(tmp_path / "RGB" / "A.npy", ramp(20, 4))
    save(tmp_path / "Flow" / "A.npy", ramp(11, 4))
    with pytest.raises(UserError, match=r"A has streams of \{'appearance': 20, 'motion': 11\}"):
        open_folder(tmp_path).read("A")
    save(tmp_path / "Flow" / "A.npy", ramp(12, 4))
    assert len(open_folder(tmp_path).read("A")) == 12


def test_the_same_video_twice_is_refused_and_hidden_files_are_not_counted(tmp_path):
    save(tmp_path / "RGB" / "Abuse" / "A.npy", ramp(3, 4))
    save(tmp_path / "RGB" / "Abuse" / "._A.npy", ramp(3, 4))
    assert len(open_folder(tmp_path).files["appearance"]) == 1
    save(tmp_path / "RGB" / "Other" / "A_x264.npy", ramp(3, 4))
    with pytest.raises(UserError, match=r"A\.npy and .*A_x264\.npy are the same video twice"):
        open_folder(tmp_path)


@pytest.mark.parametrize(
    ("text", "key"), [('{"audio_dim": 3}', "streams: Field required"), ("{", "the file: Invalid")]
)
def test_a_damaged_description_names_the_key(tmp_path, text, key):
    (tmp_path / "features.json").write_text(text)
    with pytest.raises(UserError, match=rf"features\.json: {key}.*extract the features again"):
        open_folder(tmp_path)
