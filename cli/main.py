"""The console command `retrace`."""

from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from cli import (
    bench,
    calibrate,
    cases,
    clip,
    curve,
    evidence,
    features,
    index,
    keys,
    library,
    models,
    search,
    serve,
    traces,
    train,
    ui,
    verify,
)
from segments.errors import RetraceError

EXIT_ERROR, EXIT_INTERRUPTED = 1, 130


class RetraceGroup(TyperGroup):
    """Turns what the user can repair into one line on stderr. Anything else is a bug, and shows."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except RetraceError as error:
            _complain(str(error))
            raise typer.Exit(EXIT_ERROR) from error
        except KeyboardInterrupt:
            _complain("interrupted")
            raise typer.Exit(EXIT_INTERRUPTED) from None


app = typer.Typer(
    cls=RetraceGroup,
    help="Finds the moment something went wrong in hours of footage.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(index.index)
app.command()(search.search)
app.command()(curve.curve)
app.command()(clip.clip)
app.command()(calibrate.calibrate)
app.command()(verify.verify)
app.command()(serve.serve)
app.command()(ui.ui)
app.add_typer(library.app, name="library")
app.add_typer(cases.app, name="case")
app.add_typer(evidence.app, name="evidence")
app.add_typer(keys.app, name="keys")
app.add_typer(features.app, name="features")
app.add_typer(models.app, name="models")
app.add_typer(traces.app, name="traces")
app.add_typer(train.app, name="train")
app.add_typer(bench.app, name="bench")


def main() -> None:
    app()


def _complain(message: str) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(message, style="red", markup=False)
