"""What a strip holds, what the loss asks, and that sentences find their regions."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from detectors.local_patterns.acts.batches import ActFootage, ActLesson, make_strip
from detectors.local_patterns.acts.config import ActConfig
from detectors.local_patterns.acts.training import ActTrainer, contrast_regions, soft_maximum
from detectors.local_patterns.acts.traits import NUM_TRAITS
from detectors.trace.batches import Said
from detectors.words_training import WordsRecipe

DIM = 8
RECIPE = WordsRecipe(epochs=30, batch_size=4, lr=1e-2, every=1, max_clips=20, pieces=1)


def footage(length: int, *, acting: range = range(0), who: int = 1) -> ActFootage:
    """Two regions in each of two pictures; what is done shows in the traits of one of them."""
    clips = np.arange(length).repeat(4)
    pictures = np.tile([0, 0, 1, 1], length)
    traits = np.zeros((len(clips), NUM_TRAITS), np.float32)
    traits[np.isin(clips, list(acting)) & (np.arange(len(clips)) % 2 == who), 0] = 1.0
    return ActFootage(
        motion=np.tile(np.arange(length, dtype=np.float32)[:, None], (1, 3)) / length,
        patterns=np.ones((len(clips), DIM), np.float16),
        traits=traits,
        clips=clips,
        pictures=pictures,
    )


def lesson(made: ActFootage, *said: Said) -> ActLesson:
    return ActLesson(lambda: made, said)


def test_a_strip_has_pieces_gaps_and_spans() -> None:
    lessons = [
        lesson(footage(4), Said((2,), range(1, 3))),
        lesson(footage(3), Said((0,), range(9)), Said((2,), range(2, 3))),
    ]
    strip = make_strip(lessons, every=1, max_clips=20, gap=5, rng=np.random.default_rng(0))
    assert strip.mask.tolist() == [True] * 4 + [False] * 5 + [True] * 3 + [False] * 5
    assert strip.rows.tolist() == [0, 2]
    assert strip.inside[:, 0].nonzero()[:, 0].tolist() == [9, 10, 11]
    assert strip.inside[:, 1].nonzero()[:, 0].tolist() == [1, 2, 11]
    # one picture of each clip, with its two regions
    assert strip.clips.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 9, 9, 10, 10, 11, 11]
    assert strip.motion[9:12, 0].tolist() == pytest.approx([0, 1 / 3, 2 / 3])
    assert strip.motion[4:9].abs().max() == 0


def test_of_long_footage_a_piece_is_taken_and_its_spans_are_cut() -> None:
    one = lesson(footage(50), Said((0,), range(50)))
    strip = make_strip([one], every=3, max_clips=12, gap=2, rng=np.random.default_rng(3))
    first = round(float(strip.motion[0, 0]) * 50)
    assert 0 < first <= 38
    assert strip.mask.sum() == 12
    assert strip.inside[:, 0].tolist() == [True] * 12 + [False] * 2
    assert np.diff(np.unique(strip.clips.numpy())).tolist() == [3] * 3


def test_a_clip_is_as_near_as_its_regions_together() -> None:
    logits = torch.tensor([[0.0, 1.0], [0.0, 3.0], [2.0, -1000.0]])
    found = soft_maximum(logits, torch.tensor([0, 0, 1]), 2)
    both = [np.log(2.0), np.log(np.exp(1) + np.exp(3))]
    assert found[0].tolist() == pytest.approx(both)
    assert found[1].tolist() == [2.0, -1000.0]


def test_the_loss_by_hand() -> None:
    """Two clips, two sentences; each clip shows one, by either of its regions."""
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0], [0.5, 0.0]])
    clips = torch.tensor([4, 9, 9])
    inside = torch.zeros(10, 2, dtype=torch.bool)
    inside[4, 0] = inside[9, 1] = True
    loss = contrast_regions(logits, clips, inside, alike=torch.eye(2, dtype=torch.bool))
    second = [np.log(1 + np.exp(0.5)), np.log(np.exp(1) + 1)]  # the soft maxima of clip 9
    pairs = [(2.0, 0.0), (second[1], second[0]), (2.0, second[0]), (second[1], 0.0)]
    missed = [np.log(np.exp(true) + np.exp(false)) - true for true, false in pairs]
    assert loss.item() == pytest.approx((sum(missed[:2]) / 2 + sum(missed[2:]) / 2) / 2, rel=1e-5)


def test_sentences_find_the_region_that_shows_them_without_being_told_which() -> None:
    """The scene moves alike all the time."""
    acting, still = range(5, 10), np.zeros((20, 3), np.float32)
    lessons = [
        lesson(
            replace(footage(20, acting=acting, who=k % 2), motion=still),
            Said((0,), acting),
            Said((1,), range(5)),
            Said((1,), range(10, 20)),
        )
        for k in range(8)
    ]
    words = np.eye(DIM, dtype=np.float32)[:2]
    config = ActConfig(DIM, 3, window=2, ahead=0, traits_hidden=8, joint_hidden=8, dropout=0.0)
    net = ActTrainer(config, lessons, words, RECIPE).run()
    seen = lessons[0].read()  # who = 0: the even regions act
    z = net(
        torch.from_numpy(seen.motion),
        torch.ones(20, dtype=torch.bool),
        torch.from_numpy(seen.patterns.astype(np.float32)),
        torch.from_numpy(seen.traits),
        torch.from_numpy(seen.clips),
    )
    acts = (z @ torch.from_numpy(words).T).argmax(dim=1) == 0
    expected = np.isin(seen.clips, list(acting)) & (np.arange(80) % 2 == 0)
    assert acts.tolist() == expected.tolist()
