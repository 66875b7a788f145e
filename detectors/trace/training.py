"""Label-free training of TRACE: windows of footage against the words of captions (METHODS B.5).

A lesson is a piece of footage and what is said of it. Nobody says when, so a caption is compared
with all windows of the footage at once: a soft maximum of their cosines (multiple instances). Among
the lessons of a batch each caption must find its own footage and each footage its own captions:
symmetric InfoNCE. What is also true of other footage, in nearly the same words, counts neither way.

Features come from frozen encoders as arrays, so nothing of the encoders can change.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from torch import Tensor, nn
from torch.nn import functional as F

from detectors.trace.checkpoints import TrainingState
from detectors.trace.config import TraceConfig
from detectors.trace.network import TraceNetwork

NEVER = -1e4
"""A logit that counts nothing, in any precision."""

Footage = tuple[Float32[np.ndarray, "t d"], Float32[np.ndarray, "t m"]]
"""Appearance and motion, one row per clip."""
OnEpoch = Callable[[int, float], None]
"""Called with the number of epochs done and the mean loss of the last one."""


@dataclass(frozen=True)
class Lesson:
    """A piece of footage and what is said of it."""

    read: Callable[[], Footage]
    said: tuple[tuple[int, ...], ...]
    """For each thing that is said, the rows of its wordings: one is drawn at each visit."""


@dataclass(frozen=True)
class TraceRecipe:
    """The constants of one run."""

    epochs: int = 10
    batch_size: int = 16
    lr: float = 1.5e-3
    weight_decay: float = 0.02
    tau: float = 0.07
    """Temperature of InfoNCE, and of the soft maximum over windows."""
    same: float = 0.9
    """Sentences with at least this cosine say the same."""
    every: int = 3
    """Of how many clips one window is looked at, from a random one on."""
    max_clips: int = 256
    """Of longer footage a random piece is taken."""
    clip_norm: float = 1.0
    seed: int = 0


class TraceTrainer:
    """One run, from its first epoch or from its last checkpoint.

    The same seed on the same machine gives the same weights, interrupted or not: what is random in
    an epoch depends on the seed and the epoch alone.
    """

    def __init__(
        self,
        config: TraceConfig,
        lessons: Sequence[Lesson],
        words: Float32[np.ndarray, "n d"],
        recipe: TraceRecipe,
    ) -> None:
        """
        Args:
            words: the embedding of every sentence, of any length; `Lesson.said` has its rows.
        """
        torch.manual_seed(recipe.seed)
        self.config, self.lessons, self.recipe = config, lessons, recipe
        self.words = F.normalize(torch.from_numpy(words).float(), dim=-1)
        self.network = TraceNetwork(config)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay
        )

    @property
    def num_steps(self) -> int:
        """Of the whole run."""
        return self.recipe.epochs * self._steps_per_epoch

    def run(self, folder: Path | None = None, *, on_epoch: OnEpoch | None = None) -> TraceNetwork:
        """Trains to the end; returns the network ready for inference.

        Args:
            folder: for a checkpoint after each epoch, from which a stopped run goes on.

        Raises:
            UserError: the folder holds a checkpoint that is damaged, or of another run.
        """
        state = TrainingState(self.network, self.optimizer, self._identity())
        first = 0 if folder is None else state.load(folder)
        for epoch in range(first, self.recipe.epochs):
            torch.manual_seed(hash((self.recipe.seed, epoch)) % 2**32)
            self.network.train()
            loss = float(np.mean([self._step(*step) for step in self._batches(epoch)]))
            if folder is not None:
                state.save(folder, epoch + 1)
            if on_epoch is not None:
                on_epoch(epoch + 1, loss)
        return self.network.eval()

    @property
    def _steps_per_epoch(self) -> int:
        return max(1, len(self.lessons) // self.recipe.batch_size)

    def _batches(self, epoch: int) -> Iterator[tuple[int, "Batch"]]:
        rng = np.random.default_rng([self.recipe.seed, epoch])
        order = rng.permutation(len(self.lessons))
        size = self.recipe.batch_size
        for k in range(self._steps_per_epoch):
            chosen = [self.lessons[row] for row in order[k * size : (k + 1) * size]]
            yield epoch * self._steps_per_epoch + k, make_batch(chosen, self.recipe, rng)

    def _step(self, step: int, batch: "Batch") -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.lr * one_cycle(step / self.num_steps)
        z = self.network(batch.appearance, batch.motion, batch.mask, clips=batch.clips)
        words = self.words[batch.rows]
        pooled = pool(z @ words.T, batch.mask[:, batch.clips], tau=self.recipe.tau)
        loss = contrast(pooled, batch.own, words @ words.T >= self.recipe.same)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip_norm)
        self.optimizer.step()
        return loss.item()

    def _identity(self) -> dict[str, object]:
        """What a checkpoint must share with the run that goes on from it."""
        sizes = {"lessons": len(self.lessons), "sentences": len(self.words)}
        return {"config": asdict(self.config), "recipe": asdict(self.recipe), **sizes}


@dataclass(frozen=True)
class Batch:
    """Some lessons side by side."""

    appearance: Float[Tensor, "b t d"]
    motion: Float[Tensor, "b t m"]
    mask: Bool[Tensor, "b t"]
    clips: Int[Tensor, " q"]
    """Whose windows are looked at."""
    rows: Int[Tensor, " s"]
    """The sentences that are said of any of the lessons, each once."""
    own: Bool[Tensor, "b s"]
    """Which of them are said of which lesson."""


def make_batch(lessons: Sequence[Lesson], recipe: TraceRecipe, rng: np.random.Generator) -> Batch:
    """One visit to each lesson: a wording of everything said, a piece of what is long."""
    footage = [_piece(lesson.read(), recipe.max_clips, rng) for lesson in lessons]
    said = [{int(rng.choice(wordings)) for wordings in lesson.said} for lesson in lessons]
    rows = sorted(set[int]().union(*said))
    length = max(len(appearance) for appearance, _ in footage)
    lengths = torch.tensor([len(appearance) for appearance, _ in footage])
    return Batch(
        appearance=_padded([appearance for appearance, _ in footage], length),
        motion=_padded([motion for _, motion in footage], length),
        mask=torch.arange(length) < lengths[:, None],
        clips=torch.arange(int(rng.integers(min(recipe.every, length))), length, recipe.every),
        rows=torch.tensor(rows),
        own=torch.tensor([[row in mine for row in rows] for mine in said]),
    )


def pool(
    cosines: Float[Tensor, "b q s"], mask: Bool[Tensor, "b q"], *, tau: float
) -> Float[Tensor, "b s"]:
    """The logit of footage and sentence: the soft maximum of cosine / τ over the windows.

    A window's weight is its share of the windows, so that long footage gains nothing by length.
    """
    logits = (cosines / tau).masked_fill(~mask[..., None], NEVER)
    return logits.logsumexp(dim=1) - mask.sum(dim=1, keepdim=True).clamp(min=1).log()


def contrast(
    logits: Float[Tensor, "b s"], own: Bool[Tensor, "b s"], same: Bool[Tensor, "s s"]
) -> Float[Tensor, ""]:
    """Symmetric InfoNCE with several positives: each against all that is not true of its side."""
    true = (own.to(logits.dtype) @ same.to(logits.dtype)) > 0
    others = logits.masked_fill(true | own, NEVER)
    by_word = torch.logaddexp(others.logsumexp(dim=0, keepdim=True), logits) - logits
    by_footage = torch.logaddexp(others.logsumexp(dim=1, keepdim=True), logits) - logits
    return (by_word[own].mean() + by_footage[own].mean()) / 2


def one_cycle(share: float, *, warm: float = 0.1) -> float:
    """Factor of the learning rate at a share of the run: up in a line, down along a cosine."""
    if share < warm:
        return (share + 0.01) / (warm + 0.01)
    return float(0.5 * (1 + np.cos(np.pi * (share - warm) / (1 - warm))))


def _piece(footage: Footage, most: int, rng: np.random.Generator) -> Footage:
    length = len(footage[0])
    start = int(rng.integers(max(0, length - most) + 1))
    appearance, motion = (stream[start : start + most] for stream in footage)
    return appearance, motion


def _padded(rows: Sequence[Float32[np.ndarray, "t d"]], length: int) -> Float[Tensor, "b t d"]:
    padded = np.zeros((len(rows), length, rows[0].shape[1]), np.float32)
    for place, row in zip(padded, rows, strict=True):
        place[: len(row)] = row
    return torch.from_numpy(padded)
