"""Training of a network against the words of captions: the loop, whatever the network looks at.

The weights that come out are a running mean of those of all steps.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from jaxtyping import Float, Float32, Int
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.checkpoints import TrainingState

OnEpoch = Callable[[int, float], None]
"""Called with the number of epochs done and the mean loss of the last one."""
Network = TypeVar("Network", bound=nn.Module)
Batch = TypeVar("Batch")


@dataclass(frozen=True)
class WordsRecipe:
    """The constants of one run."""

    epochs: int = 10
    batch_size: int = 48
    lr: float = 2e-3
    weight_decay: float = 0.02
    tau: float = 0.07
    """Temperature of InfoNCE, and of the soft maximum where one is taken."""
    same: float = 0.9
    """Sentences with at least this cosine say the same."""
    word_noise: float = 0.0
    """Length of the noise on a sentence's vector, in its own lengths, drawn at each step."""
    averaging: float = 0.0
    """Decay, at each step, of the mean of the weights that becomes the network; 0 for the last
    weights."""
    every: int = 3
    """Of how many clips one is looked at, from a random one on."""
    max_clips: int = 48
    """Of longer footage a random piece is taken."""
    pieces: int = 4
    """Of each lesson, in each epoch."""
    clip_norm: float = 1.0
    seed: int = 0


class WordsTrainer(ABC, Generic[Network, Batch]):
    """One run, from its first epoch or from its last checkpoint.

    The same seed on the same machine gives the same weights, interrupted or not: what is random in
    an epoch depends on the seed and the epoch alone.
    """

    def __init__(
        self,
        make: Callable[[], Network],
        config: Any,
        num_lessons: int,
        words: Float32[np.ndarray, "n d"],
        recipe: WordsRecipe,
    ) -> None:
        """
        Args:
            make: the network with random weights.
            config: the dataclass that it is made from.
            words: the embedding of every sentence, of any length.
        """
        torch.manual_seed(recipe.seed)
        self.config, self.recipe = config, recipe
        self._num_lessons = num_lessons
        self.words = F.normalize(torch.from_numpy(words).float(), dim=-1)
        self.network = make()
        self.average = copy.deepcopy(self.network).eval()
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay
        )

    @abstractmethod
    def batch_of(self, rows: Int[np.ndarray, " b"], rng: np.random.Generator) -> Batch:
        """One visit to some of the lessons."""

    @abstractmethod
    def loss_of(self, batch: Batch) -> Float[Tensor, ""]:
        """What the network is to lessen."""

    @property
    def num_steps(self) -> int:
        """Of the whole run."""
        return self.recipe.epochs * self._steps_per_epoch

    def run(self, folder: Path | None = None, *, on_epoch: OnEpoch | None = None) -> Network:
        """Trains to the end; returns the network of averaged weights, ready for inference.

        Args:
            folder: for a checkpoint after each epoch, from which a stopped run goes on.

        Raises:
            UserError: the folder holds a checkpoint that is damaged, or of another run.
        """
        both = nn.ModuleList([self.network, self.average])
        state = TrainingState(both, self.optimizer, self._identity())
        first = 0 if folder is None else state.load(folder)
        for epoch in range(first, self.recipe.epochs):
            torch.manual_seed(hash((self.recipe.seed, epoch)) % 2**32)
            self.network.train()
            loss = float(np.mean([self._step(*step) for step in self._batches(epoch)]))
            if folder is not None:
                state.save(folder, epoch + 1)
            if on_epoch is not None:
                on_epoch(epoch + 1, loss)
        return self.average

    @property
    def _steps_per_epoch(self) -> int:
        return max(1, self._num_lessons * self.recipe.pieces // self.recipe.batch_size)

    def _batches(self, epoch: int) -> Iterator[tuple[int, Batch]]:
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, epoch])
        order = np.concatenate([rng.permutation(self._num_lessons) for _ in range(recipe.pieces)])
        for k in range(self._steps_per_epoch):
            rows = order[k * recipe.batch_size : (k + 1) * recipe.batch_size]
            yield epoch * self._steps_per_epoch + k, self.batch_of(rows, rng)

    def _step(self, step: int, batch: Batch) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.lr * one_cycle(step / self.num_steps)
        loss = self.loss_of(batch)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip_norm)
        self.optimizer.step()
        self._add_to_average()
        return loss.item()

    @torch.no_grad()
    def _add_to_average(self) -> None:
        pairs = zip(self.average.parameters(), self.network.parameters(), strict=True)
        for mean, now in pairs:
            mean.lerp_(now, 1 - self.recipe.averaging)

    def _identity(self) -> dict[str, object]:
        """What a checkpoint must share with the run that goes on from it."""
        sizes = {"lessons": self._num_lessons, "sentences": len(self.words)}
        return {"config": asdict(self.config), "recipe": asdict(self.recipe), **sizes}


def noisy(words: Float[Tensor, "s d"], share: float) -> Float[Tensor, "s d"]:
    """Unit vectors of words with noise of about `share` times their length; as they are with 0."""
    if not share:
        return words
    return F.normalize(words + share * torch.randn_like(words) / words.shape[1] ** 0.5, dim=-1)


def one_cycle(share: float, *, warm: float = 0.1) -> float:
    """Factor of the learning rate at a share of the run: up in a line, down along a cosine."""
    if share < warm:
        return (share + 0.01) / (warm + 0.01)
    return float(0.5 * (1 + np.cos(np.pi * (share - warm) / (1 - warm))))
