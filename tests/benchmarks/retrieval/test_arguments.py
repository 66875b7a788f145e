"""What a command says and what a record keeps are the same."""

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.retrieval.arguments import RecipeChanges, RetrievalArguments, TrainArguments
from cli.main import app

runner = CliRunner()
BOTH_WAYS = [
    {"task": "c3d-subset", "shared": Path("../shared")},
    {"task": "c3d-subset", "shared": Path("a b"), "ablation": ("all",), "seeds": 1, "bf16": True},
    {"task": "ucfcrime-ar"},
    {
        "task": "ucfcrime-ar",
        "annotations": Path("VAR"),
        "features": Path("i3d"),
        "language": "zh",
        "checkpoint": (Path("one"), Path("two")),
        "work": Path("runs/it's here"),
    },
    {"task": "ucfcrime-ar", "profile": "compact", "compile": True, "device": "cuda", "epochs": 3},
    {"task": "ucfcrime-ar", "text_encoder": Path("bert"), "ablation": ("masking", "lead")},
    {"task": "xdviolence-ar", "features": Path("xd"), "bf16": True, "seeds": 2},
    {"task": "simulated"},
    {"task": "simulated", "seeds": 1, "query": "audio", "train": 10, "test": 5},
    {"task": "simulated", "profile": "paper", "ablation": ("lead",)},
    {"task": "retrieval", "table": Path("depot.toml"), "features": Path("f"), "seeds": 5},
]


class Stopped(Exception):
    """Nothing is run here."""


@pytest.mark.parametrize("options", BOTH_WAYS, ids=range(len(BOTH_WAYS)))
def test_the_command_asks_for_the_same(monkeypatch: pytest.MonkeyPatch, options: dict):
    seen: list[RetrievalArguments] = []

    def run_retrieval(arguments: RetrievalArguments, watcher: object) -> None:
        seen.append(arguments)
        raise Stopped

    monkeypatch.setattr("benchmarks.retrieval.tasks.run_retrieval", run_retrieval)
    arguments = RetrievalArguments.model_validate(options)
    program, *words = shlex.split(arguments.command)
    result = runner.invoke(app, words)
    assert isinstance(result.exception, Stopped), result.output
    assert (program, seen) == ("retrace", [arguments])
    kept = arguments.model_dump(mode="json")
    assert RetrievalArguments.model_validate(kept) == arguments


@pytest.mark.parametrize(
    ("task", "query", "profile"),
    [
        ("ucfcrime-ar", "text", "paper"),
        ("xdviolence-ar", "text", "paper"),
        ("simulated", "text", "aligned"),
        ("simulated", "audio", "compact"),  # no sentences to be aligned with
        ("retrieval", "text", "compact"),
    ],
)
def test_a_profile_that_suits_the_task(task: str, query: str, profile: str):
    arguments = RetrievalArguments.model_validate({"task": task, "query": query})
    assert arguments.training.profile == profile
    chosen = RetrievalArguments.model_validate({"task": task, "profile": "mine"})
    assert chosen.training.profile == "mine"


def test_the_source_and_the_training_have_the_options():
    arguments = RetrievalArguments(
        task="simulated", train=9, test=3, work=Path("w"), epochs=2, seeds=4, bf16=True
    )
    source, training = arguments.source, arguments.training
    assert (source.dataset, source.train, source.test, source.work) == (
        "simulated",
        9,
        3,
        Path("w"),
    )
    assert (training.changes, training.seeds, training.work) == ({"epochs": 2}, 4, Path("w"))
    assert training.machine.bf16
    table = RetrievalArguments(task="retrieval", table=Path("x/depot.toml"))
    assert table.source.dataset == str(Path("x/depot.toml"))
    assert RetrievalArguments(task="ucfcrime-ar").training.changes == {}


def test_what_training_changes_of_its_profile():
    assert RecipeChanges(seed=3).values == {"reduction": "mean", "masking": "phrases"}
    assert RecipeChanges(epochs=7, masking="words").values["epochs"] == 7
    kept = TrainArguments(dataset="simulated", recipe=RecipeChanges(epochs=7))
    assert TrainArguments.model_validate(kept.model_dump(mode="json")) == kept


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["simulated", "--query", "smell"], "query = 'smell': input should be 'text' or 'audio'"),
        (
            ["retrieval", "--table", "none.toml", "--features", "none"],
            "none is no folder of features",
        ),
        (["ucfcrime-ar", "--features", "none"], "--annotations"),
        (["c3d-subset", "--shared", "none", "--ablation", "all"], "c3d_splits.json is missing"),
        (["c3d-subset", "--shared", "x", "--ablation", "dropout"], "ablation.0 = 'dropout': input"),
    ],
)
def test_unknown_values_are_refused_in_one_line(words: list[str], said: str):
    result = runner.invoke(app, ["bench", *words])
    assert result.exit_code == 1, result.output
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
