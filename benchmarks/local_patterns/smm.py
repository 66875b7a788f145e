"""One training run of the State Machine Module: simulated regions to a network and its record."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, Int64
from pydantic import BaseModel, ConfigDict, Field
from sklearn.metrics import roc_auc_score

from benchmarks.local_patterns.lessons import simulated_regions, smm_lessons
from benchmarks.training_runs import TrainingRecord, train_to_end
from detectors.local_patterns.asking import Asking
from detectors.local_patterns.base import RegionEncoder
from detectors.local_patterns.cmam import token_weights
from detectors.local_patterns.smm_training import (
    SmmLessons,
    SmmRecipe,
    SmmTrainer,
    questions_of,
    save_recipe,
)
from detectors.local_patterns.state_machine import Activation, StateMachineConfig, Variant
from detectors.words_training import OnEpoch

HELD_OUT_SEED = 1


class SmmTraining(BaseModel):
    """What `retrace train local-patterns --part smm` was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Path = Field(default=Path("runs/local-patterns"), exclude=True)
    """Drawn regions are kept here."""
    scenes: int = 800
    variant: Variant = "paper"
    activation: Activation = "gelu"
    machines: int = Field(default=3, ge=1)
    """N_SMM; rows 9 and 10 of the paper's Table 3 have 1 and 5."""
    recipe: SmmRecipe = SmmRecipe()

    @property
    def held_out(self) -> int:
        """Scenes of the test split that nothing is learned from."""
        return max(2, self.scenes // 4)


class HeldOut(BaseModel):
    """How well true sentences are told from false ones; by chance all would be 1/2."""

    pairs: int
    auc: float
    accuracy: float
    """At a probability of 1/2."""
    cosine_auc: float
    """Of the sum of the tokens' cosines to the sentence, before it is made a question."""


class Record(TrainingRecord):
    """What a run learned from, and how well it did."""

    asked: SmmTraining
    regions: int
    held_out: HeldOut


def train_smm(
    asked: SmmTraining, encoder: RegionEncoder, out: Path, *, on_epoch: OnEpoch | None = None
) -> Record:
    """Trains to the end and writes the network, its recipe, record and checkpoint to `out`.

    Raises:
        UserError: `out` holds another run.
    """
    told = simulated_regions(encoder, asked.work, "train", asked.scenes)
    lessons = smm_lessons(told)
    trainer = SmmTrainer(_config(asked, encoder), lessons, encoder, asked.recipe)
    module, losses = train_to_end(trainer, out, on_epoch=on_epoch)
    save_recipe(asked.recipe, out)
    held_out = smm_lessons(simulated_regions(encoder, asked.work, "test", asked.held_out))
    record = Record(
        asked=asked,
        regions=len(lessons),
        sentences=len(lessons.sentences),
        losses=losses,
        held_out=evaluate(Asking(module, trainer.judge, encoder), held_out, encoder),
    )
    record.save(out)
    return record


def evaluate(asking: Asking, lessons: SmmLessons, encoder: RegionEncoder) -> HeldOut:
    """Each region is asked one true and one false question, drawn the same every time."""
    rng = np.random.default_rng(HELD_OUT_SEED)
    asked = questions_of(lessons, np.arange(len(lessons)), 1, rng)
    truth = np.tile([True, False], len(lessons))
    tokens = np.repeat(lessons.tokens.astype(np.float32), 2, axis=0)
    questions = [lessons.questions[row] for row in asked.ravel()]
    said = _in_pieces(asking, questions, tokens)
    cosines = _cosine_sums(tokens, asked.ravel(), encoder.encode_texts(lessons.sentences))
    return HeldOut(
        pairs=len(truth),
        auc=float(roc_auc_score(truth, said)),
        accuracy=float(np.mean((said > 0.5) == truth)),
        cosine_auc=float(roc_auc_score(truth, cosines)),
    )


def _config(asked: SmmTraining, encoder: RegionEncoder) -> StateMachineConfig:
    return StateMachineConfig(
        variant=asked.variant,
        dim=encoder.dim,
        image_tokens=encoder.num_tokens,
        activation=asked.activation,
        machines=asked.machines,
    )


def _in_pieces(
    asking: Asking, questions: list[str], tokens: Float32[np.ndarray, "k n d"], *, size: int = 256
) -> Float32[np.ndarray, " k"]:
    starts = range(0, len(questions), size)
    pieces = [(questions[at : at + size], tokens[at : at + size]) for at in starts]
    return np.concatenate([asking.probability(*piece) for piece in pieces])


def _cosine_sums(
    tokens: Float32[np.ndarray, "k n d"],
    rows: Int64[np.ndarray, " k"],
    vectors: Float32[np.ndarray, "s d"],
) -> Float32[np.ndarray, " k"]:
    weights = token_weights(torch.from_numpy(tokens), torch.from_numpy(vectors[rows]))
    return weights.sum(dim=1).numpy()
