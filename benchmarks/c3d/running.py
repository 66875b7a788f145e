"""`retrace bench c3d-subset`: five folds pooled and the official split, every choice nested."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.arguments import TaskArguments
from benchmarks.c3d.networks import Laboratory, ScratchAlan, Start, StartedAlan
from benchmarks.c3d.systems import Ranked, Ridge, System, pooled, rank
from benchmarks.datasets.base import Item
from benchmarks.datasets.ucfcrime_ar import C3DSubset, open_c3d_subset
from benchmarks.metrics import direction_scores
from benchmarks.records import RunRecord, digest_of, new_record
from benchmarks.retrieval.experiment import Texts
from benchmarks.retrieval.scores import compared_scores
from encoders.alan.phrases import phrase_finder
from encoders.alan.training import Machine
from encoders.minilm import SHA256

FOLDS, OFFICIAL = "five folds", "official split"
BASELINE = "ridge, mean"
RIDGES = {BASELINE: (False, 3.0), "ridge, peak": (True, 3.0)}
"""By the mean or the peak over the clips, and its penalty (shared/data/README.md)."""
OFFICIAL_PENALTY = 1.0
"""Of the mean line on the official split, as known."""
SCRATCH, STARTED = "ALAN from scratch", "ALAN, closed-form start"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Division:
    """Videos to learn from and videos to be asked for."""

    name: str
    train: list[Item]
    test: list[Item]


@dataclass(frozen=True)
class C3DRun:
    """The task with its settings."""

    shared: Path
    seeds: int = 5
    machine: Machine = field(default_factory=lambda: Machine(bf16=True))
    say: Say = lambda message: None

    def record(self, arguments: TaskArguments) -> RunRecord:
        """Runs everything.

        Args:
            arguments: what was asked for, for the record.
        """
        began = time.perf_counter()
        subset = open_c3d_subset(self.shared)
        texts = Texts()
        scores: dict[str, Any] = {"choices": {}}
        for protocol in (FOLDS, OFFICIAL):
            runs = self._protocol(protocol, subset, texts, scores["choices"])
            scores[protocol] = protocol_scores(runs)
        return new_record(
            "c3d-subset",
            command=arguments.command,
            seed=0,
            data={subset.dataset.name: digest_of(subset.dataset.files)},
            weights={"minilm": SHA256},
            timings_s={"all": time.perf_counter() - began},
            arguments=arguments.model_dump(mode="json"),
            scores=scores | {"phrases by": phrase_finder()[0]},
        )

    def _protocol(
        self, protocol: str, subset: C3DSubset, texts: Texts, choices: dict[str, Any]
    ) -> dict[str, list[Ranked]]:
        """Ranks by system: one entry per seed, each with the pairs of all divisions."""
        seeds = self.seeds if protocol == OFFICIAL else 1
        runs: dict[str, list[Ranked]] = {}
        for seed in range(seeds):
            laboratory = Laboratory(subset, texts, self.machine, seed=seed)
            by_system: dict[str, list[Ranked]] = {}
            for division in divisions(subset, protocol):
                key = f"{division.name}, seed {seed}"
                for name, system in self._systems(laboratory, protocol, key, choices).items():
                    if seed and name in RIDGES:
                        continue  # no chance is in them
                    ranked = rank(system.fit(division.train), division.train, division.test)
                    by_system.setdefault(name, []).append(ranked)
                    self._tell(key, name, ranked)
            for name, folds in by_system.items():
                runs.setdefault(name, []).append(pooled(folds))
        return runs

    def _systems(
        self, laboratory: Laboratory, protocol: str, key: str, choices: dict[str, Any]
    ) -> dict[str, System]:
        raw, sentences = laboratory.subset.dataset.features, laboratory.texts.frozen
        ridges = {name: Ridge(raw, sentences, *values) for name, values in RIDGES.items()}
        if protocol == OFFICIAL:
            ridges[BASELINE] = replace(ridges[BASELINE], penalty=OFFICIAL_PENALTY)

        def chosen(start: Start, epochs: int) -> None:
            choices[key] = asdict(start) | {"epochs": epochs}

        return {
            **ridges,
            SCRATCH: ScratchAlan(laboratory),
            STARTED: StartedAlan(laboratory, on_choice=chosen),
        }

    def _tell(self, key: str, name: str, ranked: Ranked) -> None:
        plain, corrected = (
            direction_scores(ranks).sum_recall for ranks in (ranked.plain, ranked.corrected)
        )
        self.say(f"{key}: {name} SumR {plain:.1f}, {corrected:.1f} with CSLS")


def divisions(subset: C3DSubset, protocol: str) -> list[Division]:
    """The official split, or each of the five folds with the others to learn from."""
    items = subset.dataset.items
    if protocol == OFFICIAL:
        dataset = subset.dataset
        return [Division(OFFICIAL, dataset.split("train"), dataset.split("test"))]
    return [
        Division(
            f"fold {place}",
            [item for item in items if item.video not in fold],
            [item for item in items if item.video in fold],
        )
        for place, fold in enumerate(map(frozenset, subset.folds))
    ]


def protocol_scores(runs: dict[str, list[Ranked]]) -> dict[str, Any]:
    """Per system: its scores plain and corrected, with intervals, alone and against ridge."""
    systems = {
        label: ranks
        for name, ranked in runs.items()
        for label, ranks in (
            (name, [run.plain for run in ranked]),
            (f"{name}, CSLS", [run.corrected for run in ranked]),
        )
    }
    return compared_scores(systems, baseline=BASELINE)
