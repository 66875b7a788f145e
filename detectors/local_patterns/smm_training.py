"""Training of the State Machine Module on regions with sentences and sampled negatives.

The paper lets a large language model say which questions an image answers with yes. Its Table 5,
setting 7, does as well without: an image's own caption is a yes, and others are drawn for no.

Image tokens come from a frozen encoder as arrays, so nothing of the encoder can change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float16, Float32, Int64
from pydantic import ConfigDict, TypeAdapter
from torch import Tensor, nn

from detectors.checkpoints import TrainingState
from detectors.local_patterns.base import RegionEncoder
from detectors.local_patterns.judging import Judge, Reading, comparable, judge_for
from detectors.local_patterns.questions import to_question
from detectors.local_patterns.state_machine import StateMachineConfig, StateMachineModule
from detectors.words_training import OnEpoch
from segments.errors import UserError
from segments.files import write_atomically

RECIPE_FILE = "recipe.json"


@dataclass(frozen=True)
class SmmRecipe:
    """The constants of one run; `PAPER` and `RELEASED` are those of METHODS C.3."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    reading: Reading = "answers"
    temperature: float | None = 0.1
    """Of "answers": "yes" and "no" of most encoders lie close together."""
    threshold: float = 0.9
    """Least probability of a yes when captions are asked about: a wrong yes can last as long as its
    track. On walkers of training scenes 0.9 was the least that made no caption worse."""
    optimizer: Literal["adam", "adamax"] = "adam"
    lr: float = 2e-3
    decay: float = 0.7
    """Of the learning rate, per epoch."""
    epochs: int = 3
    batch_size: int = 32
    negatives: int = 1
    """Sentences drawn for no, per region; yes and no count alike all the same."""
    clip_norm: float = 1.0
    seed: int = 0


PAPER = SmmRecipe(temperature=None, lr=5e-5, decay=0.99, epochs=20, batch_size=64, negatives=3)
RELEASED = SmmRecipe(
    reading="constants",
    optimizer="adamax",
    lr=5e-5,
    decay=0.99,
    epochs=300,
    batch_size=256,
    negatives=3,
    clip_norm=100.0,
)
RECIPES = {"ours": SmmRecipe(), "paper": PAPER, "released": RELEASED}


def recipe_named(name: str) -> SmmRecipe:
    """One of `RECIPES`.

    Raises:
        UserError: there is none of that name.
    """
    if name not in RECIPES:
        raise UserError(f"no recipe {name!r} for the SMM: choose {', '.join(RECIPES)}")
    return RECIPES[name]


@dataclass(frozen=True, eq=False)
class SmmLessons:
    """Regions, each with a sentence that is true of it and others that are not."""

    tokens: Float16[np.ndarray, "n q d"]
    sentences: tuple[str, ...]
    """Each once, not yet as a question."""
    true: Int64[np.ndarray, " n"]
    """The row of the sentence that is true of a region."""
    false: tuple[Int64[np.ndarray, " _"], ...]
    """The rows of those that are not; at least one."""

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """What each sentence becomes when it is asked about."""
        return tuple(to_question(sentence) for sentence in self.sentences)


class SmmTrainer:
    """One run from its recipe; the same lessons and seed give the same network."""

    def __init__(
        self,
        config: StateMachineConfig,
        lessons: SmmLessons,
        encoder: RegionEncoder,
        recipe: SmmRecipe,
    ) -> None:
        """
        Args:
            encoder: the one that made the lessons' tokens; asked for the questions' words.
        """
        self.config, self.lessons, self.recipe = config, lessons, recipe
        self.judge: Judge = judge_for(recipe.reading, encoder, temperature=recipe.temperature)
        self._words, self._mask = _words_of(lessons.questions, encoder, config.words)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)
            self.network = StateMachineModule(config)
        kind = {"adam": torch.optim.Adam, "adamax": torch.optim.Adamax}[recipe.optimizer]
        self.optimizer = kind(self.network.parameters(), lr=recipe.lr)

    def run(
        self, folder: Path | None = None, *, on_epoch: OnEpoch | None = None
    ) -> StateMachineModule:
        """Trains to the end; goes on from the folder's checkpoint if there is one.

        Raises:
            UserError: the checkpoint is damaged, or of another run.
        """
        state = TrainingState(self.network, self.optimizer, self._identity())
        first = 0 if folder is None else state.load(folder)
        for epoch in range(first, self.recipe.epochs):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(self.recipe.seed * 10_000 + epoch)
                loss = self._epoch(epoch)
            if folder is not None:
                state.save(folder, epoch + 1)
            if on_epoch is not None:
                on_epoch(epoch + 1, loss)
        return self.network.eval()

    def _epoch(self, epoch: int) -> float:
        self.network.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.lr * self.recipe.decay**epoch
        return float(np.mean([self._step(*batch) for batch in self._batches(epoch)]))

    def _batches(
        self, epoch: int
    ) -> Iterator[tuple[Int64[np.ndarray, " b"], Int64[np.ndarray, "b k"]]]:
        """Rows of regions, and of each one's questions: the true one, then the false ones."""
        rng = np.random.default_rng([self.recipe.seed, epoch])
        order = rng.permutation(len(self.lessons))
        for start in range(0, len(order), self.recipe.batch_size):
            rows = order[start : start + self.recipe.batch_size]
            yield rows, questions_of(self.lessons, rows, self.recipe.negatives, rng)

    def _step(self, rows: Int64[np.ndarray, " b"], asked: Int64[np.ndarray, "b k"]) -> float:
        image = comparable(torch.from_numpy(self.lessons.tokens[rows].astype(np.float32)))
        each = image.repeat_interleave(asked.shape[1], dim=0)
        answers = self.network(self._words[asked.ravel()], each, self._mask[asked.ravel()])
        answers = answers.unflatten(0, asked.shape)
        yes = self.judge.loss(answers[:, 0], torch.ones(len(rows)))
        no = self.judge.loss(answers[:, 1:], torch.zeros(len(rows), asked.shape[1] - 1))
        loss = (yes + no) / 2
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip_norm)
        self.optimizer.step()
        return loss.item()

    def _identity(self) -> dict[str, object]:
        """What a checkpoint must share with the run that goes on from it."""
        sizes = {"lessons": len(self.lessons), "sentences": len(self.lessons.sentences)}
        return {"config": asdict(self.config), "recipe": asdict(self.recipe), **sizes}


def questions_of(
    lessons: SmmLessons, rows: Sequence[int] | np.ndarray, negatives: int, rng: np.random.Generator
) -> Int64[np.ndarray, "b k"]:
    """Rows of questions for some regions: the true one first, then drawn false ones."""
    drawn = [rng.choice(lessons.false[row], negatives) for row in rows]
    return np.column_stack([lessons.true[rows], np.stack(drawn)])


def save_recipe(recipe: SmmRecipe, folder: Path) -> None:
    """Writes recipe.json, which says how the network's answers are read."""
    text = TypeAdapter(SmmRecipe).dump_json(recipe, indent=2)
    write_atomically(folder / RECIPE_FILE, text)


def _words_of(
    questions: Sequence[str], encoder: RegionEncoder, most: int
) -> tuple[Float32[Tensor, "k s d"], Bool[Tensor, "k s"]]:
    words, mask = encoder.encode_questions(questions)
    return comparable(torch.from_numpy(words[:, :most])), torch.from_numpy(mask[:, :most])
