"""`retrace train trace`: TRACE's adapters and fusion, label-free."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import say


def trace(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the network.")],
    dataset: Annotated[str, typer.Option(help="Footage with captions: simulated.")] = "simulated",
    work: Annotated[
        Path, typer.Option("--work", metavar="DIR", help="Simulated features are kept here.")
    ] = Path("runs/simulated"),
    videos: Annotated[int, typer.Option(min=0, help="Untrimmed training videos.")] = 1400,
    scenes: Annotated[int, typer.Option(min=0, help="Short scenes with one event each.")] = 0,
    timed: Annotated[
        bool, typer.Option("--timed/--untimed", help="Whether captions say when.")
    ] = True,
    fusion: Annotated[str, typer.Option(help="attention, concat or appearance.")] = "attention",
    window: Annotated[
        list[str] | None,
        typer.Option("--window", help="Slots, or SLOTSxSTRIDE, in clips; several are fused."),
    ] = None,
    ahead: Annotated[int, typer.Option(min=0, help="Clips that windows look ahead.")] = 7,
    joint: Annotated[
        int, typer.Option(min=0, help="Bottleneck over the fused vector; 0 for none.")
    ] = 192,
    epochs: Annotated[int, typer.Option(min=1, help="Of four pieces of each video.")] = 8,
    batch_size: Annotated[int, typer.Option(min=2, help="Pieces at a time.")] = 48,
    lr: Annotated[float, typer.Option(help="Peak of the learning rate.")] = 2e-3,
    dropout: Annotated[float, typer.Option(min=0, max=0.9)] = 0.1,
    word_noise: Annotated[
        float, typer.Option(min=0, help="On sentences' vectors, in their lengths.")
    ] = 1.0,
    averaging: Annotated[
        float, typer.Option(min=0, max=0.9999, help="Decay of the weights' mean; 0 for the last.")
    ] = 0.998,
    seed: Annotated[int, typer.Option(help="Of weights, order and wordings.")] = 0,
) -> None:
    """Trains TRACE on captions that say what happens, and never whether anything is wrong.

    Without options it makes the network of the compact profile.

    A run that was stopped goes on when the same command is given again.
    """

    from benchmarks.trace.training import TraceTraining, train_trace
    from search_api.requests import parse

    options = {
        "dataset": dataset,
        "work": work,
        "videos": videos,
        "scenes": scenes,
        "timed": timed,
        "fusion": fusion,
        "windows": [_window(text) for text in window or ["16"]],
        "ahead": ahead,
        "joint": joint,
        "epochs": epochs,
        "batch_size": batch_size,
        "lr": lr,
        "dropout": dropout,
        "word_noise": word_noise,
        "averaging": averaging,
        "seed": seed,
    }
    asked = parse(TraceTraining, options)
    record = train_trace(
        asked, out, on_epoch=lambda epoch, loss: say(f"epoch {epoch}/{epochs}: loss {loss:.3f}")
    )
    say(f"wrote {out}: {record.lessons} lessons, {record.sentences} sentences")


def _window(text: str) -> list[str]:
    slots, _, stride = text.partition("x")
    return [slots, stride or "1"]
