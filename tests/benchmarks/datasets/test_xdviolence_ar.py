"""XDViolence-AR from its lists."""

import pytest

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.feature_files import open_folder
from benchmarks.datasets.xdviolence_ar import listed_videos, open_xdviolence_ar
from tests.support.feature_folders import (
    write_audio_list,
    write_ucfcrime_like,
    write_xdviolence_like,
)

FILM = "Bad.Boys.1995__#00-26-51_00-27-53_label_B2-0-0"
CALM = "v=8_y5mUCFqzM__#1_label_A"


@pytest.fixture
def features(tmp_path):
    return open_folder(write_xdviolence_like(tmp_path / "xd", {"train": [FILM], "test": [CALM]}))


def test_official_counts_and_labels(shared_data, features):
    dataset = open_xdviolence_ar(shared_data / "xdviolence-ar", features)
    assert (dataset.name, dataset.query) == ("xdviolence-ar", "audio")
    train, test = dataset.split("train"), dataset.split("test")
    assert (len(train), len(test)) == (3954, 800)
    assert sum(item.is_anomalous for item in train) == 1905
    assert sum(item.is_anomalous for item in test) == 500
    assert train[0].video == FILM
    assert len({item.video for item in dataset.items}) == 4754
    assert all(item.texts == () for item in dataset.items)


def test_all_official_lists_name_the_same_videos(shared_data):
    folder = shared_data / "xdviolence-ar"
    for end in ("", "_test"):
        videos = listed_videos(folder / f"audio{end}.list")
        for stream in ("rgb", "flow"):
            lines = (folder / f"{stream}{end}.list").read_text().splitlines()
            files = [line.split("/")[-1] for line in lines]
            centres = [name.removesuffix("__0.npy") for name in files if "__0.npy" in name]
            assert centres == videos
            assert len(files) == 5 * len(videos)


def test_listed_videos_are_found_in_the_official_folders(tmp_path, features):
    write_audio_list(tmp_path / "audio.list", [FILM])
    write_audio_list(tmp_path / "audio_test.list", [CALM])
    dataset = open_xdviolence_ar(tmp_path, features)
    assert [(item.video, item.is_anomalous) for item in dataset.items] == [
        (FILM, True),
        (CALM, False),
    ]
    for item in dataset.items:
        assert dataset.features.read(item.video, crop=4).audio is not None


def test_missing_lists_and_sound_are_named(tmp_path, features):
    with pytest.raises(DatasetMissing, match=r"audio\.list is missing.*Roc-Ng/XDVioDet"):
        open_xdviolence_ar(tmp_path, features)
    silent = open_folder(write_ucfcrime_like(tmp_path / "ucf", ["Abuse001_x264"]))
    with pytest.raises(DatasetMissing, match=r"searched by sound.*vggish-features.*XD-Violence"):
        open_xdviolence_ar(tmp_path, silent)
