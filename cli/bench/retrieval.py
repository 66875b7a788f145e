"""`retrace bench c3d-subset|ucfcrime-ar|xdviolence-ar|simulated|retrieval`: Recall@K."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import RecordOption, SharedOption
from cli.output import say, show

FeaturesOption = Annotated[
    Path | None, typer.Option("--features", metavar="DIR", help="Folder of clip features.")
]
AnnotationsOption = Annotated[
    Path | None,
    typer.Option("--annotations", metavar="DIR", help="Folder of captions or feature lists."),
]
CheckpointOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--checkpoint",
        metavar="DIR",
        help="A folder that `retrace train alan` wrote; once per seed. None: train first.",
    ),
]
SeedsOption = Annotated[int, typer.Option(min=1, help="Networks to train, one per seed.")]
ProfileOption = Annotated[
    str, typer.Option("--profile", help="How to train: paper, compact, aligned or clip.")
]
SuitedProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile", help="How to train: paper, compact, aligned or clip; else what suits."
    ),
]
TextEncoderOption = Annotated[
    Path | None,
    typer.Option(
        "--text-encoder",
        metavar="DIR",
        help="BERT-base-cased, trained along by --profile paper.",
    ),
]
EpochsOption = Annotated[
    int | None, typer.Option(min=1, help="Of each training run; the profile's where not given.")
]
LanguageOption = Annotated[str, typer.Option(help="Of the captions: en or zh.")]
QueryOption = Annotated[str, typer.Option("--query", help="Ask by text or by audio.")]
WorkOption = Annotated[
    Path | None,
    typer.Option(
        "--work", metavar="DIR", help="Features and training runs are kept here, to go on from."
    ),
]
AblationOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Tables instead: sampling, temperature, lead, masking, alignment, or all; repeatable."
    ),
]
TableOption = Annotated[
    Path, typer.Option("--table", metavar="TOML", help="Describes the videos and their texts.")
]
TrainOption = Annotated[int, typer.Option("--train", min=2, help="Videos to learn from.")]
TestOption = Annotated[int, typer.Option("--test", min=1, help="Videos to be found.")]
CompileOption = Annotated[bool, typer.Option("--compile", help="torch.compile the encoders.")]
DeviceOption = Annotated[str, typer.Option(help="cpu, or cuda where there is one.")]
Bf16Option = Annotated[bool, typer.Option("--bf16", help="Autocast to bfloat16.")]


def c3d_subset(
    shared: SharedOption,
    ablation: AblationOption = None,
    seeds: SeedsOption = 5,
    epochs: EpochsOption = None,
    bf16: Bf16Option = False,
    out: RecordOption = None,
) -> None:
    """290 videos of UCFCrime-AR with real C3D features: ridge, ALAN from scratch, ALAN started.

    Five folds pooled and the official split; every choice is made inside the training videos.
    """
    _run(
        "c3d-subset",
        out,
        shared=shared,
        ablation=tuple(ablation or ()),
        seeds=seeds,
        epochs=epochs,
        bf16=bf16,
    )


def ucfcrime_ar(
    features: FeaturesOption = None,
    annotations: AnnotationsOption = None,
    language: LanguageOption = "en",
    ablation: AblationOption = None,
    checkpoint: CheckpointOption = None,
    seeds: SeedsOption = 5,
    profile: SuitedProfileOption = None,
    text_encoder: TextEncoderOption = None,
    epochs: EpochsOption = None,
    work: WorkOption = None,
    device: DeviceOption = "cpu",
    bf16: Bf16Option = False,
    compile: CompileOption = False,
    out: RecordOption = None,
) -> None:
    """UCFCrime-AR, text and video (Table II): official captions and I3D features."""
    _run(
        "ucfcrime-ar",
        out,
        features=features,
        annotations=annotations,
        language=language,
        ablation=tuple(ablation or ()),
        checkpoint=tuple(checkpoint or ()),
        seeds=seeds,
        profile=profile,
        text_encoder=text_encoder,
        epochs=epochs,
        work=work,
        device=device,
        bf16=bf16,
        compile=compile,
    )


def xdviolence_ar(
    features: FeaturesOption = None,
    annotations: AnnotationsOption = None,
    ablation: AblationOption = None,
    checkpoint: CheckpointOption = None,
    seeds: SeedsOption = 5,
    profile: SuitedProfileOption = None,
    epochs: EpochsOption = None,
    work: WorkOption = None,
    device: DeviceOption = "cpu",
    bf16: Bf16Option = False,
    compile: CompileOption = False,
    out: RecordOption = None,
) -> None:
    """XDViolence-AR, sound and video (Table III): official lists, I3D and VGGish features."""
    _run(
        "xdviolence-ar",
        out,
        features=features,
        annotations=annotations,
        ablation=tuple(ablation or ()),
        checkpoint=tuple(checkpoint or ()),
        seeds=seeds,
        profile=profile,
        epochs=epochs,
        work=work,
        device=device,
        bf16=bf16,
        compile=compile,
    )


def simulated(
    query: QueryOption = "text",
    train: TrainOption = 1000,
    test: TestOption = 250,
    ablation: AblationOption = None,
    checkpoint: CheckpointOption = None,
    seeds: SeedsOption = 1,
    profile: SuitedProfileOption = None,
    epochs: EpochsOption = None,
    work: WorkOption = None,
    device: DeviceOption = "cpu",
    bf16: Bf16Option = False,
    out: RecordOption = None,
) -> None:
    """Untrimmed simulated videos, by words or by sound; drawn where they are missing."""
    _run(
        "simulated",
        out,
        query=query,
        train=train,
        test=test,
        ablation=tuple(ablation or ()),
        checkpoint=tuple(checkpoint or ()),
        seeds=seeds,
        profile=profile,
        epochs=epochs,
        work=work,
        device=device,
        bf16=bf16,
    )


def retrieval(
    table: TableOption,
    features: FeaturesOption,
    ablation: AblationOption = None,
    checkpoint: CheckpointOption = None,
    seeds: SeedsOption = 1,
    profile: SuitedProfileOption = None,
    text_encoder: TextEncoderOption = None,
    epochs: EpochsOption = None,
    work: WorkOption = None,
    device: DeviceOption = "cpu",
    bf16: Bf16Option = False,
    out: RecordOption = None,
) -> None:
    """A data set of your own, described by a TOML file, with features extracted by retrace."""
    _run(
        "retrieval",
        out,
        table=table,
        features=features,
        ablation=tuple(ablation or ()),
        checkpoint=tuple(checkpoint or ()),
        seeds=seeds,
        profile=profile,
        text_encoder=text_encoder,
        epochs=epochs,
        work=work,
        device=device,
        bf16=bf16,
    )


def _run(task: str, out: Path | None, **options: Any) -> None:
    """Runs a task on what its command was given, and shows its table."""
    from benchmarks.retrieval.arguments import RetrievalArguments
    from benchmarks.retrieval.report import table_of
    from benchmarks.retrieval.tasks import Watcher, run_retrieval
    from search_api.requests import parse

    arguments = parse(RetrievalArguments, {"task": task} | options)
    watcher = Watcher(say, on_video=_say_drawn)
    record = run_retrieval(arguments, watcher)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(table_of(record))


def _say_drawn(done: int, of: int) -> None:
    if done % 50 == 0 or done == of:
        say(f"drew {done} of {of} videos")
