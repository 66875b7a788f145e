"""`retrace train MODEL`: weights from footage or from features."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.bench.retrieval import (
    AnnotationsOption,
    Bf16Option,
    CompileOption,
    DeviceOption,
    EpochsOption,
    FeaturesOption,
    LanguageOption,
    ProfileOption,
    QueryOption,
    TextEncoderOption,
    TrainOption,
)
from cli.options import SharedOption, WorkOption
from cli.output import say
from cli.train_local_patterns import local_patterns
from cli.train_trace import trace

if TYPE_CHECKING:
    from benchmarks.retrieval.experiment import Experiment

app = typer.Typer(help="Trains models.", no_args_is_help=True)
app.command()(trace)
app.command()(local_patterns)


@app.command()
def alan(
    dataset: Annotated[
        str,
        typer.Option(help="ucfcrime-ar, xdviolence-ar, simulated, or PATH.toml of your own."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the network and its log.")],
    features: FeaturesOption = None,
    annotations: AnnotationsOption = None,
    language: LanguageOption = "en",
    query: QueryOption = "text",
    train: TrainOption = 1000,
    work: Annotated[
        Path, typer.Option("--work", metavar="DIR", help="Simulated features are kept here.")
    ] = Path("runs/simulated"),
    profile: ProfileOption = "compact",
    text_encoder: TextEncoderOption = None,
    epochs: EpochsOption = None,
    reduction: Annotated[
        str, typer.Option(help="Of the ranking loss: mean (the code form) or sum (as printed).")
    ] = "mean",
    masking: Annotated[
        str, typer.Option(help="VPMPM: phrases, noun and verb words, words, or none.")
    ] = "phrases",
    phrases: Annotated[
        str, typer.Option(help="Parser of phrases: auto, spacy or textblob.")
    ] = "auto",
    seed: Annotated[int, typer.Option(help="Of the weights, the order and the sampling.")] = 0,
    device: DeviceOption = "cpu",
    bf16: Bf16Option = False,
    compile: CompileOption = False,
    gradient_checkpointing: Annotated[
        bool, typer.Option("--gradient-checkpointing", help="Of a trained text backbone.")
    ] = False,
) -> None:
    """Trains ALAN on clip features: ranking, anomaly detector, masked phrases (VPMPM).

    A run that was stopped goes on when the same command is given again.
    """
    from benchmarks.retrieval.training import TrainingJob
    from cli.progress import TrainingProgress

    recipe = {"seed": seed, "reduction": reduction, "masking": masking}
    options = {
        "dataset": dataset,
        "features": features,
        "annotations": annotations,
        "language": language,
        "query": query,
        "train": train,
        "work": work,
        "profile": profile,
        "text_encoder": text_encoder,
        "phrases": phrases,
        "device": device,
        "bf16": bf16,
        "compile": compile,
        "gradient_checkpointing": gradient_checkpointing,
        "recipe": recipe | ({} if epochs is None else {"epochs": epochs}),
    }
    experiment = _experiment(options)
    with TrainingProgress() as progress:
        command = shlex.join(["retrace", *sys.argv[1:]])
        job = TrainingJob(experiment, out, command, progress.start, progress.show)
        record = job.run()
    say(f"wrote {out}: {record.scores['steps']} steps on {record.scores['videos']} videos")


def _experiment(options: dict[str, Any]) -> "Experiment":
    from benchmarks.retrieval.arguments import TrainArguments
    from search_api.requests import parse

    arguments = parse(TrainArguments, options)
    return arguments.experiment()


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
