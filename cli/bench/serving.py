"""`retrace bench serving`: how fast a service answers."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import RecordOption, WorkOption
from cli.output import say, show
from segments.errors import UserError


def serving(
    points: Annotated[
        str, typer.Option(help="Of the made-up libraries, by comma.")
    ] = "10000,100000,1000000",
    seconds: Annotated[
        float, typer.Option(help="Each stream of queries is asked for so long.")
    ] = 10,
    clients: Annotated[
        str, typer.Option(help="That ask the mixed stream at once, by comma.")
    ] = "1,8,32",
    url: Annotated[
        str | None, typer.Option(help="Measure the service that answers here; nothing is made.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of libraries and queries.")] = 0,
    work: WorkOption = Path("runs/serving"),
    out: RecordOption = None,
) -> None:
    """How fast searches are answered over libraries of made-up points, and where the time goes.

    A million points take about 20 GB of disk while they are made, and a quarter of an hour.
    """
    from benchmarks.serving.arguments import ServingArguments
    from benchmarks.serving.report import serving_table
    from benchmarks.serving.running import run_serving
    from search_api.requests import parse

    arguments = parse(
        ServingArguments,
        {
            "points": numbers(points),
            "seconds": seconds,
            "clients": numbers(clients),
            "url": url,
            "seed": seed,
        },
    )
    record = run_serving(arguments, work, say)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(serving_table(record))


def numbers(text: str) -> tuple[int, ...]:
    """Numbers that are separated by commas.

    Raises:
        UserError: something else, or a number below one.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise UserError(f"{text!r} is no list of whole numbers above zero: write 1,8,32")
    return tuple(map(int, parts))
