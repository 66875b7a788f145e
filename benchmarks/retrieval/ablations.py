"""Tables IV to X of the paper, one command each: the same training with one thing changed."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from benchmarks.datasets.base import RetrievalDataset
from benchmarks.metrics import DirectionRanks, direction_scores
from benchmarks.records import RunRecord, new_record
from benchmarks.retrieval.opening import clip_truth
from benchmarks.retrieval.running import Training
from benchmarks.retrieval.scores import compared_scores

TableName = Literal["sampling", "temperature", "lead", "masking", "alignment", "all"]


@dataclass(frozen=True)
class Variant:
    """One row of a table."""

    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)

    @property
    def needs_truth(self) -> bool:
        """Whether it takes labels of clips."""
        return self.recipe.get("led_by") == "labels"


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
        (
            Variant("τ = 0.7"),
            *(
                Variant(f"τ = {tau}", {"tau": tau})
                for tau in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9, 1.0)
            ),
        ),
    ),
    "lead": AblationTable(
        "What leads the sampling",
        (
            Variant("the detector"),
            Variant("the truth", recipe={"led_by": "labels"}),
            Variant("nothing", recipe={"led_by": "nothing"}),
        ),
    ),
    "masking": AblationTable(
        "VPMPM (Table VI)",
        (
            Variant("phrases"),
            *(
                Variant(masking, recipe={"masking": masking})
                for masking in ("none", "words", "noun and verb words")
            ),
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
"""The first variant of each is the default, which changes nothing. The α sweep of Tables IX and X
needs no training of its own: every record has it."""

Rank = Callable[[Variant], Sequence[DirectionRanks]]
"""Trains a variant; ranks of the same pairs, one entry per seed."""


@dataclass(frozen=True)
class AblationRun:
    """Some tables on one data set; what they share, the default above all, is trained once."""

    tables: Mapping[str, AblationTable]
    dataset: str
    rank: Rank
    command: str
    arguments: Mapping[str, Any]
    data: Mapping[str, str]
    say: Callable[[str], None] = lambda message: None

    def record(self) -> RunRecord:
        """Trains every variant."""
        began = time.perf_counter()
        known: dict[str, Sequence[DirectionRanks]] = {}
        scores = {name: self._scores(table, known) for name, table in self.tables.items()}
        return new_record(
            f"{self.dataset}-ablations",
            command=self.command,
            seed=0,
            data=dict(self.data),
            weights={},
            timings_s={"all": time.perf_counter() - began},
            arguments=dict(self.arguments),
            scores={"tables": scores},
        )

    def _scores(
        self, table: AblationTable, known: dict[str, Sequence[DirectionRanks]]
    ) -> dict[str, Any]:
        systems: dict[str, Sequence[DirectionRanks]] = {}
        for variant in table.variants:
            key = repr((variant.config, variant.recipe))
            if key not in known:
                known[key] = self.rank(variant)
                found = [direction_scores(run).sum_recall for run in known[key]]
                self.say(f"{table.title}, {variant.name}: SumR {sum(found) / len(found):.1f}")
            systems[variant.name] = known[key]
        return compared_scores(systems, baseline=table.variants[0].name)


def ablation_tables(names: Sequence[TableName], *, knows_clips: bool) -> dict[str, AblationTable]:
    """Some tables, or all.

    Args:
        knows_clips: whether the data set tells which clips show the anomaly; without, nothing can
            be led by the truth.
    """
    chosen = TABLES if "all" in names else {name: TABLES[name] for name in names}
    return {
        key: replace(
            table,
            variants=tuple(v for v in table.variants if knows_clips or not v.needs_truth),
        )
        for key, table in chosen.items()
    }


def rank_by_training(dataset: RetrievalDataset, training: Training) -> Rank:
    """Variants of a training profile on a data set's own split."""
    truth = clip_truth(dataset)

    def rank(variant: Variant) -> list[DirectionRanks]:
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
