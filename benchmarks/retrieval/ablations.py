"""Tables IV to X of the paper, one command each: the same training with one thing changed."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.datasets.base import RetrievalDataset
from benchmarks.metrics import DirectionRanks, direction_scores
from benchmarks.records import RunRecord, new_record
from benchmarks.retrieval.opening import clip_truth
from benchmarks.retrieval.running import Training
from benchmarks.retrieval.scores import compared_scores
from segments.errors import UserError


@dataclass(frozen=True)
class Variant:
    """One row of a table."""

    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AblationTable:
    """Rows of which the first is the default that the others are compared with."""

    title: str
    variants: tuple[Variant, ...]


TABLES = {
    "sampling": AblationTable(
        "Sampling (Tables IV, V)",
        (
            Variant("FS + AS"),
            Variant("FS", {"sequences": ("fixed",)}),
            Variant("AS", {"sequences": ("led",)}),
            Variant("FS, twice as many", {"sequences": ("fixed", "fixed")}),
        ),
    ),
    "temperature": AblationTable(
        "Temperature of anomaly-led sampling (Eq. 1)",
        tuple(
            Variant(f"τ = {tau}", {"tau": tau})
            for tau in (0.7, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9, 1.0)
        ),
    ),
    "lead": AblationTable(
        "What leads the sampling",
        tuple(Variant(lead, recipe={"led_by": lead}) for lead in ("detector", "labels", "nothing")),
    ),
    "masking": AblationTable(
        "VPMPM (Table VI)",
        tuple(
            Variant(masking, recipe={"masking": masking})
            for masking in ("phrases", "none", "words", "noun and verb words")
        ),
    ),
    "alignment": AblationTable(
        "Alignment (Tables VII, VIII)",
        (
            Variant("CLS + AVG"),
            Variant("CLS", {"alpha": 1.0}),
            Variant("AVG", {"alpha": 0.0}),
        ),
    ),
}
"""The α sweep of Tables IX and X needs no training of its own: every record has it."""

Rank = Callable[[Variant], Sequence[DirectionRanks]]
"""Trains a variant; ranks of the same pairs, one entry per seed."""


@dataclass(frozen=True)
class AblationRun:
    """One table on one data set."""

    table: str
    dataset: str
    rank: Rank
    command: str
    arguments: Mapping[str, Any]
    data: Mapping[str, str]
    say: Callable[[str], None] = lambda message: None

    def record(self) -> RunRecord:
        """Trains every variant."""
        began = time.perf_counter()
        systems: dict[str, Sequence[DirectionRanks]] = {}
        for variant in ablation_table(self.table).variants:
            systems[variant.name] = self.rank(variant)
            scores = [direction_scores(run).sum_recall for run in systems[variant.name]]
            self.say(f"{variant.name}: SumR {sum(scores) / len(scores):.1f}")
        baseline = next(iter(systems))
        return new_record(
            f"{self.dataset}-{self.table}",
            command=self.command,
            seed=0,
            data=dict(self.data),
            weights={},
            timings_s={"all": time.perf_counter() - began},
            arguments=dict(self.arguments),
            scores={"systems": compared_scores(systems, baseline=baseline)},
        )


def ablation_table(name: str) -> AblationTable:
    """
    Raises:
        UserError: no such table.
    """
    if name not in TABLES:
        raise UserError(f"no ablation {name!r}: choose {', '.join(TABLES)}")
    return TABLES[name]


def rank_by_training(dataset: RetrievalDataset, training: Training) -> Rank:
    """Variants of a training profile on a data set's own split."""
    truth = clip_truth(dataset)

    def rank(variant: Variant) -> list[DirectionRanks]:
        if variant.recipe.get("led_by") == "labels" and truth is None:
            raise UserError(
                f"{dataset.name} has no clip labels for sampling led by the truth: run this table "
                "on the simulated data set"
            )
        runs = []
        for seed in range(training.seeds):
            plain = training.experiment(dataset, seed=seed)
            experiment = replace(
                plain,
                config=replace(plain.config, **variant.config),
                recipe=replace(plain.recipe, **variant.recipe),
                clip_labels=truth,
            )
            embedded = experiment.embed(experiment.train())
            runs.append(DirectionRanks.of(embedded.similarity(experiment.config.alpha)))
        return runs

    return rank
