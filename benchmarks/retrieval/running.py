"""`retrace bench ucfcrime-ar|xdviolence-ar|simulated|PATH.toml`: R@K of trained networks."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets.base import RetrievalDataset
from benchmarks.metrics import DirectionRanks, both_directions
from benchmarks.records import RunRecord, digest_of, new_record
from benchmarks.retrieval.baselines import Baselines
from benchmarks.retrieval.checkpoints import load_trained, require_fitting
from benchmarks.retrieval.embedding import Embedded
from benchmarks.retrieval.experiment import Experiment, Texts, Trained
from benchmarks.retrieval.hubness import corrected_ranks
from benchmarks.retrieval.presets import PRESETS, Preset
from benchmarks.retrieval.scores import compared_scores
from benchmarks.retrieval.towers import TowerTexts, tower_texts
from encoders.alan.phrases import Engine, phrase_finder
from encoders.alan.training import AlanRecipe, Machine
from encoders.alan.training.trainer import OnStep
from segments.errors import UserError

ALPHAS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0)
ALAN = "ALAN"


@dataclass(frozen=True)
class Training:
    """How networks are trained, or where trained ones lie."""

    profile: str = "compact"
    seeds: int = 5
    text_encoder: Path | None = None
    """Folder of a BERT-shaped backbone to be trained along."""
    phrases: Engine = "auto"
    """Parser that VPMPM's phrases come from."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Of the profile's recipe, e.g. epochs."""
    checkpoints: tuple[Path, ...] = ()
    """Trained networks to be measured instead."""
    machine: Machine = field(default_factory=Machine)
    work: Path | None = None
    """Keeps a run's log and checkpoints, so that a stopped one goes on."""

    def texts(self, dataset: RetrievalDataset) -> Texts:
        """One for all runs on a data set, so that a frozen backbone is asked once.

        Raises:
            UserError: no such profile, or one of pretrained models that did not make the features.
            WeightsMissing: a model of the profile that made them is not in the library.
        """
        return self._towers(dataset) if self.preset.on_towers else self._own_texts

    @property
    def preset(self) -> Preset:
        """
        Raises:
            UserError: no such profile.
        """
        if self.profile not in PRESETS:
            raise UserError(f"no training profile {self.profile!r}: choose {', '.join(PRESETS)}")
        return PRESETS[self.profile]

    def experiment(self, dataset: RetrievalDataset, *, seed: int = 0) -> Experiment:
        """One run of the profile on a data set.

        Raises:
            UserError: see `texts`, or the profile trains a text backbone without a folder of it.
            WeightsMissing: see `texts`.
        """
        preset = self.preset
        recipe: AlanRecipe = replace(preset.recipe, seed=seed, **self.changes)
        if preset.on_towers and self.text_encoder is not None:
            raise UserError(
                f"profile {self.profile} takes the words of the features' own text tower: leave "
                "out --text-encoder"
            )
        if preset.on_towers:
            towers = self._towers(dataset)
            return Experiment(
                dataset, towers.config, recipe, towers, self.machine, start=towers.start
            )
        by_text = dataset.query == "text"
        if by_text and preset.trains_text and self.text_encoder is None:
            raise UserError(
                f"profile {self.profile} trains a text backbone along: name the folder of "
                "BERT-base-cased (config.json, tokenizer.json, model.safetensors) with "
                "--text-encoder, or take --profile compact"
            )
        texts = self._own_texts
        config = preset.config_for(dataset, text_dim=texts.dim if by_text else preset.config.d)
        return Experiment(dataset, config, recipe, texts, self.machine)

    @cached_property
    def _own_texts(self) -> Texts:
        return Texts(self.text_encoder, self.phrases)

    def _towers(self, dataset: RetrievalDataset) -> TowerTexts:
        if dataset.name not in self._opened:
            self._opened[dataset.name] = tower_texts(
                dataset.features, device=self.machine.device, phrases=self.phrases
            )
        return self._opened[dataset.name]

    @cached_property
    def _opened(self) -> dict[str, TowerTexts]:
        """By data set."""
        return {}


