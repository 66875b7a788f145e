"""Training examples from items."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.datasets.base import Item
from benchmarks.retrieval.examples import training_set
from encoders.alan.training import TextTable
from segments.errors import UserError
from tests.support.retrieval import HeldFeatures, clips_of

ITEMS = (
    Item("x", "train", True, ("Fire.",)),
    Item("y", "train", False, ("Snow.",)),
    Item("z", "train", True, ("Fire.",)),
)
FEATURES = HeldFeatures({name: clips_of(name, sound=True) for name in "xyz"}, audio_dim=7)


class Table:
    """Keeps what it is made from."""

    said: Sequence[tuple[str, str]] = ()

    def __call__(self, said: Sequence[tuple[str, str]]) -> TextTable:
        self.said = said
        none = np.zeros((len(said), 1), bool)
        meanings = tuple(meaning for _, meaning in said)
        return TextTable(none.astype(np.int32), none, none, meanings, ())


def test_equal_captions_are_one_row_and_mean_the_same():
    table = Table()
    data = training_set(ITEMS, FEATURES, table=table)
    assert table.said == [("Fire.", "Fire."), ("Snow.", "Snow.")]
    assert [video.texts for video in data.videos] == [(0,), (1,), (0,)]
    assert [video.meanings for video in data.videos] == [{"Fire."}, {"Snow."}, {"Fire."}]
    assert [video.is_anomalous for video in data.videos] == [True, False, True]


def test_further_sentences_are_true_of_their_video_alone():
    table = Table()
    more = {"y": ("A plough passes.", "Fire.")}
    data = training_set(ITEMS, FEATURES, table=table, more_texts=more)
    assert [text for text, _ in table.said] == ["A plough passes.", "Fire.", "Snow."]
    assert data.videos[1].texts == (2, 0, 1)
    assert data.videos[1].meanings == {"Snow.", "A plough passes.", "Fire."}
    assert data.videos[0].meanings == {"Fire."}


def test_by_sound_a_video_means_itself_and_keeps_its_sound():
    data = training_set(ITEMS, FEATURES, table=None)
    assert data.texts is None
    assert [video.texts for video in data.videos] == [()] * 3
    assert [video.meanings for video in data.videos] == [{"x"}, {"y"}, {"z"}]
    assert data.videos[0].read(0).audio is not None


def test_by_text_sound_is_left_out():
    data = training_set(ITEMS, FEATURES, table=Table())
    assert data.videos[0].read(0).audio is None


def test_labels_and_crops_go_along():
    labels = {name: np.full(5, n, np.float32) for n, name in enumerate("xyz")}
    features = replace(FEATURES, num_crops=10)
    data = training_set(ITEMS, features, table=Table(), clip_labels=labels)
    assert [video.num_crops for video in data.videos] == [10] * 3
    assert data.videos[2].clip_labels is labels["z"]


def test_features_are_read_once_unless_memory_is_short():
    asked: list[str] = []

    class Counting(HeldFeatures):
        def read(self, video: str, *, crop: int = 0):
            asked.append(f"{video}{crop}")
            return super().read(video, crop=crop)

    features = Counting(FEATURES.videos)
    for in_memory, expected in ((True, ["x0", "x1"]), (False, ["x0", "x0", "x1"])):
        asked.clear()
        video = training_set(ITEMS, features, table=Table(), in_memory=in_memory).videos[0]
        for crop in (0, 0, 1):
            video.read(crop)
        assert asked == expected


def test_what_cannot_be_trained_on_is_refused():
    with pytest.raises(UserError, match="training split has 0, and needs at least two"):
        training_set([], FEATURES, table=Table())
    with pytest.raises(UserError, match="training split has 1"):
        training_set(ITEMS[:1], FEATURES, table=Table())
    wordless = (*ITEMS, Item("w", "train", False))
    with pytest.raises(UserError, match="w has no text"):
        training_set(wordless, FEATURES, table=Table())
    silent = HeldFeatures(FEATURES.videos | {"y": clips_of("y")}, audio_dim=7)
    data = training_set(ITEMS, silent, table=None)
    with pytest.raises(UserError, match="y has no sound features"):
        data.videos[1].read(0)
