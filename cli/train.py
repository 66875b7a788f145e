"""`retrace train MODEL`: weights from footage."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import SharedOption, WorkOption
from cli.output import say

app = typer.Typer(help="Trains models.", no_args_is_help=True)


@app.command()
def compact(
    shared: SharedOption,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the weights.")],
    work: WorkOption = Path("runs/compact"),
    seed: Annotated[int, typer.Option(help="Of every stage.")] = 0,
) -> None:
    """Makes the weights of the compact profile; about half an hour on two cores.

    Rendered and decoded footage stays in the working folder: a run that was stopped goes on there.
    """
    from benchmarks.compact.workshop import Workshop

    models = Workshop(shared, work, seed=seed, say=say).make_models()
    models.save(out)
    say(f"wrote {out}")
