"""`retrace bench TASK`: how well it works, with a record that says how that was found out."""

from pathlib import Path
from typing import Annotated

import typer

from cli.bench import (
    calibration,
    frames,
    local_patterns,
    local_patterns_simulated,
    profiles,
    replaying,
    retrieval,
    served,
    serving,
    towers,
    traces,
    training,
)

app = typer.Typer(help="Measures retrace.", invoke_without_command=True)
app.command()(profiles.compact)
app.command()(profiles.indexing)
app.command()(served.library)
app.command()(serving.serving)
app.command()(training.training_speed)
app.command()(towers.tower_speed)
app.command("vad-ucf-crime")(frames.labelled("vad-ucf-crime", "UCF-Crime"))
app.command("vad-xd-violence")(frames.labelled("vad-xd-violence", "XD-Violence"))
app.command("vad-shanghaitech")(frames.labelled("vad-shanghaitech", "ShanghaiTech"))
app.command()(calibration.calibration_check)
app.command()(frames.vad_ped2)
app.command()(frames.vad_simulated)
app.command()(local_patterns.local_patterns)
app.command()(local_patterns.local_patterns_library)
app.command()(local_patterns.local_patterns_speed)
app.command()(local_patterns_simulated.local_patterns_simulated)
for of_trace in (
    traces.trace_ablations,
    traces.trace_explanations,
    traces.trace_fights,
    traces.trace_gradual,
    traces.trace_speed,
):
    app.command()(of_trace)
for task in (
    retrieval.c3d_subset,
    retrieval.ucfcrime_ar,
    retrieval.xdviolence_ar,
    retrieval.simulated,
    retrieval.retrieval,
):
    app.command()(task)


@app.callback()
def bench(
    ctx: typer.Context,
    replay: Annotated[
        Path | None,
        typer.Option(metavar="RECORD", help="Run the task of a record again, and compare."),
    ] = None,
) -> None:
    """Measures retrace."""
    if replay is not None:
        replaying.replay(replay)
    elif ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
