"""`retrace bench trace-...`: what of TRACE matters."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import RecordOption, SharedOption, WorkOption
from cli.output import say, show


def trace_ablations(
    work: WorkOption = Path("runs/simulated"),
    ablation: Annotated[
        list[str] | None,
        typer.Option(
            help="fusion, window, rule, k, bank-size, contexts, smoothing, resampling; none: all."
        ),
    ] = None,
    network: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=DIR", help="A network from `retrace train trace` beside it."),
    ] = None,
    num_videos: Annotated[int | None, typer.Option(min=1, help="Of the test split.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Draws for the intervals.")] = 1000,
    out: RecordOption = None,
) -> None:
    """TRACE on the simulated test videos, with one thing changed at a time."""

    from benchmarks.trace.ablations import run_ablations
    from benchmarks.trace.arguments import ABLATIONS, AblationArguments
    from benchmarks.trace.report import ablations_table
    from search_api.requests import parse

    options = {
        "work": work,
        "ablation": ablation or ABLATIONS,
        "network": network or (),
        "num_videos": num_videos,
        "rounds": rounds,
    }
    arguments = parse(AblationArguments, options)
    record = run_ablations(arguments)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(ablations_table(record))


def trace_fights(
    shared: SharedOption,
    profile: Annotated[str, typer.Option(help="Models that see the clips.")] = "compact",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "cpu",
    out: RecordOption = None,
) -> None:
    """TRACE on surv-fight, fights against normal clips; it has learned from none of them."""
    from benchmarks.trace.fights import FightArguments, run_fights
    from benchmarks.trace.report import fights_table

    record = run_fights(FightArguments(shared=shared, profile=profile, device=device))
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(fights_table(record))


def trace_speed(
    profile: Annotated[
        str, typer.Option(help="Widths: compact, or clip for ViT-B/16.")
    ] = "compact",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "cpu",
    clips: Annotated[int, typer.Option(min=16, help="Of the archive.")] = 4096,
    threads: Annotated[int, typer.Option(min=1)] = 2,
    size: Annotated[
        str, typer.Option(help="Of clip's encoders: real, or a tiny smoke that only shows it runs.")
    ] = "real",
    out: RecordOption = None,
) -> None:
    """Speed of TRACE after the encoders: clips per second, live and from an archive.

    With the profile clip the whole way is measured too, from pictures to scores, through CLIP
    ViT-B/16 and TimeSformer with random weights: as they run and compiled, beside the FLOP floor.
    """

    from benchmarks.trace.report import speed_table
    from benchmarks.trace.speed import WIDTHS, SpeedArguments, run_speed
    from benchmarks.trace.tables import whole_table
    from search_api.requests import parse
    from segments.errors import UserError

    options = {key: value for key, value in locals().items() if key in SpeedArguments.model_fields}
    if profile not in WIDTHS:
        raise UserError(f"no widths of {profile!r}: choose among {', '.join(WIDTHS)}")
    arguments = parse(SpeedArguments, options)
    record = run_speed(arguments)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(speed_table(record))
    if record.scores["whole"]:
        show(whole_table(record))


def trace_gradual(
    network: Annotated[
        list[str],
        typer.Option(metavar="NAME=DIR", help="Networks from `retrace train trace`; repeat."),
    ],
    work: WorkOption = Path("runs/simulated"),
    first: Annotated[int, typer.Option(min=0, help="First training video they do not know.")] = 800,
    last: Annotated[int, typer.Option(min=1, help="Number after the last.")] = 1000,
    rounds: Annotated[int, typer.Option(min=1, help="Draws for the intervals.")] = 200,
    out: RecordOption = None,
) -> None:
    """How well networks tell what happens gradually, on training videos that they do not know."""
    from benchmarks.trace.gradual import GradualArguments, run_gradual
    from benchmarks.trace.tables import gradual_table

    record = run_gradual(
        GradualArguments(work=work, network=tuple(network), first=first, last=last, rounds=rounds)
    )
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(gradual_table(record))


def trace_explanations(
    work: WorkOption = Path("runs/simulated"),
    videos: Annotated[int, typer.Option(min=1, help="Of different events.")] = 10,
    out: RecordOption = None,
) -> None:
    """Whether the nearest traces name the kind of event that a simulated video shows."""
    from benchmarks.trace.explanations import ExplanationArguments, run_explanations
    from benchmarks.trace.report import explanations_table

    record = run_explanations(ExplanationArguments(work=work, videos=videos))
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(explanations_table(record))
