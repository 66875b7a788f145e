"""`retrace bench calibration-check`: whether calibrations keep what they say."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import RecordOption, WorkOption
from cli.output import say, show


def calibration_check(
    work: WorkOption = Path("runs/simulated"),
    splits: Annotated[int, typer.Option(min=1, help="Random halves for every row.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the splits.")] = 0,
    out: RecordOption = None,
) -> None:
    """Alarms on held-out simulated footage against the interval that was stated for them."""
    from benchmarks.calibration_check.arguments import CalibrationArguments
    from benchmarks.calibration_check.report import calibration_table
    from benchmarks.calibration_check.running import run_check

    record = run_check(CalibrationArguments(work=work, splits=splits, seed=seed))
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(calibration_table(record))
