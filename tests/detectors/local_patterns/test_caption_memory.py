"""Captions carried over, with a state machine that answers from a list."""

from collections.abc import Sequence

import numpy as np

from detectors.local_patterns.caption_memory import CaptionMemory, Observation


class Machine:
    """Answers as it is told to and writes down what it was asked."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, questions: Sequence[str], tokens: np.ndarray) -> np.ndarray:
        assert len(questions) == len(tokens)
        self.asked += questions
        return np.array([self.answers.pop(0) for _ in questions])


def seen(caption: str, area: float, *, track: int = 0, agreement: float = 0.0) -> Observation:
    pattern = np.full(3, area, np.float32)
    return Observation(
        track, area, caption, np.zeros((2, 3), np.float32), pattern, agreement=agreement
    )


def captions(memory: CaptionMemory, *views: Observation) -> list[str]:
    return [memory.update([view])[0].caption for view in views]


STROLLER, WALKS, RUNS = "a man is pushing a stroller", "a man is walking", "a man is running"


def test_a_sharp_caption_is_carried_while_the_machine_says_yes() -> None:
    machine = Machine(True, True, False, True)
    memory = CaptionMemory(machine)
    views = [seen(STROLLER, 0.2), seen(WALKS, 0.1), seen(WALKS, 0.05), seen(RUNS, 0.04)]
    assert captions(memory, *views) == [STROLLER, STROLLER, STROLLER, RUNS]
    # after the no it is the new caption that is remembered
    assert captions(memory, seen(WALKS, 0.03)) == [RUNS]
    assert machine.asked == ["is a man pushing a stroller?"] * 3 + ["is a man running?"]


def test_a_view_as_sharp_speaks_for_itself() -> None:
    machine = Machine()
    memory = CaptionMemory(machine)
    views = [seen(STROLLER, 0.1), seen(WALKS, 0.1), seen(RUNS, 0.2)]
    assert captions(memory, *views) == [STROLLER, WALKS, RUNS]
    assert machine.asked == []


def test_what_is_carried_is_marked_and_keeps_its_own_pattern() -> None:
    memory = CaptionMemory(Machine(True))
    (first,) = memory.update([seen(STROLLER, 0.2)])
    (second,) = memory.update([seen(WALKS, 0.1)])
    assert (first.is_carried, second.is_carried) == (False, True)
    assert second.pattern.tolist() == [np.float32(0.1)] * 3


def test_tracks_are_asked_together_and_do_not_mix() -> None:
    machine = Machine(False, True)
    memory = CaptionMemory(machine)
    memory.update([seen(STROLLER, 0.2, track=1), seen(RUNS, 0.2, track=2)])
    now = [seen(WALKS, 0.1, track=2), seen(WALKS, 0.1, track=3), seen(WALKS, 0.1, track=1)]
    assert [o.caption for o in memory.update(now)] == [WALKS, WALKS, STROLLER]
    assert machine.asked == ["is a man running?", "is a man pushing a stroller?"]


def test_an_empty_caption_is_not_remembered_and_takes_one_over() -> None:
    memory = CaptionMemory(Machine(True))
    assert captions(memory, seen("", 0.5), seen(STROLLER, 0.2), seen(" ", 0.1)) == [
        "",
        STROLLER,
        STROLLER,
    ]


def test_tracks_that_are_gone_are_forgotten() -> None:
    machine = Machine(True)
    memory = CaptionMemory(machine)
    memory.update([seen(STROLLER, 0.2, track=1), seen(RUNS, 0.2, track=2)])
    memory.keep_only({2})
    now = [seen(WALKS, 0.1, track=1), seen(WALKS, 0.1, track=2)]
    assert [o.caption for o in memory.update(now)] == [WALKS, RUNS]
    assert memory.update([]) == []


def test_a_template_is_the_view_that_agrees_most_and_tells_something() -> None:
    machine = Machine(True, True)
    memory = CaptionMemory(machine, rule="template")
    memory.update([seen(RUNS, 0.2, agreement=3.0)])
    memory.update([seen("A man is walking.", 0.3, agreement=9.0)])  # larger: not asked
    (carried,) = memory.update([seen(WALKS, 0.1, agreement=1.0)])
    # the commonplace one agrees more, and is no template; pattern and caption are the template's
    assert (carried.caption, carried.is_carried) == (RUNS, True)
    assert carried.pattern.tolist() == [np.float32(0.2)] * 3
    (same_size,) = memory.update([seen(WALKS, 0.2)])
    assert same_size.caption == RUNS
    assert machine.asked == ["is a man running?"] * 2


def test_a_view_that_took_a_caption_over_can_still_be_the_next_template() -> None:
    machine = Machine(True, True)
    memory = CaptionMemory(machine, rule="template")
    views = [seen(RUNS, 0.2, agreement=3.0), seen(STROLLER, 0.2, agreement=5.0), seen(WALKS, 0.1)]
    assert captions(memory, *views) == [RUNS, RUNS, STROLLER]
    assert machine.asked == ["is a man running?", "is a man pushing a stroller?"]


def test_a_template_says_nothing_about_a_larger_view_or_after_a_no() -> None:
    machine = Machine(False)
    memory = CaptionMemory(machine, rule="template")
    views = [seen(RUNS, 0.2, agreement=3.0), seen(WALKS, 0.3), seen(WALKS, 0.1)]
    assert captions(memory, *views) == [RUNS, WALKS, WALKS]
    assert machine.asked == ["is a man running?"]


def test_a_template_is_kept_for_24_views() -> None:
    for later, expected in ((23, RUNS), (24, WALKS)):
        memory = CaptionMemory(Machine(True), rule="template")
        memory.update([seen(RUNS, 0.2, agreement=3.0)])
        for _ in range(later):
            memory.update([seen(WALKS, 0.5)])
        assert captions(memory, seen(WALKS, 0.1)) == [expected]
