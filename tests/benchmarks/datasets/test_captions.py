"""Captions as released, and what is wrong with their files."""

from collections import Counter

import pytest
from openpyxl import Workbook, load_workbook

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.captions import NAME_COLUMN, read_captions, read_uca
from segments.errors import UserError
from tests.support.feature_folders import write_captions


@pytest.fixture
def official(shared_data):
    return shared_data / "ucfcrime-ar"


def read_both(folder, language="en"):
    names = ("ucf_crime_train.xlsx", "ucf_crime_test.xlsx")
    return [read_captions(folder / name, language=language) for name in names]


def test_official_sheets_have_1610_and_290_captions_of_16_words(official):
    train, test = read_both(official)
    assert (len(train), len(test)) == (1610, 290)
    assert not train.keys() & test.keys()
    words = [len(text.split()) for text in (train | test).values()]
    assert sum(words) / len(words) == pytest.approx(16.29, abs=0.005)
    assert max(words) == 46
    assert test["Vandalism036_x264"] == (
        "A shirtless man deliberately knocked down multiple shelves in the store."
    )
    assert next(iter(train)) == "Abuse001_x264"


def test_official_names_are_those_of_the_detection_split(official):
    for captions, name in zip(
        read_both(official), ("Anomaly_Train.txt", "Anomaly_Test.txt"), strict=True
    ):
        listed = (official / name).read_text().split()
        assert list(captions) == [path.split("/")[1].removesuffix(".mp4") for path in listed]


def test_chinese_captions_are_of_the_same_videos(official):
    english, chinese = read_both(official), read_both(official, "zh")
    assert [list(captions) for captions in english] == [list(captions) for captions in chinese]
    assert chinese[1]["Vandalism036_x264"] == "一名光膀子的男子将商店里的多个货架故意弄倒。"
    texts = [text for captions in chinese for text in captions.values()]
    assert sum(map(len, texts)) / len(texts) == pytest.approx(23.4, abs=0.05)


def test_trap_6_newlines_are_stripped_and_two_pairs_of_test_captions_are_equal(official):
    raw = []
    for name in ("ucf_crime_train.xlsx", "ucf_crime_test.xlsx"):
        workbook = load_workbook(official / name, read_only=True)
        column = workbook.worksheets[0].iter_rows(min_row=2, max_col=1, values_only=True)
        raw += [str(cell) for (cell,) in column]
        workbook.close()
    assert sum(name.endswith("\n") for name in raw) == 1893
    train, test = read_both(official)
    assert all(name == name.strip() and name.endswith("_x264") for name in train | test)
    times = Counter(test.values())
    assert sorted(count for count in times.values() if count > 1) == [2, 2]
    repeated = [count for count in Counter(train.values()).values() if count > 1]
    assert (len(repeated), sum(repeated)) == (26, 62)


def test_uca_has_23542_sentences_of_1854_videos(shared_data):
    uca = read_uca(shared_data / "uca")
    assert len(uca) == 1854
    assert sum(map(len, uca.values())) == 23_542
    first = uca["Abuse037_x264"][0]
    assert (first.start_s, first.end_s) == (1.2, 8.2)
    assert first.text.startswith("A white car with double flashes slowly appeared on the screen")
    assert all(sentence.text == sentence.text.strip() for said in uca.values() for sentence in said)


def test_trap_7_uca_covers_286_of_290_test_videos(shared_data, official):
    _, test = read_both(official)
    assert len(read_uca(shared_data / "uca").keys() & test.keys()) == 286


def test_a_sheet_is_read_whatever_the_order_of_its_columns(tmp_path):
    workbook = Workbook()
    for row in (["English Text", None, NAME_COLUMN], [" A man. ", 3, "A/B_x264.mp4\n"], [None] * 3):
        workbook.worksheets[0].append(row)
    workbook.save(tmp_path / "sheet.xlsx")
    assert read_captions(tmp_path / "sheet.xlsx") == {"B_x264": "A man."}


def test_errors_of_sheets_name_the_file_and_where_to_get_it(tmp_path):
    with pytest.raises(DatasetMissing, match=r"no\.xlsx is missing.*github\.com/Roc-Ng/VAR"):
        read_captions(tmp_path / "no.xlsx")
    (tmp_path / "page.xlsx").write_text("<html>")
    with pytest.raises(DatasetMissing, match=r"page\.xlsx is no xlsx file.*Roc-Ng/VAR"):
        read_captions(tmp_path / "page.xlsx")
    Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(DatasetMissing, match=r"columns \[\], not 'Video Name' and 'English Text'"):
        read_captions(tmp_path / "empty.xlsx")


def test_a_video_named_twice_is_refused(tmp_path):
    path = write_captions(tmp_path, "test", {"A": "one", "Other/A": "two"})
    with pytest.raises(DatasetMissing, match="names A twice"):
        read_captions(path)


def test_another_language_is_refused(tmp_path):
    with pytest.raises(UserError, match="'fr': choose en or zh"):
        read_captions(write_captions(tmp_path, "test", {"A": "one"}), language="fr")


def test_missing_uca_says_which_file_and_where_to_get_it(tmp_path):
    (tmp_path / "UCFCrime_Train.json").write_text("{}")
    with pytest.raises(DatasetMissing, match=r"UCFCrime_Val\.json is missing.*Xuange923"):
        read_uca(tmp_path)
