"""UCFCrime-AR and its C3D part."""

import json

import pytest

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.feature_files import open_folder
from benchmarks.datasets.ucfcrime_ar import open_c3d_subset, open_ucfcrime_ar
from segments.errors import UserError
from tests.support.feature_folders import write_captions, write_ucfcrime_like


@pytest.fixture
def features(tmp_path):
    return open_folder(write_ucfcrime_like(tmp_path / "i3d", ["Abuse001_x264"]))


@pytest.fixture(scope="module")
def subset(shared_data):
    return open_c3d_subset(shared_data.parent)


def test_official_counts_and_labels(shared_data, features):
    dataset = open_ucfcrime_ar(shared_data / "ucfcrime-ar", features)
    assert (dataset.name, dataset.query) == ("ucfcrime-ar", "text")
    train, test = dataset.split("train"), dataset.split("test")
    assert (len(train), sum(item.is_anomalous for item in train)) == (1610, 810)
    assert (len(test), sum(item.is_anomalous for item in test)) == (290, 140)
    first, last = dataset.items[0], dataset.items[-1]
    assert (first.video, first.split, first.is_anomalous) == ("Abuse001_x264", "train", True)
    assert first.texts == (
        "A white middle-aged woman at the church was attacked by two men and fell to the ground.",
    )
    assert (last.video, last.split) == ("Vandalism036_x264", "test")
    assert [path.name for path in dataset.files] == ["ucf_crime_train.xlsx", "ucf_crime_test.xlsx"]
    assert len(dataset.features.read(first.video)) == 6


def test_a_made_up_folder_is_read_in_chinese(tmp_path, features):
    write_captions(tmp_path, "train", {"Abuse001_x264": "a"})
    write_captions(tmp_path, "test", {"Normal_Videos_003_x264": "b"})
    dataset = open_ucfcrime_ar(tmp_path, features, language="zh")
    assert [item.texts for item in dataset.items] == [("中文 a",), ("中文 b",)]
    assert [item.is_anomalous for item in dataset.items] == [True, False]
    with pytest.raises(UserError, match="choose en or zh"):
        open_ucfcrime_ar(tmp_path, features, language="de")


def test_missing_sheets_are_named(tmp_path, features):
    with pytest.raises(DatasetMissing, match=r"ucf_crime_train\.xlsx is missing.*Roc-Ng/VAR"):
        open_ucfcrime_ar(tmp_path, features)
    write_captions(tmp_path, "train", {"Abuse001_x264": "a"})
    with pytest.raises(DatasetMissing, match=r"ucf_crime_test\.xlsx is missing"):
        open_ucfcrime_ar(tmp_path, features)


def test_the_subset_has_290_videos_in_their_official_split(shared_data, subset):
    dataset = subset.dataset
    official = json.loads((shared_data / "ucfcrime-ar" / "c3d_splits.json").read_text())["official"]
    for split, count in (("train", 244), ("test", 46)):
        videos = [item.video for item in dataset.split(split)]
        assert len(videos) == count
        assert set(videos) == set(official[split])
    assert all(len(item.texts) == 1 and item.texts[0] for item in dataset.items)
    assert dataset.features.streams == {"appearance": 4096}
    assert all(path.is_file() for path in dataset.files)


def test_five_folds_of_58_part_the_subset(subset):
    assert [len(fold) for fold in subset.folds] == [58] * 5
    together = [video for fold in subset.folds for video in fold]
    assert sorted(together) == sorted(item.video for item in subset.dataset.items)


def test_uca_of_the_subset_is_of_no_other_video(subset):
    videos = {item.video for item in subset.dataset.items}
    assert subset.uca.keys() <= videos
    assert (len(subset.uca), sum(map(len, subset.uca.values()))) == (283, 959)
    assert all(all(texts) for texts in subset.uca.values())


def test_missing_shared_data_is_named(tmp_path):
    with pytest.raises(DatasetMissing, match=r"c3d_splits\.json is missing.*--shared"):
        open_c3d_subset(tmp_path)
