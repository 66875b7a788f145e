"""One training run of TRACE, from a folder of simulated features to a network and its record."""

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from benchmarks.datasets.drawn import Progress
from benchmarks.trace.lessons import Lessons, simulated_lessons
from benchmarks.training_runs import TrainingRecord, train_to_end
from detectors.trace.config import Fusion, TraceConfig, Window
from detectors.trace.training import TraceTrainer
from detectors.words_training import OnEpoch, WordsRecipe
from encoders.base import Profile
from encoders.registry import load_profile
from segments.errors import UserError


class TraceTraining(BaseModel):
    """What `retrace train trace` was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = "simulated"
    work: Path = Path("runs/simulated")
    videos: int = 1400
    """Untrimmed training videos, from the first on."""
    scenes: int = 0
    """Short captioned scenes."""
    timed: bool = True
    """Whether captions say when."""
    fusion: Fusion = "attention"
    windows: tuple[tuple[int, int], ...] = ((16, 1),)
    """Slots and stride of each, in clips."""
    ahead: int = 7
    joint: int = 192
    """Bottleneck over the fused vector; 0 for none."""
    epochs: int = 8
    lr: float = 2e-3
    batch_size: int = 48
    dropout: float = 0.1
    word_noise: float = 1.0
    """Length of the noise on sentences' vectors, in their own lengths."""
    averaging: float = 0.998
    """Decay of the mean of the weights; 0 for the last weights."""
    seed: int = 0

    @property
    def recipe(self) -> WordsRecipe:
        """Who is not told when must be shown everything at once."""
        shown = (WordsRecipe.max_clips, WordsRecipe.pieces) if self.timed else (256, 1)
        return WordsRecipe(
            epochs=self.epochs,
            lr=self.lr,
            batch_size=self.batch_size,
            max_clips=shown[0],
            pieces=shown[1],
            word_noise=self.word_noise,
            averaging=self.averaging,
            seed=self.seed,
        )

    def config(self, *, dim: int, motion_dim: int) -> TraceConfig:
        return TraceConfig(
            dim=dim,
            motion_dim=motion_dim,
            fusion=self.fusion,
            windows=tuple(Window(*window) for window in self.windows),
            ahead=self.ahead,
            joint_hidden=self.joint,
            dropout=self.dropout,
        )


class Record(TrainingRecord):
    """What a run learned from."""

    asked: TraceTraining
    lessons: int
    words: dict[str, str]
    """Digests of the profile whose words it learned."""


def train_trace(
    asked: TraceTraining,
    out: Path,
    *,
    progress: Progress | None = None,
    on_epoch: OnEpoch | None = None,
) -> Record:
    """Trains to the end and writes the network, its record and a checkpoint to `out`.

    Raises:
        UserError: no such data set, or `out` holds another run.
    """
    if asked.dataset != "simulated":
        raise UserError(
            f"no data set {asked.dataset!r} to train TRACE on: there is `simulated`, whose "
            "footage has generic captions and no labels"
        )
    lessons = simulated_lessons(
        asked.work, videos=asked.videos, scenes=asked.scenes, timed=asked.timed, progress=progress
    )
    profile = load_profile("compact", device="cpu")
    trainer = trainer_of(asked, lessons, profile)
    _, losses = train_to_end(trainer, out, on_epoch=on_epoch)
    record = Record(
        asked=asked,
        lessons=len(lessons.lessons),
        sentences=len(lessons.sentences),
        losses=losses,
        words=profile.manifest.digests,
    )
    record.save(out)
    return record


def trainer_of(asked: TraceTraining, lessons: Lessons, profile: Profile) -> TraceTrainer:
    """The run itself, before its first step.

    Raises:
        UserError: there is nothing to learn from.
    """
    if not lessons.lessons:
        raise UserError("no videos and no scenes: TRACE has nothing to learn from")
    appearance, motion = lessons.lessons[0].read()
    config = asked.config(dim=appearance.shape[1], motion_dim=motion.shape[1])
    words = profile.encode_sentences(lessons.sentences)
    return TraceTrainer(config, lessons.lessons, np.asarray(words), asked.recipe)
