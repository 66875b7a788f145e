"""`retrace bench local-patterns-simulated`: frames and boxes of events that are known."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import RecordOption, WorkOption
from cli.output import say, show


def local_patterns_simulated(
    work: WorkOption = Path("runs/simulated"),
    first: Annotated[
        int, typer.Option(min=0, help="Of the training videos that are used here.")
    ] = 1200,
    fitted: Annotated[
        int, typer.Option(min=1, help="Training videos whose normal stretches are learned from.")
    ] = 40,
    held_out: Annotated[
        int, typer.Option(min=1, help="Training videos that say what a false alarm is.")
    ] = 20,
    num_videos: Annotated[int | None, typer.Option(min=1, help="Of the test split.")] = None,
    smooth_s: Annotated[float, typer.Option(min=0, help="Sigma of a Gaussian over scores.")] = 2.0,
    rounds: Annotated[int, typer.Option(min=1, help="Draws for the intervals.")] = 300,
    out: RecordOption = None,
) -> None:
    """Local Patterns on simulated videos: frame metrics, and boxes at the events' peaks."""
    from benchmarks.local_patterns.simulated import SimulatedArguments, run_simulated
    from benchmarks.local_patterns.simulated_report import simulated_table

    record = run_simulated(
        SimulatedArguments(
            work=work,
            first=first,
            fitted=fitted,
            held_out=held_out,
            num_videos=num_videos,
            smooth_s=smooth_s,
            rounds=rounds,
        )
    )
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(simulated_table(record))
