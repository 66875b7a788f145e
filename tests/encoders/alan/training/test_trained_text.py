"""A text backbone that is trained along, as BERT is in the paper."""

from dataclasses import replace

import numpy as np
import torch

from encoders.alan.config import AlanConfig
from encoders.alan.training import (
    AlanRecipe,
    AlanTrainer,
    Machine,
    TrainingSet,
    VideoExample,
    held,
)
from encoders.alan.training.texts import pieces_table
from encoders.bert import BertText
from segments.vectors import ClipFeatures
from tests.support.text import tiny_bert

CONFIG = AlanConfig(
    streams={"appearance": 8, "motion": 4}, text_dim=16, d=16, heads=2, ffn=32, num_samples=4
)
RECIPE = AlanRecipe(epochs=12, batch_size=8, lr=3e-3, schedule="one-cycle", masking="words")
TEXTS = ("a man runs", "the red car", "an old dog walks", "the woman enters the shop")


def training_set(backbone: BertText) -> TrainingSet:
    """Four kinds of videos with a sentence each."""
    rng = np.random.default_rng(0)
    kinds = rng.standard_normal((4, 12)).astype(np.float32) * 2

    def video(kind: int) -> VideoExample:
        clips = kinds[kind] + 0.3 * rng.standard_normal((5, 12)).astype(np.float32)
        features = ClipFeatures({"appearance": clips[:, :8], "motion": clips[:, 8:]})
        return VideoExample(held(features), (kind,), frozenset({TEXTS[kind]}), kind > 1)

    said = [(text, text) for text in TEXTS]
    table = pieces_table(backbone, said, masking="words")
    return TrainingSet(tuple(video(n % 4) for n in range(16)), table)


def trainer(recipe: AlanRecipe = RECIPE, *, checkpointed: bool = False) -> AlanTrainer:
    backbone = tiny_bert(pooling="cls")
    machine = Machine(checkpointed=checkpointed)
    return AlanTrainer(CONFIG, training_set(backbone), recipe, backbone=backbone, machine=machine)


def test_the_backbone_learns_and_goes_into_the_checkpoint(tmp_path):
    steps: list[dict[str, float]] = []
    run = trainer()
    run.run(tmp_path, on_step=lambda _, losses: steps.append(losses))
    before, after = tiny_bert(pooling="cls").state_dict(), run.learner.backbone
    assert after is not None
    moved = {
        name for name, value in after.state_dict().items() if not torch.equal(value, before[name])
    }
    assert "bert.encoder.layer.0.attention.self.query.weight" in moved
    assert "bert.embeddings.word_embeddings.weight" in moved
    first, last = (np.mean([s["text"] for s in some]) for some in (steps[:4], steps[-4:]))
    assert last < 0.6 * first
    again = trainer()
    again.run(tmp_path)  # finished: read from the checkpoint
    assert again.learner.backbone is not None
    torch.testing.assert_close(
        again.learner.backbone.state_dict(), after.state_dict(), atol=0, rtol=0
    )


def test_a_frozen_backbone_is_no_part_of_the_learner():
    frozen = tiny_bert(pooling="cls").freeze()
    run = AlanTrainer(CONFIG, training_set(frozen), RECIPE, backbone=frozen)
    assert run.learner.backbone is None
    assert run.learner.phrases is not None
    assert run.learner.phrases.classify.out_features == frozen.vocabulary


def test_gradient_checkpointing_gives_the_same_losses():
    def losses(*, checkpointed: bool) -> list[float]:
        found: list[float] = []
        run = trainer(replace(RECIPE, epochs=2), checkpointed=checkpointed)
        run.run(on_step=lambda _, parts: found.append(sum(parts.values())))
        return found

    np.testing.assert_allclose(losses(checkpointed=True), losses(checkpointed=False), rtol=1e-4)
