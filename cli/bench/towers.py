"""`retrace bench tower-speed`: how fast pretrained models would run on this machine."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import RecordOption
from cli.output import say, show
from cli.stopping import stop_on_interrupt


def tower_speed(
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    size: Annotated[
        str, typer.Option(help="real (the published checkpoints' sizes), or a tiny smoke.")
    ] = "real",
    all: Annotated[
        bool, typer.Option("--all", help="On a CPU too, the models meant for a GPU.")
    ] = False,
    compile: Annotated[
        bool | None,
        typer.Option("--compile/--no-compile", help="Measure torch.compile too; default on a GPU."),
    ] = None,
    minutes: Annotated[
        float, typer.Option(min=0, help="What has not begun by then is left out, and says so.")
    ] = 8.0,
    seed: Annotated[int, typer.Option(help="Of weights, pictures and sounds.")] = 0,
    out: RecordOption = None,
) -> None:
    """Speed and memory of the profiles' models and of whole profiles, beside the FLOP floor.

    Weights are random, of the published sizes, so nothing is downloaded: up to 12 GB are written
    to a temporary folder. Ctrl-C ends it with what was measured until then.
    """
    _run(out, **{name: value for name, value in locals().items() if name != "out"})


def _run(out: Path | None, **options: Any) -> None:
    from benchmarks.tower_speed.arguments import TowerSpeedArguments
    from benchmarks.tower_speed.report import tower_speed_table
    from benchmarks.tower_speed.running import run_tower_speed
    from search_api.requests import parse

    arguments = parse(TowerSpeedArguments, options)
    with stop_on_interrupt() as stop:
        record = run_tower_speed(arguments, say, stop.is_set)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(tower_speed_table(record))
