"""`retrace bench compact|indexing`: what ships, on real clips."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import RecordOption, SharedOption, WorkOption
from cli.output import say, show


def compact(
    shared: SharedOption,
    work: WorkOption = Path("runs/compact"),
    seed: Annotated[int, typer.Option(help="Of every training run.")] = 0,
    out: RecordOption = None,
) -> None:
    """The compact profile: fights by words, sounds by sounds, simulated scenes by both.

    Weights are made again for every fold, so that none is scored on what it has seen: about half
    an hour on two cores.
    """
    from benchmarks.compact.running import run_compact
    from benchmarks.compact.workshop import Workshop
    from benchmarks.reports import compact_table

    record = run_compact(Workshop(shared, work, seed=seed, say=say))
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(compact_table(record))


def indexing(
    shared: SharedOption,
    work: WorkOption = Path("runs/indexing"),
    out: RecordOption = None,
) -> None:
    """Speed and memory of `retrace index` on real clips, as whole processes."""
    from benchmarks.indexing import run_indexing
    from benchmarks.reports import indexing_table

    record = run_indexing(shared, work)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(indexing_table(record))
