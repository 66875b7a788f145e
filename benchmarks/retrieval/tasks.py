"""From arguments to a record: every retrieval task, and its ablations."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.c3d.networks import CONFIG, SCRATCH, Laboratory, ScratchAlan
from benchmarks.c3d.running import FOLDS, C3DRun, divisions
from benchmarks.c3d.systems import pooled, rank
from benchmarks.datasets.base import RetrievalDataset
from benchmarks.datasets.simulated import SimulatedBenchmark
from benchmarks.datasets.ucfcrime_ar import open_c3d_subset
from benchmarks.metrics import DirectionRanks
from benchmarks.records import RunRecord, digest_of, git_sha
from benchmarks.retrieval.ablations import (
    AblationRun,
    Rank,
    Variant,
    ablation_tables,
    rank_by_training,
)
from benchmarks.retrieval.arguments import RetrievalArguments
from benchmarks.retrieval.baselines import Baselines, ridge_baseline, untrained_baseline
from benchmarks.retrieval.experiment import Texts
from benchmarks.retrieval.running import RetrievalRun, Training
from benchmarks.retrieval.towers import TowerTexts
from benchmarks.simulator.baselines import trivial_baselines
from encoders.alan.training.trainer import OnStep
from segments.errors import UserError


@dataclass(frozen=True)
class Watcher:
    """Who is told how a task goes."""

    say: Callable[[str], None] = lambda message: None
    on_step: OnStep | None = None
    on_video: Callable[[int, int], None] | None = None
    """Told of videos that are drawn: done, and in all."""


def run_retrieval(arguments: RetrievalArguments, watcher: Watcher | None = None) -> RunRecord:
    """Runs a task as asked.

    Raises:
        DatasetMissing: files are missing; says which and how to get them.
        UserError: an option makes no sense.
        WeightsMissing: a checkpoint or the text encoder cannot be used.
    """
    git_sha()  # of the code that runs, however long it takes
    watching = watcher or Watcher()
    if arguments.task == "c3d-subset":
        return _c3d(arguments, watching)
    dataset = arguments.source.open(progress=watching.on_video)
    training = arguments.training
    if arguments.ablation:
        digest = {dataset.name: digest_of(dataset.files)}
        return _ablation(arguments, rank_by_training(dataset, training), digest, watching)
    return RetrievalRun(
        dataset,
        training,
        arguments=arguments.model_dump(mode="json"),
        command=arguments.command,
        baselines=_baselines(dataset, training),
        say=watching.say,
        on_step=watching.on_step,
    ).record()


def _baselines(dataset: RetrievalDataset, training: Training) -> Baselines:
    if isinstance(dataset, SimulatedBenchmark):
        return lambda: trivial_baselines(dataset)
    if dataset.query != "text":
        return dict
    texts = training.texts(dataset)
    if isinstance(texts, TowerTexts):
        plain = training.experiment(dataset)
        return lambda: untrained_baseline(plain, texts) | ridge_baseline(dataset, texts)
    return lambda: ridge_baseline(dataset, Texts())


def _c3d(arguments: RetrievalArguments, watching: Watcher) -> RunRecord:
    if arguments.shared is None:
        raise UserError("c3d-subset needs --shared: the folder that holds data/")
    if not arguments.ablation:
        run = C3DRun(
            arguments.shared, seeds=arguments.seeds, machine=arguments.machine, say=watching.say
        )
        return run.record(arguments)
    subset = open_c3d_subset(arguments.shared)
    digest = {subset.dataset.name: digest_of(subset.dataset.files)}
    return _ablation(arguments, _rank_folds(arguments), digest, watching)


def _rank_folds(arguments: RetrievalArguments) -> Rank:
    """Variants of ALAN from scratch, five folds pooled."""
    assert arguments.shared is not None
    subset, texts = open_c3d_subset(arguments.shared), Texts()
    laboratories = [
        Laboratory(subset, texts, arguments.machine, seed=seed) for seed in range(arguments.seeds)
    ]

    def ranks(variant: Variant) -> list[DirectionRanks]:
        runs = []
        for laboratory in laboratories:
            system = ScratchAlan(
                laboratory,
                config=replace(CONFIG, **variant.config),
                recipe=replace(SCRATCH, **(arguments.changes | dict(variant.recipe))),
            )
            folds = [rank(system.fit(d.train), d.train, d.test) for d in divisions(subset, FOLDS)]
            runs.append(pooled(folds).plain)
        return runs

    return ranks


def _ablation(
    arguments: RetrievalArguments, ranks: Rank, data: dict[str, str], watching: Watcher
) -> RunRecord:
    return AblationRun(
        ablation_tables(arguments.ablation, knows_clips=arguments.task == "simulated"),
        dataset=arguments.task,
        rank=ranks,
        command=arguments.command,
        arguments=arguments.model_dump(mode="json"),
        data=data,
        say=watching.say,
    ).record()
