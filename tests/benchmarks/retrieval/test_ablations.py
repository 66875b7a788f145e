"""Every table changes one thing at a time, and what tables share is trained once."""

from dataclasses import fields, replace
from typing import get_args

import numpy as np
import pytest

from benchmarks.c3d.networks import CONFIG, SCRATCH
from benchmarks.metrics import DirectionRanks
from benchmarks.retrieval.ablations import (
    TABLES,
    AblationRun,
    TableName,
    Variant,
    ablation_tables,
    rank_by_training,
)
from benchmarks.retrieval.embedding import Embedded
from benchmarks.retrieval.experiment import Experiment, Trained
from benchmarks.retrieval.presets import PRESETS
from benchmarks.retrieval.running import Training
from segments.vectors import DualQuery
from tests.support.retrieval import SMALL_PRESETS, tiny_dataset

DEFAULTS = [(preset.config, preset.recipe) for preset in PRESETS.values()] + [(CONFIG, SCRATCH)]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize(("config", "recipe"), DEFAULTS, ids=[*PRESETS, "c3d"])
def test_the_first_variant_is_the_default_and_the_others_change_one_thing(table, config, recipe):
    changed = []
    for variant in table.variants:
        made = replace(config, **variant.config), replace(recipe, **variant.recipe)
        changed.append(
            [
                part.name
                for new, old in zip(made, (config, recipe), strict=True)
                for part in fields(old)
                if getattr(new, part.name) != getattr(old, part.name)
            ]
        )
    assert changed[0] == []
    assert [len(names) for names in changed[1:]] == [1] * (len(table.variants) - 1)
    assert len({names[0] for names in changed[1:]}) == 1


def test_the_tables_are_those_of_the_paper():
    assert [variant.config.get("tau", 0.7) for variant in TABLES["temperature"].variants] == [
        *(0.7, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9, 1.0)
    ]
    assert [v.config.get("sequences") for v in TABLES["sampling"].variants] == [
        None,
        ("fixed",),
        ("led",),
        ("fixed", "fixed"),
    ]
    assert [v.recipe.get("masking") for v in TABLES["masking"].variants] == [
        None,
        "none",
        "words",
        "noun and verb words",
    ]
    assert [v.config.get("alpha") for v in TABLES["alignment"].variants] == [None, 1.0, 0.0]


def test_the_truth_leads_only_where_it_is_known():
    known, unknown = (ablation_tables(["lead"], knows_clips=k)["lead"] for k in (True, False))
    assert [v.name for v in known.variants] == ["the detector", "the truth", "nothing"]
    assert [v.name for v in unknown.variants] == ["the detector", "nothing"]
    assert ablation_tables(["lead", "all"], knows_clips=True) == TABLES
    assert list(ablation_tables(["masking", "lead"], knows_clips=True)) == ["masking", "lead"]


def test_every_table_has_a_name_that_commands_take():
    assert set(get_args(TableName)) == {*TABLES, "all"}


def test_tables_are_compared_with_their_default_which_is_trained_once():
    trained: list[Variant] = []
    said: list[str] = []

    def ranks(variant: Variant) -> list[DirectionRanks]:
        trained.append(variant)
        own = 20.0 if variant.config or variant.recipe else 0.0  # the default finds everything
        return [DirectionRanks(np.full(2, own), np.full(2, own))]

    tables = ablation_tables(["all"], knows_clips=False)
    run = AblationRun(tables, "tiny", ranks, "command", {"ablation": ["all"]}, {}, said.append)
    record = run.record()
    assert len(trained) == 1 + sum(len(table.variants) - 1 for table in tables.values())
    assert said[0] == "Sampling (Tables IV, V), FS + AS: SumR 600.0"
    assert record.task == "tiny-ablations"
    scores = record.scores["tables"]["alignment"]
    assert list(scores) == ["CLS + AVG", "CLS", "AVG"]
    difference = {"value": -600.0, "low": -600.0, "high": -600.0}
    assert scores["CLS"]["against baseline"] == difference
    assert scores["CLS + AVG"]["against baseline"] == dict.fromkeys(difference, 0.0)


@pytest.mark.parametrize(
    "variant",
    [Variant("tau", {"tau": 0.2}), Variant("led", recipe={"led_by": "nothing"}), Variant("plain")],
)
def test_a_variant_is_trained_with_its_change_and_nothing_else(monkeypatch, variant: Variant):
    seen: list[Experiment] = []
    query = DualQuery(*(np.ones((1, 1), np.float32),) * 2, *(np.ones(1, np.float32),) * 2)

    def train(experiment: Experiment) -> Trained | None:
        seen.append(experiment)
        return None

    embedded = Embedded(np.eye(2, dtype=np.float32), (query, query))
    monkeypatch.setattr("benchmarks.retrieval.running.PRESETS", SMALL_PRESETS)
    monkeypatch.setattr(Experiment, "train", train)
    monkeypatch.setattr(Experiment, "embed", lambda experiment, trained: embedded)
    dataset, training = tiny_dataset(), Training("compact", seeds=2)
    ranks = rank_by_training(dataset, training)(variant)
    assert len(ranks) == 2
    for seed, experiment in enumerate(seen):
        plain = training.experiment(dataset, seed=seed)
        assert plain.recipe.seed == seed
        assert experiment.config == replace(plain.config, **variant.config)
        assert experiment.recipe == replace(plain.recipe, **variant.recipe)
