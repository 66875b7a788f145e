"""One training run of the act network: simulated regions and timed captions to a network."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from benchmarks.datasets.drawn import Progress
from benchmarks.local_patterns.act_lessons import ActLessons, act_lessons
from benchmarks.simulator.programme import programme
from benchmarks.training_runs import TrainingRecord, train_to_end
from detectors.local_patterns.acts.config import ActConfig
from detectors.local_patterns.acts.training import RECIPE, ActTrainer
from detectors.words_training import OnEpoch, WordsRecipe
from encoders.compact.profile import CompactProfile


class ActTraining(BaseModel):
    """What `retrace train local-patterns --part acts` was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Path = Field(default=Path("runs/simulated"), exclude=True)
    """The folder of the simulated benchmark."""
    videos: int = Field(default=1200, ge=1)
    """Untrimmed training videos, from the first on."""
    epochs: int = Field(default=RECIPE.epochs, ge=1)
    seed: int = 0

    @property
    def recipe(self) -> WordsRecipe:
        return replace(RECIPE, epochs=self.epochs, seed=self.seed)


class Record(TrainingRecord):
    """What a run learned from."""

    asked: ActTraining
    lessons: int
    regions: int
    words: dict[str, str]
    """Digests of the profile whose regions, motion and words it learned."""


def train_acts(
    asked: ActTraining,
    out: Path,
    *,
    progress: Progress | None = None,
    on_epoch: OnEpoch | None = None,
) -> Record:
    """Trains to the end and writes the network, its record and a checkpoint to `out`.

    Raises:
        UserError: `out` holds another run.
        WeightsMissing: the compact profile or MiniLM is not here.
    """
    profile = CompactProfile.load()
    videos = programme("train", asked.videos)
    lessons = act_lessons(videos, profile, asked.work, progress=progress)
    trainer = _trainer(asked, lessons, profile)
    _, losses = train_to_end(trainer, out, on_epoch=on_epoch)
    record = Record(
        asked=asked,
        lessons=len(lessons.lessons),
        regions=sum(len(lesson.read().clips) for lesson in lessons.lessons),
        sentences=len(lessons.sentences),
        losses=losses,
        words=profile.manifest.digests,
    )
    record.save(out)
    return record


def _trainer(asked: ActTraining, lessons: ActLessons, profile: CompactProfile) -> ActTrainer:
    seen = lessons.lessons[0].read()
    config = ActConfig(dim=seen.patterns.shape[1], motion_dim=seen.motion.shape[1])
    words = np.asarray(profile.encode_sentences(lessons.sentences))
    return ActTrainer(config, lessons.lessons, words, asked.recipe)
