"""Training by value, frozen features, seeds and resumption."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from detectors.checkpoints import CHECKPOINT_FILE
from detectors.trace.batches import Footage, Lesson, Said
from detectors.trace.config import TraceConfig, Window
from detectors.trace.training import TraceTrainer
from detectors.words_training import WordsRecipe, noisy, one_cycle
from segments.errors import UserError

DIM, MOTION = 8, 4
RECIPE = WordsRecipe(epochs=3, batch_size=4, lr=1e-2, every=2, pieces=2)


def test_the_rate_goes_up_and_down() -> None:
    assert one_cycle(0.0) == pytest.approx(0.01 / 0.11)
    assert one_cycle(0.1) == pytest.approx(1.0)
    assert one_cycle(0.55) == pytest.approx(0.5)
    assert one_cycle(1.0) == pytest.approx(0.0)


def test_noise_has_its_share_of_a_words_length() -> None:
    torch.manual_seed(0)
    words = torch.nn.functional.normalize(torch.randn(3, 4096), dim=-1)
    cosines = (noisy(words, 0.75) * words).sum(dim=1)
    assert cosines.tolist() == pytest.approx([0.8] * 3, abs=0.02)  # legs 3/4 and 1
    assert torch.equal(noisy(words, 0.0), words)


def test_noise_is_drawn_anew_at_each_step() -> None:
    words = torch.eye(DIM)[:2]
    assert not torch.equal(noisy(words, 0.5), noisy(words, 0.5))
    plain, noised = _trainer(RECIPE).run(), _trainer(replace(RECIPE, word_noise=0.5)).run()
    name = "visual.3.weight"
    assert not torch.equal(plain.state_dict()[name], noised.state_dict()[name])


def test_averaged_weights_by_hand() -> None:
    """One step, half of the old weights kept: those that start at 0 are half of the last ones."""
    trainer = _trainer(replace(RECIPE, epochs=1, batch_size=24, averaging=0.5))
    made = trainer.run().state_dict()["visual.3.weight"]
    last = trainer.network.state_dict()["visual.3.weight"]
    assert trainer.num_steps == 1
    assert last.abs().max() > 0
    assert torch.equal(made, last / 2)


def test_without_averaging_the_last_weights_are_the_network() -> None:
    trainer = _trainer(RECIPE)
    made = trainer.run()
    for name, value in trainer.network.state_dict().items():
        assert torch.equal(value, made.state_dict()[name]), name
    assert not made.training


def test_footage_is_told_apart_by_motion_that_happens_once() -> None:
    trainer = _trainer(WordsRecipe(epochs=40, batch_size=12, lr=1e-2, every=1, pieces=1))
    before = _share_right(trainer)
    trainer.run()
    assert before < 0.8
    assert _share_right(trainer) == 1.0


def test_with_spans_the_clip_itself_is_found() -> None:
    recipe = WordsRecipe(epochs=40, batch_size=12, lr=1e-2, every=1, pieces=1)
    trainer = _trainer(recipe, timed=True)
    before = _share_in_time(trainer)
    trainer.run()
    assert before < 0.5
    assert _share_in_time(trainer) >= 0.9


@pytest.mark.parametrize("recipe", [RECIPE, replace(RECIPE, word_noise=0.7, averaging=0.9)])
def test_the_same_seed_gives_the_same_weights_interrupted_or_not(
    tmp_path: Path, recipe: WordsRecipe
) -> None:
    straight = _trainer(recipe).run()
    stopped = _trainer(recipe)
    with pytest.raises(KeyboardInterrupt):
        stopped.run(tmp_path, on_epoch=_stop_after_two)
    resumed = _trainer(recipe).run(tmp_path)
    for name, value in straight.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    _trainer(RECIPE).run(tmp_path)
    with pytest.raises(UserError, match="another run"):
        _trainer(WordsRecipe(epochs=4, batch_size=4)).run(tmp_path)
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"broken")
    with pytest.raises(UserError, match="damaged"):
        _trainer(RECIPE).run(tmp_path)


def test_features_and_words_stay_bit_identical() -> None:
    words = np.random.default_rng(3).standard_normal((3, DIM)).astype(np.float32)
    footage = [_noise(seed, 6) for seed in range(8)]
    before = [array.copy() for pair in footage for array in pair], words.copy()
    lessons = [Lesson(lambda pair=pair: pair, (Said((n % 3,)),)) for n, pair in enumerate(footage)]
    TraceTrainer(_config(), lessons, words, RECIPE).run()
    for now, then in zip([array for pair in footage for array in pair], before[0], strict=True):
        assert np.array_equal(now, then)
    assert np.array_equal(words, before[1])


def _stop_after_two(epoch: int, loss: float) -> None:
    if epoch == 2:
        raise KeyboardInterrupt


def _config() -> TraceConfig:
    return TraceConfig(
        DIM, MOTION, windows=(Window(3),), heads=2, visual_hidden=4, temporal_hidden=8, dropout=0.0
    )


def _noise(seed: int, length: int) -> Footage:
    rng = np.random.default_rng(seed)
    appearance = rng.standard_normal((length, DIM), np.float32)
    return appearance, 0.1 * rng.standard_normal((length, MOTION), np.float32)


def _moving(seed: int, kind: int) -> Footage:
    """Footage like any other, but for the motion of one clip."""
    appearance, motion = _noise(seed, 8)
    motion[seed % 8, kind] += 4.0
    return 0.1 * appearance + np.eye(DIM, dtype=np.float32)[-1], motion


def _trainer(recipe: WordsRecipe, *, timed: bool = False) -> TraceTrainer:
    words = np.eye(DIM, dtype=np.float32)[:2]
    lessons = []
    for seed in range(12):
        span = range(seed % 8, seed % 8 + 1) if timed else None
        lessons.append(Lesson(partial(_moving, seed, seed % 2), (Said((seed % 2,), span),)))
    return TraceTrainer(_config(), lessons, words, recipe)


def _share_right(trainer: TraceTrainer) -> float:
    """Of new footage: whose windows come nearer to what is true of it than to the other word."""
    network = trainer.network.eval()
    found = []
    for seed in range(100, 120):
        streams = [torch.from_numpy(part)[None] for part in _moving(seed, seed % 2)]
        with torch.inference_mode():
            best = (network(*streams)[0] @ trainer.words.T).amax(dim=0)
        found.append(int(best.argmax()) == seed % 2)
    return float(np.mean(found))


def _share_in_time(trainer: TraceTrainer) -> float:
    """Of new footage: whose nearest clip to what is true of it is the one that moves."""
    network = trainer.network.eval()
    found = []
    for seed in range(100, 120):
        streams = [torch.from_numpy(part)[None] for part in _moving(seed, seed % 2)]
        with torch.inference_mode():
            cosines = network(*streams)[0] @ trainer.words[seed % 2]
        found.append(int(cosines.argmax()) == seed % 8)
    return float(np.mean(found))