@dataclass(frozen=True)
class RetrievalRun:
    """One data set, one way of training, several seeds."""

    dataset: RetrievalDataset
    training: Training
    arguments: Mapping[str, Any]
    """What the command was given, for the record."""
    command: str
    baselines: Baselines = dict
    say: Callable[[str], None] = lambda message: None
    on_step: OnStep | None = None

    def record(self) -> RunRecord:
        """Trains, embeds and ranks.

        Raises:
            DatasetMissing: features of a video are missing; they are all looked for first.
        """
        began = time.perf_counter()
        require_features(self.dataset)
        embedded = [self._embedded(seed) for seed in range(self._num_runs)]
        trained_s = time.perf_counter() - began
        systems = self._systems(embedded)
        name = self.dataset.name
        return new_record(
            name,
            command=self.command,
            seed=0,
            data={name: digest_of(self.dataset.files)},
            weights=self._checkpoint_digests | dict(self.training.texts(self.dataset).digests),
            timings_s={"training and embedding": trained_s, "all": time.perf_counter() - began},
            arguments=dict(self.arguments),
            scores={
                "query": self.dataset.query,
                "systems": compared_scores(systems, baseline=next(iter(systems))),
                "alpha": {str(alpha): _alpha_row(embedded, alpha) for alpha in ALPHAS},
                "phrases by": self._phrases_by,
            },
        )

    @property
    def _checkpoints(self) -> tuple[Path, ...]:
        return self.training.checkpoints

    @property
    def _checkpoint_digests(self) -> dict[str, str]:
        return {str(p): digest_of([p / "model.safetensors"]) for p in self._checkpoints}

    @property
    def _phrases_by(self) -> str | None:
        """The parser, where this run trained with phrases."""
        masks = self.dataset.query == "text" and not self._checkpoints
        return phrase_finder(self.training.phrases)[0] if masks else None

    @property
    def _num_runs(self) -> int:
        return len(self._checkpoints) or self.training.seeds

    def _embedded(self, seed: int) -> tuple[Embedded, Embedded, float]:
        """The test split, the training split, and α of one network."""
        experiment, trained = self._loaded(seed) if self._checkpoints else self._trained(seed)
        test, train = (experiment.embed(trained, self.dataset.split(s)) for s in ("test", "train"))
        alpha = trained.alan.config.alpha
        found = both_directions(test.similarity(alpha))
        self.say(f"seed {seed}: SumR {found.sum_recall:.1f}")
        return test, train, alpha

    def _loaded(self, seed: int) -> tuple[Experiment, Trained]:
        trained = load_trained(self._checkpoints[seed])
        texts = self.training.texts(self.dataset) if self.training.preset.on_towers else Texts()
        require_fitting(trained, self.dataset, texts, self._checkpoints[seed])
        config, machine = trained.alan.config, self.training.machine
        return Experiment(self.dataset, config, AlanRecipe(), texts, machine), trained

    def _trained(self, seed: int) -> tuple[Experiment, Trained]:
        experiment = self.training.experiment(self.dataset, seed=seed)
        work = self.training.work
        folder = None if work is None else work / run_name(experiment)
        return experiment, experiment.train(folder, on_step=self.on_step)

    def _systems(
        self, embedded: Sequence[tuple[Embedded, Embedded, float]]
    ) -> dict[str, list[DirectionRanks]]:
        systems = {
            name: [DirectionRanks.of(similarity)] for name, similarity in self.baselines().items()
        }
        systems[ALAN] = [DirectionRanks.of(test.similarity(alpha)) for test, _, alpha in embedded]
        systems[f"{ALAN}, CSLS"] = [
            corrected_ranks(
                test.similarity(alpha),
                of_bank_queries=train.against(test, alpha),
                of_bank_videos=test.against(train, alpha),
            )
            for test, train, alpha in embedded
        ]
        return systems


def run_name(experiment: Experiment) -> str:
    """The folder of a run: another one whenever anything of it changes."""
    dataset, recipe = experiment.dataset, experiment.recipe
    what = repr((dataset.query, len(dataset.items), experiment.config, recipe, experiment.texts))
    return f"{dataset.name}-{hashlib.sha256(what.encode()).hexdigest()[:12]}-seed{recipe.seed}"


def require_features(dataset: RetrievalDataset) -> None:
    """Reads the test split once, so that an incomplete download shows before hours of training.

    Raises:
        DatasetMissing: something of a video is not there.
    """
    for item in dataset.split("test"):
        dataset.features.read(item.video)


def _alpha_row(
    embedded: Sequence[tuple[Embedded, Embedded, float]], alpha: float
) -> dict[str, float]:
    """Means over networks of R@1 and R@10 in both directions, and SumR, at another α."""
    each = [both_directions(test.similarity(alpha)) for test, _, _ in embedded]
    values = {
        "to_video.r1": [score.to_video.r1 for score in each],
        "to_video.r10": [score.to_video.r10 for score in each],
        "to_query.r1": [score.to_query.r1 for score in each],
        "to_query.r10": [score.to_query.r10 for score in each],
        "sum_recall": [score.sum_recall for score in each],
    }
    return {name: float(np.mean(some)) for name, some in values.items()}
