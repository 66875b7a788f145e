"""Batches say of which clips each sentence is said, whatever piece of the footage they show."""

from functools import partial

import numpy as np

from detectors.trace.batches import Footage, Lesson, Said, make_batch

DIM, MOTION = 8, 4


def test_a_batch_has_everything_that_is_said_once() -> None:
    lessons = [
        Lesson(partial(_numbered, 5), (Said((0,)), Said((2,)))),
        Lesson(partial(_numbered, 9), (Said((2,)),)),
    ]
    batch = make_batch(lessons, every=3, max_clips=7, rng=np.random.default_rng(0))
    assert batch.rows.tolist() == [0, 2]
    assert batch.appearance.shape == (2, 7, DIM)
    assert batch.motion.shape == (2, 7, MOTION)
    assert batch.mask.sum(dim=1).tolist() == [5, 7]
    assert set(batch.clips.diff().tolist()) == {3}
    assert not batch.timed.any()


def test_without_a_span_a_sentence_is_said_of_every_real_clip() -> None:
    lessons = [Lesson(partial(_numbered, 2), (Said((4,)),)), Lesson(partial(_numbered, 4), ())]
    batch = make_batch(lessons, every=1, max_clips=9, rng=np.random.default_rng(0))
    assert batch.seen.tolist() == [[True, True, False, False], [True] * 4]
    assert batch.inside[:, :, 0].tolist() == [[True, True, False, False], [False] * 4]


def test_a_span_is_counted_from_where_the_piece_begins() -> None:
    said = (Said((0,), range(3, 5)), Said((1,), range(1)), Said((2,), range(11, 12)))
    lesson = Lesson(partial(_numbered, 12), said)
    for seed in range(8):
        batch = make_batch([lesson], every=1, max_clips=6, rng=np.random.default_rng(seed))
        shown = batch.appearance[0, :, 0].int().tolist()
        assert len(shown) == 6
        expected = {0: {3, 4}, 1: {0}, 2: {11}}
        for column, row in enumerate(batch.rows.tolist()):
            marked = {
                clip for clip, on in zip(shown, batch.inside[0, :, column], strict=True) if on
            }
            assert marked == expected[row] & set(shown)
            assert marked
        assert batch.timed.all()


def test_a_sentence_of_two_spans_holds_in_both() -> None:
    lesson = Lesson(partial(_numbered, 6), (Said((0,), range(2)), Said((0,), range(4, 5))))
    batch = make_batch([lesson], every=1, max_clips=6, rng=np.random.default_rng(0))
    assert batch.inside[0, :, 0].tolist() == [True, True, False, False, True, False]


def test_said_once_with_and_once_without_a_span_nobody_knows_when() -> None:
    lesson = Lesson(partial(_numbered, 3), (Said((0,), range(1)), Said((0,))))
    batch = make_batch([lesson], every=1, max_clips=6, rng=np.random.default_rng(0))
    assert batch.inside.all()
    assert not batch.timed.any()


def test_a_wording_is_drawn_at_each_visit() -> None:
    lesson = Lesson(partial(_numbered, 3), (Said((3, 5, 8)),))
    rng = np.random.default_rng(0)
    drawn = {
        row
        for _ in range(30)
        for row in make_batch([lesson], every=1, max_clips=3, rng=rng).rows.tolist()
    }
    assert drawn == {3, 5, 8}


def _numbered(length: int) -> Footage:
    """Footage whose clips hold their own number."""
    numbers = np.arange(length, dtype=np.float32)[:, None]
    return np.repeat(numbers, DIM, axis=1), np.repeat(numbers, MOTION, axis=1)
