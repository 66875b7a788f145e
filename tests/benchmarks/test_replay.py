"""A record is run again from its own arguments."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.arguments import TaskArguments
from benchmarks.records import ROOT, RunRecord
from benchmarks.replay import RUNS, differences, read_record, replay
from benchmarks.retrieval.arguments import RetrievalArguments
from benchmarks.retrieval.tasks import run_retrieval
from segments.errors import UserError
from tests.support.retrieval import SMALL_PRESETS, write_depot


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    folder = tmp_path_factory.mktemp("depot")
    _, table, _, features = write_depot(folder)
    arguments = RetrievalArguments(
        task="retrieval", table=Path(table), features=Path(features), seeds=1
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.retrieval.running.PRESETS", SMALL_PRESETS)
        return run_retrieval(arguments)


@pytest.fixture(autouse=True)
def small_presets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.retrieval.running.PRESETS", SMALL_PRESETS)


def test_a_run_is_found_again_from_its_file(record: RunRecord, tmp_path: Path):
    record.save(tmp_path / "record.json")
    kept = read_record(tmp_path / "record.json")
    assert kept == record
    assert list(kept.scores["systems"]) == ["ridge, mean", "ALAN", "ALAN, CSLS"]
    assert differences(kept.scores, replay(kept).scores) == []


def test_a_changed_number_is_named(record: RunRecord):
    changed = record.model_copy(deep=True)
    ranks = changed.scores["systems"]["ALAN"]["ranks"][0]["to_video"]
    was = ranks[2]
    ranks[2] = 77.0
    assert differences(changed.scores, record.scores) == [
        f"scores.systems.ALAN.ranks[0].to_video[2]: 77.0 was recorded, {was} is found now"
    ]


def test_differences_by_hand():
    nan = float("nan")
    old = {"a": 1.0, "b": [1, 2], "c": "x", "d": nan, "e": {"f": 2.0}}
    assert differences(old, old) == []
    assert differences(old, old | {"a": 1.0 + 1e-9}) == []
    new = {"a": 1.1, "b": [1, 2, 3], "c": "y", "d": 0.0, "e": {"f": 2.0, "g": 1}}
    assert differences(old, new) == [
        "scores.a: 1.0 was recorded, 1.1 is found now",
        "scores.b: [1, 2] was recorded, [1, 2, 3] is found now",
        "scores.c: 'x' was recorded, 'y' is found now",
        "scores.d: nan was recorded, 0.0 is found now",
        "scores.e.g: None was recorded, 1 is found now",
    ]
    assert differences({"a": None}, {"a": 1.0}) == ["scores.a: None was recorded, 1.0 is found now"]


def test_a_record_without_arguments_is_refused(record: RunRecord):
    older = record.model_copy(update={"arguments": {}, "command": "retrace bench old"})
    with pytest.raises(UserError, match="keeps no arguments.*`retrace bench old`"):
        replay(older)


def test_a_record_of_other_options_is_refused(record: RunRecord):
    foreign = record.model_copy(update={"arguments": record.arguments | {"magic": 1}})
    with pytest.raises(UserError, match=r"record of depot is of .*other options: magic = 1"):
        replay(foreign)


@pytest.mark.parametrize("task", sorted(RUNS))
def test_tasks_run_again_from_the_arguments_that_they_keep(
    record: RunRecord, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, _ = RUNS[task]
    given: dict[str, Any] = {"shared": "data"} if "shared" in kind.model_fields else {}
    if kind.model_fields.get("network") and kind.model_fields["network"].is_required():
        given = {"network": ["one=runs/one"]}
    asked = kind.model_validate({"task": task, **given})
    found = list[TaskArguments]()
    monkeypatch.setitem(RUNS, task, (kind, lambda again: found.append(again) or record))
    kept = record.model_copy(update={"task": task, "arguments": asked.model_dump(mode="json")})
    assert replay(kept) == record
    assert found == [asked]


KEPT = (
    "local-patterns-ped2",
    "local-patterns-walkway",
    "trace-ablations",
    "trace-explanations",
    "trace-fights",
)


@pytest.mark.parametrize("name", KEPT)
def test_the_records_that_are_kept_can_be_replayed(name: str) -> None:
    kept = read_record(ROOT / "benchmarks" / "results" / f"{name}.json")
    kind, _ = RUNS[kept.arguments["task"]]
    assert kind.model_validate(kept.arguments).model_dump(mode="json") == kept.arguments


@pytest.mark.parametrize("task", ["trace-speed", "local-patterns-speed"])
def test_times_are_not_found_again(record: RunRecord, task: str) -> None:
    timed = record.model_copy(update={"arguments": {"task": task}})
    with pytest.raises(UserError, match=f"{task} is of times"):
        replay(timed)


def test_what_is_no_record_is_refused(tmp_path: Path):
    with pytest.raises(UserError, match=r"no record .*none\.json: name a file"):
        read_record(tmp_path / "none.json")
    (tmp_path / "other.json").write_text('{"task": "x"}')
    with pytest.raises(UserError, match=r"other\.json is no record"):
        read_record(tmp_path / "other.json")
