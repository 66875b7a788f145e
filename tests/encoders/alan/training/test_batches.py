"""What an epoch draws, by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from encoders.alan.masking import Maskable
from encoders.alan.training import (
    AlanRecipe,
    SoundExample,
    TextTable,
    TrainingSet,
    VideoExample,
    held,
)
from encoders.alan.training.batches import BatchMaker
from segments.vectors import ClipFeatures

RECIPE = AlanRecipe(batch_size=2, sound_batch_size=8)


def column(numbers: Sequence[float]) -> np.ndarray:
    return np.array(numbers, np.float32)[:, None]


def video(name: str, *numbers: float) -> VideoExample:
    """One clip per number, in a stream "a" and, negative, in "b"; asked for by itself."""
    features = ClipFeatures({"a": column(numbers), "b": -column(numbers)})
    return VideoExample(held(features), (), frozenset({name}), is_anomalous=numbers[0] > 2)


def maker(*videos: VideoExample, recipe: AlanRecipe = RECIPE, seed: int = 0, **parts) -> BatchMaker:
    return BatchMaker(TrainingSet(videos, **parts), recipe, np.random.default_rng(seed))


def first_clips(batches: BatchMaker) -> list[list[float]]:
    return [batch.streams["a"][:, 0, 0].tolist() for batch in batches.epoch()]


def test_an_epoch_is_a_permutation_and_leaves_out_a_batch_of_one():
    batches = maker(*(video(str(n), n) for n in range(5)))
    order = np.random.default_rng(0).permutation(5).tolist()
    assert batches.steps_per_epoch == 2
    first = first_clips(batches)
    assert first == [order[:2], order[2:4]]
    assert first_clips(batches) != first


@pytest.mark.parametrize(("count", "steps"), [(1, 1), (2, 1), (3, 1), (4, 2), (6, 3)])
def test_steps_of_an_epoch(count: int, steps: int):
    batches = maker(*(video(str(n), n) for n in range(count)))
    assert batches.steps_per_epoch == steps
    assert len(first_clips(batches)) == steps


def test_weights_say_how_often_a_video_is_drawn():
    weights = np.array([3.0, 0.0, 1.0, 0.0], np.float32)
    batches = maker(*(video(str(n), n) for n in range(4)), weights=weights)
    drawn = np.array([first_clips(batches) for _ in range(200)]).ravel()
    assert set(drawn) == {0.0, 2.0}
    assert (drawn == 0.0).mean() == pytest.approx(0.75, abs=0.05)


def test_videos_side_by_side():
    batches = maker(video("x", 1, 2), video("y", 3, 4, 5))
    (batch,) = batches.epoch()
    short = int(batch.mask.sum(dim=1).argmin())
    assert batch.mask[short].tolist() == [True, True, False]
    assert batch.streams["b"][short, :, 0].tolist() == [-1, -2, 0]
    assert batch.streams["a"][1 - short, :, 0].tolist() == [3, 4, 5]
    assert batch.labels[[short, 1 - short]].tolist() == [0.0, 1.0]
    assert (batch.text, batch.audio) == (None, None)
    assert batch.heard.tolist() == []
    assert torch.equal(batch.same, torch.eye(2, dtype=torch.bool))


def test_one_crop_is_drawn_at_each_visit():
    asked: list[int] = []

    def read(crop: int) -> ClipFeatures:
        asked.append(crop)
        return ClipFeatures({"a": column([crop])})

    cropped = VideoExample(read, (), frozenset("x"), is_anomalous=False, num_crops=3)
    batches = maker(cropped)
    seen = [first_clips(batches)[0][0] for _ in range(300)]
    assert seen == asked
    assert np.bincount(asked).tolist() == pytest.approx([100] * 3, abs=25)
    asked.clear()
    first_clips(maker(replace(cropped, num_crops=1)))
    assert asked == [0]


def test_a_long_video_is_thinned_to_one_clip_of_each_piece_with_its_labels():
    labels = np.array([0, 0, 0, 1, 1, 0, 0, 1, 0, 1], np.float32)
    long = replace(video("x", *range(10)), clip_labels=labels)
    batches = maker(long, recipe=replace(RECIPE, max_clips=4))
    drawn = []
    for _ in range(200):
        (batch,) = batches.epoch()
        clips = batch.streams["a"][0, :, 0].long().tolist()
        assert batch.streams["b"][0, :, 0].tolist() == [-clip for clip in clips]
        assert batch.lead[0].tolist() == labels[clips].tolist()
        drawn.append(clips)
    # Pieces of 2.5 clips: the third clip is shared by the first two, the eighth by the last two.
    pieces = [set(column) for column in zip(*drawn, strict=True)]
    assert pieces == [{0, 1, 2}, {2, 3, 4}, {5, 6, 7}, {7, 8, 9}]


def test_a_video_of_just_so_many_clips_is_kept_whole():
    (batch,) = maker(video("x", *range(4)), recipe=replace(RECIPE, max_clips=4)).epoch()
    assert batch.streams["a"][0, :, 0].tolist() == [0, 1, 2, 3]


def test_lead_is_the_truth_where_it_is_known():
    known = replace(video("x", 0, 1), clip_labels=np.array([0, 1], np.float32))
    (batch,) = maker(known, video("y", 3, 4, 5)).epoch()
    row = int(batch.mask.sum(dim=1).argmin())
    assert batch.lead[row].tolist() == [0, 1, 0]
    assert batch.lead[1 - row].tolist() == [0, 0, 0]


def test_borrowed_streams_come_from_any_video_that_borrows_and_are_stretched():
    borrowers = [
        replace(v, borrows=frozenset({"b"})) for v in (video("x", 1, 2, 3, 4), video("y", 5, 6))
    ]
    batches = maker(*borrowers, video("z", 7, 8, 9), recipe=replace(RECIPE, batch_size=3))
    seen: dict[float, set[tuple[float, ...]]] = {}
    for _ in range(40):
        (batch,) = batches.epoch()
        for own, lent, mask in zip(*batch.streams.values(), batch.mask, strict=True):
            values = tuple((-lent[mask, 0]).tolist())
            seen.setdefault(own[0, 0].item(), set()).add(values)
    # Two clips stretched over four count twice each; four shown in two are the first and third.
    assert seen == {
        1.0: {(1, 2, 3, 4), (5, 5, 6, 6)},
        5.0: {(1, 3), (5, 6)},
        7.0: {(7, 8, 9)},
    }


def table(meanings: Sequence[str], lengths: Sequence[int]) -> TextTable:
    """Sentences of [CLS], words and [SEP]; the first word may be masked."""
    attended = np.arange(max(lengths)) < np.array(lengths)[:, None]
    words = attended & (np.arange(max(lengths)) > 0)
    words[np.arange(len(lengths)), np.array(lengths) - 1] = False
    count, length = attended.shape
    return TextTable(
        ids=np.arange(count * length, dtype=np.int32).reshape(count, length),
        attended=attended,
        words=words,
        meanings=tuple(meanings),
        maskable=(Maskable(((1, 2),), ()),) * count,
        tokens=np.arange(count * length * 2).reshape(count, length, 2).astype(np.float16),
        sentences=np.arange(count, dtype=np.float32)[:, None],
    )


def said(example: VideoExample, texts: Sequence[int], *meanings: str) -> VideoExample:
    return replace(example, texts=tuple(texts), meanings=frozenset(meanings))


def test_equal_sentences_mean_the_same_and_so_does_what_else_is_true():
    texts = table(["fight", "dog", "snow"], [3, 3, 3])
    videos = [
        said(video("x", 0), [0], "fight"),
        said(video("y", 1), [0], "fight"),
        said(video("z", 2), [1], "dog", "snow"),
        said(video("w", 3), [2], "snow"),
    ]
    (batch,) = maker(*videos, texts=texts, recipe=replace(RECIPE, batch_size=4)).epoch()
    order = batch.streams["a"][:, 0, 0].long()
    back = order.argsort()
    # Row: video, column: sentence. Snow is true of the third video, dog is not of the fourth.
    assert batch.same[back][:, back].int().tolist() == [
        [1, 1, 0, 0],
        [1, 1, 0, 0],
        [0, 0, 1, 1],
        [0, 0, 0, 1],
    ]


def test_texts_are_cut_to_the_longest_of_the_batch():
    texts = table(["short", "other", "long"], [3, 4, 6])
    pair = [said(video("x", 0), [0], "short"), said(video("y", 1), [1], "other")]
    (batch,) = maker(*pair, texts=texts).epoch()
    assert batch.text is not None
    assert batch.text.tokens is not None
    assert batch.text.sentences is not None
    row = int(batch.text.sentences[:, 0].argmin())
    assert batch.text.ids[row].tolist() == [0, 1, 2, 3]
    assert batch.text.attended[row].tolist() == [True, True, True, False]
    assert batch.text.words[row].tolist() == [False, True, False, False]
    assert batch.text.masked[row].tolist() == [[False, True, False, False], [False] * 4]
    assert batch.text.ids[1 - row].tolist() == [6, 7, 8, 9]
    assert batch.text.tokens[1 - row].tolist() == [[12, 13], [14, 15], [16, 17], [18, 19]]
    on_device = batch.to(torch.device("cpu")).text
    assert on_device is not None
    assert on_device.tokens is not None
    assert on_device.tokens.dtype == torch.float32


def test_a_backbone_that_is_trained_gets_word_pieces_only():
    texts = replace(table(["one"], [3]), tokens=None, sentences=None)
    (batch,) = maker(said(video("x", 0), [0], "one"), texts=texts).epoch()
    assert batch.text is not None
    assert (batch.text.tokens, batch.text.sentences) == (None, None)
    assert batch.text.ids.tolist() == [[0, 1, 2]]


def test_one_of_a_video_s_sentences_is_drawn_at_each_visit():
    texts = table(["one", "other", "of another"], [3, 3, 3])
    batches = maker(said(video("x", 0), [0, 1], "one", "other"), texts=texts)
    rows = [int(batch.text.ids[0, 0]) // 3 for _ in range(200) for batch in batches.epoch()]
    assert np.bincount(rows).tolist() == pytest.approx([100, 100], abs=30)


def test_noise_is_a_share_of_each_stream_s_spread():
    # Of 0, 2 and 4 over both videos: variance 8/3. The second number never changes: no noise.
    def still(numbers: Sequence[float]) -> VideoExample:
        array = np.column_stack([numbers, np.ones(len(numbers))]).astype(np.float32)
        return VideoExample(held(ClipFeatures({"a": array})), (), frozenset("x"), False)

    pair = [still([0, 2]), still([4])]
    batches = maker(*pair, recipe=replace(RECIPE, feature_noise=0.5))
    np.testing.assert_allclose(batches.spread["a"], [(8 / 3) ** 0.5, 0], rtol=1e-6)
    found = []
    for _ in range(2000):
        (batch,) = batches.epoch()
        found += batch.streams["a"][batch.mask].tolist()
    first, second = np.array(found).T
    assert set(second) == {1.0}
    # Mean square around 0, 2, 4 is 8/3, and a quarter of it again as noise.
    assert np.var(first) == pytest.approx(8 / 3 * 1.25, rel=0.05)
    assert maker(*pair).spread == {}


def heard(name: str, *numbers: float) -> VideoExample:
    features = ClipFeatures({"a": column(numbers)}, audio=10 * column(numbers))
    return VideoExample(held(features), (), frozenset({name}), is_anomalous=False)


def test_rows_with_sound_are_listed_with_it():
    silent = VideoExample(held(ClipFeatures({"a": column([1])})), (), frozenset("s"), False)
    recipe = replace(RECIPE, batch_size=3)
    (batch,) = maker(silent, heard("x", 2, 3), heard("y", 4), recipe=recipe).epoch()
    assert batch.audio is not None
    assert batch.streams["a"][batch.heard, 0, 0].tolist() == (batch.audio[:, 0, 0] / 10).tolist()
    assert sorted(batch.audio.squeeze(2).tolist()) == [[20, 30], [40, 0]]


def test_sounds_come_in_pairs_of_one_kind_as_short_runs():
    sounds = tuple(
        SoundExample(column(start + np.arange(20)), kind)
        for kind, start in (("bark", 100), ("bark", 200), ("siren", 300), ("siren", 400))
    )
    batches = maker(video("x", 0), sounds=sounds)
    lengths = set()
    for _ in range(100):
        batch = batches.sounds()
        assert len(batch.audio) == 8
        numbers = batch.audio[:, 0, 0].numpy()
        kinds = numbers < 300
        assert (kinds[0::2] == kinds[1::2]).all()
        assert batch.same.tolist() == (kinds[0::2, None] == kinds[None, 1::2]).tolist()
        for run, mask in zip(batch.audio[:, :, 0], batch.mask, strict=True):
            lengths.add(int(mask.sum()))
            assert (run[mask].diff() == 1).all()
    assert lengths == set(range(2, 9))


def test_a_batch_goes_to_a_device_as_a_whole():
    texts = table(["one"], [3])
    (batch,) = maker(said(heard("x", 1), [0], "one"), texts=texts).epoch()
    moved = batch.to(torch.device("meta"))
    assert moved.text is not None
    assert moved.audio is not None
    tensors = [*moved.streams.values(), moved.mask, moved.same, moved.audio, moved.text.ids]
    assert {tensor.device.type for tensor in tensors} == {"meta"}
