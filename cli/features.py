"""`retrace features`: clip features of footage, in files."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.index import EXIT_INTERRUPTED, print_report, require_files
from cli.output import say

app = typer.Typer(help="Clip features of your own footage, in files.", no_args_is_help=True)


@app.command()
def extract(
    paths: Annotated[list[Path], typer.Argument(help="Files, and folders of files.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="The folder of the features.")
    ],
    profile: Annotated[
        str, typer.Option(help="Models to use; auto takes the best that is here.")
    ] = "auto",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    name_by: Annotated[
        Literal["file", "folder"],
        typer.Option(help="What a video is called: its file's name, or FOLDER_NAME."),
    ] = "file",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Files to decode side by side.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Writes a profile's clip features: DIR/STREAM/NAME__0.npy, DIR/audio/NAME.npy.

    They are the numbers that `retrace index` computes; benchmarks and training read them. Run it
    again to go on after an interruption, or to add what is new; nothing is done twice.
    Exit code: 0 all fine, 3 some files failed, 1 nothing could be done.
    """
    from cli.progress import IndexProgress
    from cli.stopping import stop_on_interrupt
    from encoders.registry import load_profile, resolve_profile
    from indexer.discovery import discover
    from indexer.extraction import extract_features

    files = discover(paths, skip=out)
    require_files(files)
    chosen = resolve_profile(profile)
    if profile == "auto":
        say(f"profile {chosen}: the best whose weights are on this machine")
    loaded = load_profile(chosen, device=device)
    with stop_on_interrupt() as stop, IndexProgress(files) as progress:
        report = extract_features(
            out,
            files,
            loaded,
            name_by=name_by,
            workers=workers,
            observer=progress.show,
            stop=stop,
        )
    print_report(report, as_json=as_json)
    raise typer.Exit(EXIT_INTERRUPTED if report.interrupted else report.exit_code)
