"""Data sets of the user's own."""

import pytest

from benchmarks.datasets import toml_table
from benchmarks.datasets.base import DatasetMissing, Item
from benchmarks.datasets.feature_files import open_folder
from benchmarks.datasets.toml_table import open_table
from segments.errors import UserError
from tests.support.feature_folders import write_ucfcrime_like

VIDEO = '[[videos]]\nvideo = "{}"\nsplit = "train"\nis_anomalous = true\ntexts = ["A man."]\n'
HEADER = "video,split,is_anomalous,text\n"


@pytest.fixture
def features(tmp_path):
    return open_folder(write_ucfcrime_like(tmp_path / "features", ["gate"]))


@pytest.fixture
def opened(tmp_path, features):
    """Opens a table, and a CSV file beside it, from their text."""

    def open_text(text, csv=None):
        (tmp_path / "depot.toml").write_text(text, encoding="utf-8")
        if csv is not None:
            (tmp_path / "videos.csv").write_text(csv, encoding="utf-8")
        return open_table(tmp_path / "depot.toml", features)

    return open_text


def test_the_example_of_the_documentation_is_read(opened):
    assert toml_table.__doc__ is not None
    example = toml_table.__doc__.split("\n\n")[1:3]
    dataset = opened("\n".join(line.strip() for part in example for line in part.splitlines()))
    assert (dataset.name, dataset.query) == ("depot", "text")
    texts = ("A man climbs over the gate.", "Somebody enters over a fence.")
    assert dataset.items == (Item("gate-0031", "train", True, texts),)
    assert [path.name for path in dataset.files] == ["depot.toml"]


def test_a_csv_has_a_row_per_text(opened):
    rows = (
        'gate,train,true,"A man, running."\nyard,test,0,Snow falls.\ngate,train,1,Somebody runs.\n'
    )
    dataset = opened('name = "depot"\ncsv = "videos.csv"', "\ufeff" + HEADER + rows)
    assert dataset.items == (
        Item("gate", "train", True, ("A man, running.", "Somebody runs.")),
        Item("yard", "test", False, ("Snow falls.",)),
    )
    assert [path.name for path in dataset.files] == ["depot.toml", "videos.csv"]


def test_a_set_asked_by_sound_needs_features_of_sound(opened):
    with pytest.raises(DatasetMissing, match="depot is searched by sound"):
        opened('name = "depot"\nquery = "audio"\n' + VIDEO.format("gate"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "a\n', r"depot\.toml is no TOML: .*line 1"),
        (VIDEO.format("gate"), r"depot\.toml: name: Field required$"),
        ('name = "a"', r"needs either \[\[videos\]\] tables or a csv"),
        ('name = "a"\ncsv = "b.csv"\n' + VIDEO.format("gate"), "tables or a csv, not both"),
        ('name = "a"\nkind = 1\n', r"kind: Extra inputs are not permitted \(came: 1\)"),
        ('name = "a"\nquery = "smell"\n', r"query: Input should be 'text' or 'audio'.*'smell'"),
        (
            'name = "a"\n' + VIDEO.format("gate") + VIDEO.format("yard").replace("train", "val"),
            r"videos\[1\]\.split: Input should be 'train' or 'test' \(came: 'val'\)",
        ),
        ('name = "a"\n' + VIDEO.format("gate") * 2, "has gate 2 times"),
        ('name = "a"\n' + VIDEO.format("gate").replace("A man.", " "), "gate has no text"),
        ('name = "a"\n' + VIDEO.format("gate").replace('"A man."', ""), "gate has no text"),
    ],
)
def test_errors_name_the_line_or_the_key(opened, text, message):
    with pytest.raises(UserError, match=message):
        opened(text)


@pytest.mark.parametrize(
    ("csv", "message"),
    [
        (
            "video,text\n",
            r"videos\.csv has the columns \['video', 'text'\], not \['video', 'split'",
        ),
        (HEADER, r"videos\.csv has no videos"),
        (HEADER + "gate,train,1,A\ngate,dev,1,B\n", r"line 3: split: .*'train' or 'test'"),
        (HEADER + "gate,train,maybe,A\n", r"line 2: is_anomalous: .*boolean.*'maybe'"),
        (HEADER + "gate,train,1,A\ngate,test,1,B\n", "line 3: gate is told otherwise further up"),
        (HEADER + "gate,train,1,A man, running\n", "line 2: a cell too many; quote the text"),
        (HEADER + "gate,train,1\n", "gate has no text"),
        (HEADER + ",train,1,A\n", "line 2: video: "),
    ],
)
def test_errors_of_a_csv_name_its_line(opened, csv, message):
    with pytest.raises(UserError, match=message):
        opened('name = "depot"\ncsv = "videos.csv"', csv)


def test_missing_files_are_named(tmp_path, opened, features):
    with pytest.raises(DatasetMissing, match=r"none\.toml is missing"):
        open_table(tmp_path / "none.toml", features)
    with pytest.raises(DatasetMissing, match=r"videos\.csv is missing: the TOML file's `csv`"):
        opened('name = "depot"\ncsv = "videos.csv"')
