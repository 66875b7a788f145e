"""The parts of the loss and their weights; METHODS G, trap 4."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from encoders.alan import Alan, margin_ranking_loss, similarity_matrix, topk_loss
from encoders.alan.training import AlanRecipe, Learner
from encoders.alan.training.batches import BatchMaker, VideoBatch
from tests.support.lessons import CONFIG, training_set
from tests.support.text import tiny_bert

RECIPE = AlanRecipe(batch_size=8)


def batch_of(recipe: AlanRecipe) -> VideoBatch:
    maker = BatchMaker(training_set(), recipe, np.random.default_rng(0))
    return next(iter(maker.epoch())).to(torch.device("cpu"))


def losses_of(recipe: AlanRecipe) -> dict[str, float]:
    torch.manual_seed(0)
    learner = Learner(Alan(CONFIG), recipe, backbone=tiny_bert(pooling="cls").freeze()).eval()
    return {name: loss.item() for name, loss in learner(batch_of(recipe)).items()}


def test_trap_4_lambda_1_is_the_detector_s_and_lambda_2_the_phrases():
    """METHODS G: 0.1 and 0.01, in the order in which the paper introduces the losses."""
    recipe = AlanRecipe()
    assert (recipe.detector_weight, recipe.phrase_weight) == (0.1, 0.01)
    weighted = losses_of(RECIPE)
    plain = losses_of(replace(RECIPE, detector_weight=1.0, phrase_weight=1.0))
    shares = {name: weighted[name] / plain[name] for name in plain}
    assert shares == {
        "detector": pytest.approx(0.1),
        "text": 1.0,
        "phrases": pytest.approx(0.01),
        "audio": 1.0,
        "audio detector": pytest.approx(0.1),
    }


def test_parts_are_the_losses_of_the_network_s_outputs():
    torch.manual_seed(0)
    alan = Alan(CONFIG).eval()
    batch = batch_of(RECIPE)
    learner = Learner(alan, replace(RECIPE, masking="none"), backbone=None).eval()
    found = learner(batch)
    seen = alan.video(batch.streams, batch.mask)
    assert batch.text is not None
    assert batch.text.tokens is not None
    query = alan.text(batch.text.tokens, batch.text.words, sentence=batch.text.sentences)
    ranking = margin_ranking_loss(
        similarity_matrix(seen, query, alpha=0.5), margin=0.05, same=batch.same
    )
    torch.testing.assert_close(found["text"], ranking)
    topk = topk_loss(seen.scores, batch.mask, batch.labels)
    torch.testing.assert_close(found["detector"], 0.1 * topk)


def test_the_printed_reduction_is_the_mean_times_its_terms():
    mean, printed = (losses_of(replace(RECIPE, reduction=kind)) for kind in ("mean", "sum"))
    batch = batch_of(RECIPE)
    terms = 2 * int((~batch.same).sum())  # pairs of the same kind are no negatives
    assert printed["text"] / mean["text"] == pytest.approx(terms / 8)


@pytest.mark.parametrize("change", [{"masking": "none"}, {"phrase_weight": 0.0}])
def test_without_vpmpm_there_is_no_part_of_it(change: dict):
    assert "phrases" not in losses_of(replace(RECIPE, **change))
