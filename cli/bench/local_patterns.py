"""`retrace bench local-patterns`: what each part of Local Patterns brings on real footage."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import RecordOption, SharedOption, WorkOption
from cli.output import say, show


def local_patterns(
    shared: SharedOption,
    dataset: Annotated[str, typer.Option(help="ped2, or walkway (simulated).")] = "ped2",
    work: WorkOption = Path("runs/local-patterns"),
    setting: Annotated[
        list[str] | None, typer.Option(help="Names of rows to score; none: all.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Modules of the chosen setting.")] = 1,
    rounds: Annotated[int, typer.Option(min=1, help="Draws for the intervals.")] = 1000,
    out: RecordOption = None,
) -> None:
    """Ped2 or a walkway by the paper's settings and ours, learning from the other clips."""

    from benchmarks.local_patterns.arguments import PatternArguments
    from benchmarks.local_patterns.report import patterns_table
    from benchmarks.local_patterns.running import run_patterns
    from search_api.requests import parse

    options = {
        "shared": shared,
        "dataset": dataset,
        "work": work,
        "setting": setting or (),
        "seeds": seeds,
        "rounds": rounds,
    }
    arguments = parse(PatternArguments, options)
    record = run_patterns(arguments, say=say)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(patterns_table(record))


def local_patterns_library(
    shared: SharedOption,
    work: WorkOption = Path("runs/local-patterns-library"),
    regions: Annotated[str, typer.Option(help="As `retrace index --regions` has it.")] = "windows",
    seeds: Annotated[int, typer.Option(min=1, help="Modules of the fitted camera.")] = 1,
    rounds: Annotated[int, typer.Option(min=1, help="Draws for the intervals.")] = 1000,
    out: RecordOption = None,
) -> None:
    """Ped2 as a user would have it: indexed, a camera fitted on normal footage, curves read."""

    from benchmarks.local_patterns.library_run import LibraryArguments, run_library
    from benchmarks.local_patterns.report import library_table
    from search_api.requests import parse

    options = {"shared": shared, "work": work, "regions": regions, "seeds": seeds}
    record = run_library(parse(LibraryArguments, options | {"rounds": rounds}), say=say)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(library_table(record))


def local_patterns_speed(
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    size: Annotated[str, typer.Option(help="real (BLIP-2's sizes), or a tiny smoke.")] = "real",
    regions: Annotated[int, typer.Option(min=1, help="At once, of all frames.")] = 256,
    out: RecordOption = None,
) -> None:
    """Speed of each module with random weights of BLIP-2's size, beside the FLOP floor."""

    from benchmarks.local_patterns.report import pattern_speed_table
    from benchmarks.local_patterns.speed import PatternSpeedArguments, run_pattern_speed
    from search_api.requests import parse

    options = {"device": device, "size": size, "regions": regions}
    arguments = parse(PatternSpeedArguments, options)
    record = run_pattern_speed(arguments)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(pattern_speed_table(record))
