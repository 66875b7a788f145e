"""The State Machine Module learns what colour a region has, and asks by what it learned."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from detectors.local_patterns.answers import Answers
from detectors.local_patterns.asking import Asking, load_asking, shipped_asking
from detectors.local_patterns.judging import Constants, comparable, judge_for
from detectors.local_patterns.smm_training import (
    PAPER,
    RELEASED,
    SmmRecipe,
    SmmTrainer,
    questions_of,
    recipe_named,
    save_recipe,
)
from detectors.local_patterns.state_machine import StateMachineConfig, Variant
from segments.errors import UserError, WeightsMissing
from tests.support.toy_regions import SENTENCES, ToyEncoder, toy_lessons

QUICK = SmmRecipe(lr=5e-3, decay=1.0, epochs=3, batch_size=16, negatives=2)


def config(variant: Variant = "s4") -> StateMachineConfig:
    return StateMachineConfig(
        variant=variant,
        dim=8,
        words=3,
        image_tokens=4,
        machines=2,
        orders=16,
        activation="gelu",
        dropout=0.1,
    )


def trainer(recipe: SmmRecipe = QUICK, *, variant: Variant = "s4", count: int = 96) -> SmmTrainer:
    return SmmTrainer(config(variant), toy_lessons(count), ToyEncoder(), recipe)


def weights(module: nn.Module) -> torch.Tensor:
    return torch.cat([value.flatten() for value in module.state_dict().values()])


def test_questions_are_the_true_one_then_false_ones() -> None:
    lessons = toy_lessons(20)
    asked = questions_of(lessons, np.arange(20), 4, np.random.default_rng(0))
    assert asked.shape == (20, 5)
    np.testing.assert_array_equal(asked[:, 0], lessons.true)
    assert all(own not in others for own, *others in asked.tolist())
    assert set(asked[:, 1:].ravel().tolist()) == {0, 1, 2}
    assert lessons.questions[0] == "is there a red thing?"


def test_words_and_tokens_are_given_in_one_size() -> None:
    vectors = comparable(torch.tensor([[3.0, 4.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]))
    assert vectors.tolist() == [[pytest.approx(1.2), pytest.approx(1.6), 0, 0], [0, 0, 0, 0]]


def test_it_learns_to_match_words_and_picture(tmp_path: Path) -> None:
    """A single side says nothing here: each colour is asked for as often as it is shown."""
    run = trainer(replace(QUICK, epochs=25))
    module = run.run()
    asking = Asking(module, run.judge, ToyEncoder())
    lessons = toy_lessons(60, seed=5)
    asked = questions_of(lessons, np.arange(60), 1, np.random.default_rng(1))
    tokens = np.repeat(lessons.tokens.astype(np.float32), 2, axis=0)
    said = asking([lessons.questions[row] for row in asked.ravel()], tokens)
    assert np.mean(said == np.tile([True, False], 60)) > 0.95


@pytest.mark.parametrize("variant", ["paper", "s4"])
def test_each_variant_gets_better_and_is_saved_with_how_it_is_read(
    variant: Variant, tmp_path: Path
) -> None:
    losses: list[float] = []
    run = trainer(replace(QUICK, epochs=6), variant=variant)
    module = run.run(on_epoch=lambda epoch, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    module.save_pretrained(tmp_path)
    save_recipe(run.recipe, tmp_path)
    tokens = toy_lessons(3).tokens.astype(np.float32)
    questions = toy_lessons(3).questions
    said = Asking(module, run.judge, ToyEncoder()).probability(questions, tokens)
    again = load_asking(tmp_path, ToyEncoder()).probability(questions, tokens)
    np.testing.assert_array_equal(said, again)
    assert (said.shape, said.dtype) == ((3,), np.float32)


def test_the_same_seed_gives_the_same_network_and_another_does_not() -> None:
    one, two = trainer().run(), trainer().run()
    torch.testing.assert_close(weights(one), weights(two), atol=0, rtol=0)
    other = trainer(replace(QUICK, seed=1)).run()
    assert (weights(one) - weights(other)).abs().max() > 0.01


def test_a_stopped_run_goes_on_to_the_same_network(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(epoch: int, loss: float) -> None:
        if epoch == 2:
            raise Stopped

    with pytest.raises(Stopped):
        trainer().run(tmp_path, on_epoch=stop)
    epochs: list[int] = []
    resumed = trainer().run(tmp_path, on_epoch=lambda epoch, loss: epochs.append(epoch))
    assert epochs == [3]
    torch.testing.assert_close(weights(resumed), weights(trainer().run()), atol=0, rtol=0)
    with pytest.raises(UserError, match="recipe differ"):
        trainer(replace(QUICK, lr=1e-4)).run(tmp_path)


def test_recipes_by_name() -> None:
    assert recipe_named("paper") == PAPER
    assert (PAPER.lr, PAPER.decay, PAPER.epochs, PAPER.reading) == (5e-5, 0.99, 20, "answers")
    assert (RELEASED.optimizer, RELEASED.batch_size, RELEASED.epochs) == ("adamax", 256, 300)
    assert (RELEASED.reading, RELEASED.clip_norm) == ("constants", 100.0)
    with pytest.raises(UserError, match="choose ours, paper, released"):
        recipe_named("another")


def test_the_judge_speaks_the_encoders_words() -> None:
    judge = judge_for("answers", ToyEncoder(), temperature=0.1)
    assert isinstance(judge, Answers)
    assert judge.yes.tolist() == [0, 0, 0, 1, 0, 0, 0, 0]
    assert judge.no.tolist() == [0, 0, 0, 0, 1, 0, 0, 0]
    constants = judge_for("constants", ToyEncoder(), temperature=None)
    assert constants == Constants()
    assert constants.probability(torch.tensor([[0.25, 0.75], [2.0, 2.0]])).tolist() == [0.5, 1.0]
    answer, truth = torch.tensor([[0.5, 0.5]]), torch.tensor([1.0])
    assert constants.loss(answer, truth).item() == pytest.approx(0.25)


class ByHand(nn.Module):
    """Answers "yes" as far as the question's first token points where the image tokens do."""

    config = SimpleNamespace(words=2)

    def forward(self, question: torch.Tensor, image: torch.Tensor, mask: torch.Tensor):
        assert question.shape[1] == mask.shape[1] == 2  # cut to what is read
        match = (question[:, 0] * image.mean(dim=1)).sum(dim=-1) / 8
        return torch.stack([match, 1 - match], dim=-1)


