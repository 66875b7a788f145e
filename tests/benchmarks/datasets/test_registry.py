"""Data sets by name."""

import pytest

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.registry import open_dataset
from segments.errors import UserError
from tests.support.feature_folders import (
    write_audio_list,
    write_captions,
    write_ucfcrime_like,
    write_xdviolence_like,
)


def test_ucfcrime_ar_by_name(tmp_path):
    write_captions(tmp_path, "train", {"Abuse001_x264": "a"})
    write_captions(tmp_path, "test", {"Normal_Videos_003_x264": "b"})
    write_ucfcrime_like(tmp_path / "i3d", ["Abuse001_x264", "Normal_Videos_003_x264"], dim=4)
    dataset = open_dataset(
        "ucfcrime-ar", annotations=tmp_path, features=tmp_path / "i3d", language="zh"
    )
    assert [item.texts for item in dataset.items] == [("中文 a",), ("中文 b",)]
    assert [
        dataset.features.read(item.video).streams["motion"].shape for item in dataset.items
    ] == [
        (6, 4),
        (6, 4),
    ]


def test_xdviolence_ar_by_name(tmp_path):
    write_audio_list(tmp_path / "audio.list", ["a_label_B1-0-0"])
    write_audio_list(tmp_path / "audio_test.list", ["b_label_A"])
    splits = {"train": ["a_label_B1-0-0"], "test": ["b_label_A"]}
    features = write_xdviolence_like(tmp_path / "xd", splits)
    dataset = open_dataset("xdviolence-ar", annotations=tmp_path, features=features)
    assert [item.video for item in dataset.split("test")] == ["b_label_A"]


def test_a_table_by_its_path(tmp_path):
    (tmp_path / "depot.toml").write_text(
        'name = "depot"\n[[videos]]\nvideo = "gate"\nsplit = "test"\nis_anomalous = false\n'
        'texts = ["Snow."]\n'
    )
    features = write_ucfcrime_like(tmp_path / "features", ["gate"])
    dataset = open_dataset(str(tmp_path / "depot.toml"), annotations=None, features=features)
    assert (dataset.name, dataset.items[0].texts) == ("depot", ("Snow.",))


def test_an_unknown_name_lists_what_is_allowed(tmp_path):
    with pytest.raises(UserError, match=r"'msvd': choose ucfcrime-ar, xdviolence-ar.* PATH\.toml"):
        open_dataset("msvd", annotations=tmp_path, features=tmp_path)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("ucfcrime-ar", r"ucf_crime_train\.xlsx.*VAR"), ("xdviolence-ar", r"audio\.list.*XDVioDet")],
)
def test_what_is_not_named_is_asked_for(tmp_path, name, wanted):
    with pytest.raises(DatasetMissing, match=rf"{wanted}.* --annotations"):
        open_dataset(name, annotations=None, features=tmp_path)
    with pytest.raises(DatasetMissing, match=f"{name} needs --features: .*Roc-Ng/DeepMIL"):
        open_dataset(name, annotations=tmp_path, features=None)
