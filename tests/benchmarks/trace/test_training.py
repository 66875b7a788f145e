"""What `retrace train trace` makes of its options, and what it writes."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.trace import training
from benchmarks.trace.lessons import Lessons
from benchmarks.trace.training import TraceTraining, train_trace
from detectors.trace.batches import Footage, Lesson, Said
from detectors.trace.network import TraceNetwork
from detectors.trace.shipped import WEIGHTS
from detectors.trace.trained import RECORD_FILE
from segments.errors import UserError

FEW = TraceTraining(videos=4, epochs=2, batch_size=4, windows=((4, 1),), ahead=1, joint=8)


def test_the_options_are_those_of_the_network_that_is_shipped() -> None:
    record = json.loads((WEIGHTS / "compact" / RECORD_FILE).read_text())
    assert TraceTraining().model_dump(mode="json") == record["asked"]
    config = TraceNetwork.from_pretrained(WEIGHTS / "compact").config
    assert TraceTraining().config(dim=384, motion_dim=128) == config


def test_who_is_not_told_when_is_shown_all() -> None:
    assert (TraceTraining().recipe.max_clips, TraceTraining().recipe.pieces) == (48, 4)
    untimed = TraceTraining(timed=False).recipe
    assert (untimed.max_clips, untimed.pieces) == (256, 1)


def test_another_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no data set 'films'"):
        train_trace(TraceTraining(dataset="films"), tmp_path)


def test_nothing_to_learn_from_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "simulated_lessons", lambda *_, **__: Lessons((), ()))
    with pytest.raises(UserError, match="nothing to learn from"):
        train_trace(FEW, tmp_path)


def test_a_run_writes_its_network_and_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lessons = Lessons(tuple(_lesson(seed) for seed in range(4)), ("a man walks", "a dog runs"))
    monkeypatch.setattr(training, "simulated_lessons", lambda *_, **__: lessons)
    told = list[int]()
    record = train_trace(FEW, tmp_path, on_epoch=lambda epoch, _: told.append(epoch))
    assert told == [1, 2]
    assert (record.lessons, record.sentences, len(record.losses)) == (4, 2, 2)
    assert json.loads((tmp_path / RECORD_FILE).read_text())["asked"]["videos"] == 4
    config = TraceNetwork.from_pretrained(tmp_path).config
    assert (config.motion_dim, config.ahead, config.joint_hidden) == (6, 1, 8)


def _lesson(seed: int) -> Lesson:
    return Lesson(partial(_footage, seed), (Said((seed % 2,), range(2, 5)),))


def _footage(seed: int) -> Footage:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((9, 384), np.float32), rng.standard_normal((9, 6), np.float32)
