"""`retrace bench training-speed`: how fast ALAN trains on this machine."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import RecordOption
from cli.output import say, show


def training_speed(
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    size: Annotated[
        str, typer.Option(help="paper (d = 768, BERT-base, batches of 64), or a tiny smoke.")
    ] = "paper",
    videos: Annotated[int, typer.Option(min=2, help="In memory, seen once per epoch.")] = 1610,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="To measure per mode, in whole epochs; one epoch if not given."),
    ] = None,
    compiled: Annotated[
        bool, typer.Option("--compiled/--no-compiled", help="Measure torch.compile too.")
    ] = True,
    seed: Annotated[int, typer.Option(help="Of data, weights and sampling.")] = 0,
    peak_fp32_tflops: Annotated[
        float | None, typer.Option(min=0, help="Of the device; measured where not given.")
    ] = None,
    peak_bf16_tflops: Annotated[
        float | None, typer.Option(min=0, help="Of the device; measured where not given.")
    ] = None,
    out: RecordOption = None,
) -> None:
    """Training speed and memory in fp32, bf16 and compiled, beside what the arithmetic needs.

    Features, sentences and weights are random: speed does not depend on what is learned.
    """
    _run(out, **{name: value for name, value in locals().items() if name != "out"})


def _run(out: Path | None, **options: Any) -> None:
    from benchmarks.training_speed.arguments import SpeedArguments
    from benchmarks.training_speed.report import training_speed_table
    from benchmarks.training_speed.running import run_training_speed
    from search_api.requests import parse

    arguments = parse(SpeedArguments, options)
    record = run_training_speed(arguments, say)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(training_speed_table(record))