def test_answers_above_the_threshold_are_yes() -> None:
    """Tokens half red, half green: the match with "red" is 1/2, and with red alone 1."""
    tokens = np.zeros((3, 4, 8), np.float32)
    tokens[:2, :2, 0] = tokens[:2, 2:, 1] = 5.0
    tokens[2, :, 0] = 0.1
    judge = Answers(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]))
    module = ByHand()
    asking = Asking(module, judge, ToyEncoder(), threshold=0.6)  # pyright: ignore
    questions = [SENTENCES[0], SENTENCES[2], SENTENCES[0]]
    said = asking.probability(questions, tokens)
    np.testing.assert_allclose(said, [0.5, 1 / 3, 2 / 3], atol=1e-6)
    assert asking(questions, tokens).tolist() == [False, False, True]
    assert asking([], tokens[:0]).shape == (0,)


def test_networks_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    run = trainer(replace(QUICK, epochs=1))
    run.run().save_pretrained(tmp_path)
    with pytest.raises(WeightsMissing, match=r"recipe\.json.*retrace train local-patterns"):
        load_asking(tmp_path, ToyEncoder())
    save_recipe(run.recipe, tmp_path)
    wide = ToyEncoder()
    wide.num_tokens = 32
    with pytest.raises(WeightsMissing, match="reads 4 image tokens of 8 numbers.* 32 of 8"):
        load_asking(tmp_path, wide)
    assert shipped_asking("no such profile", ToyEncoder()) is None
