"""`retrace bench --replay RECORD`: whether a record still says what is found."""

from pathlib import Path

import typer

from cli.output import say, show

SHOWN = 10
"""Differences that are listed."""


def replay(path: Path) -> None:
    """Runs a record's task again; exits 1 where the scores are others.

    Raises:
        UserError: the file is no record, or keeps no arguments.
    """
    from benchmarks.replay import differences, read_record
    from benchmarks.replay import replay as run_again
    from benchmarks.retrieval.tasks import Watcher

    record = read_record(path)
    found = run_again(record, Watcher(say))
    other = differences(record.scores, found.scores)
    for line in other[:SHOWN]:
        show(line)
    if other:
        show(f"{len(other)} numbers differ from {path} (commit {record.git_sha[:12]})")
        raise typer.Exit(1)
    show(f"every number of {path} was found again")
