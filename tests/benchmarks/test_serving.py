"""The benchmark of serving: its arithmetic by hand, and one small service from end to end."""

import json
from itertools import islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.records import RunRecord
from benchmarks.replay import replay
from benchmarks.serving.arguments import ServingArguments
from benchmarks.serving.asking import Answered, Run
from benchmarks.serving.measures import recall, summary
from benchmarks.serving.report import serving_table
from benchmarks.serving.streams import STREAMS, mixed
from cli.bench.serving import numbers
from cli.main import app
from search_api.answers.searching import SearchBody
from segments.errors import UserError


def answered(total_ms: float, encode: float, store: float, assemble: float) -> Answered:
    phases = {"encode": encode, "store": store, "assemble": assemble}
    return Answered(total_ms / 1000, {name: ms / 1000 for name, ms in phases.items()})


def test_what_is_left_of_a_search_is_the_rest() -> None:
    one = answered(20.0, 9.0, 5.0, 2.0)
    assert 1000 * one.rest_s == pytest.approx(4.0)
    assert 1000 * one.overhead_s == pytest.approx(6.0)


def test_a_run_in_numbers() -> None:
    answers = [answered(10.0 + n, 4.0, 3.0, 1.0) for n in range(101)]
    found = summary(Run(answers, wall_s=2.0), clients=8)
    assert (found["clients"], found["answers"], found["per_s"]) == (8, 101, 50.5)
    assert found["total_ms"] == {"p50": 60.0, "p95": 105.0, "p99": 109.0}
    assert found["overhead_ms"]["p50"] == 53.0
    assert found["phases_ms"]["rest"]["p50"] == 52.0
    assert found["phases_ms"]["encode"]["p99"] == 4.0


@pytest.mark.parametrize(
    ("found", "expected", "share"),
    [("abcd", "abce", 0.75), ("", "ab", 0.0), ("", "", 1.0), ("ba", "ab", 1.0)],
)
def test_recall(found: str, expected: str, share: float) -> None:
    assert recall(list(found), list(expected)) == share


@pytest.mark.parametrize("name", [*STREAMS, "mixed"])
def test_streams_ask_what_the_service_takes_and_the_same_each_time(name: str) -> None:
    stream = STREAMS.get(name, mixed)
    bodies, again, others = (list(islice(stream(seed), 30)) for seed in (1, 1, 2))
    assert bodies == again != others
    for body in bodies:
        SearchBody.model_validate_json(json.dumps(body))


def test_no_two_streams_ask_the_same_words() -> None:
    fresh = [stream for name, stream in STREAMS.items() if name != "words, asked before"]
    texts = [{body["text"] for body in islice(stream(1), 200)} for stream in fresh]
    assert len(set.union(*texts)) > 0.99 * sum(map(len, texts))


def test_the_command_says_what_was_changed() -> None:
    assert ServingArguments().command == "retrace bench serving"
    arguments = ServingArguments(points=(300, 900), clients=(1, 2), seconds=0.5)
    expected = "retrace bench serving --points 300,900 --seconds 0.5 --clients 1,2"
    assert arguments.command == expected


@pytest.mark.parametrize("text", ["", "1,", "a", "0", "1,-2", "1.5"])
def test_lists_that_are_none(text: str) -> None:
    with pytest.raises(UserError, match="is no list of whole numbers above zero: write 1,8,32"):
        numbers(text)


def test_a_small_service_from_end_to_end(tmp_path: Path) -> None:
    out = tmp_path / "serving.json"
    command = ["bench", "serving", "--points", "300", "--seconds", "0.1", "--clients", "1,2"]
    result = CliRunner().invoke(app, [*command, "--work", str(tmp_path / "work"), "-o", str(out)])
    assert result.exit_code == 0, result.output
    record = RunRecord.model_validate_json(out.read_bytes())
    assert record.command == "retrace bench serving --points 300 --seconds 0.1 --clients 1,2"
    measured = record.scores["300"]
    assert measured["library"]["points"] >= 300
    assert measured["library"]["videos"] >= 2
    assert measured["memory_mib"] > 100
    streams = measured["streams"]
    assert [*streams] == [*STREAMS, "mixed, 1", "mixed, 2"]
    for name in STREAMS:
        assert streams[name]["recall_at_10"] == 1.0  # so few vectors are compared exactly
        assert streams[name]["answers"] > 0
        assert 0 < streams[name]["store_alone_ms"]["p50"]
    assert streams["words"]["phases_ms"]["encode"]["p50"] > 0.1
    table = serving_table(record)
    rows = [line for line in table.splitlines() if line.startswith(("| words", "| mixed"))]
    assert len(rows) == len(streams)
    assert {row.count("|") for row in rows} == {14}
    with pytest.raises(UserError, match="is of times, which no run finds again"):
        replay(record)
