"""`retrace bench vad-...`: how well scores per frame tell abnormal frames from normal ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.frame_scores.arguments import FrameArguments, TaskName
from cli.options import RecordOption, SharedOption, WorkOption
from cli.output import say, show

DetectorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--detector",
        help="alan (default), trace, or a trivial one: those are in every table where they can.",
    ),
]
CheckpointOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--checkpoint",
        metavar="DIR",
        help="A trained ALAN; several are reported as mean and deviation. None: the profile's.",
    ),
]
SeedsOption = Annotated[
    int | None,
    typer.Option("--seeds", min=1, help="Trained networks to expect; says how to make them."),
]
FeaturesOption = Annotated[
    Path | None, typer.Option("--features", metavar="DIR", help="Clip features, as released.")
]
VideosOption = Annotated[
    Path | None, typer.Option("--videos", metavar="DIR", help="The videos, instead of features.")
]
AnnotationsOption = Annotated[
    Path | None, typer.Option("--annotations", metavar="DIR", help="The official frame labels.")
]
FpsOption = Annotated[
    float | None,
    typer.Option("--fps", help="Of the videos, for features from `retrace features extract`."),
]
ProfileOption = Annotated[str, typer.Option("--profile", help="Models that see the videos.")]
DeviceOption = Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")]
SmoothOption = Annotated[
    float,
    typer.Option("--smooth", min=0, help="Sigma of a Gaussian over each video, in frames."),
]
RoundsOption = Annotated[int, typer.Option("--rounds", min=1, help="Draws for the intervals.")]
ScoresOption = Annotated[
    Path | None, typer.Option("--scores", metavar="DIR", help="Keep each video's scores here.")
]


def labelled(task: TaskName, title: str) -> Callable[..., None]:
    """The command of a benchmark whose labels, and features or videos, the user has."""

    def command(
        annotations: AnnotationsOption = None,
        features: FeaturesOption = None,
        videos: VideosOption = None,
        detector: DetectorOption = None,
        checkpoint: CheckpointOption = None,
        seeds: SeedsOption = None,
        fps: FpsOption = None,
        profile: ProfileOption = "auto",
        device: DeviceOption = "auto",
        smooth: SmoothOption = 0.0,
        rounds: RoundsOption = 2000,
        scores: ScoresOption = None,
        out: RecordOption = None,
    ) -> None:
        arguments = FrameArguments(
            task=task,
            annotations=annotations,
            features=features,
            videos=videos,
            detector=tuple(detector or ("alan",)),
            checkpoint=tuple(checkpoint or ()),
            seeds=seeds,
            fps=fps,
            profile=profile,
            device=device,
            smooth=smooth,
            rounds=rounds,
        )
        _run(arguments, scores, out)

    command.__doc__ = f"Frame scores on {title}: AUC and AP of detectors beside trivial ones."
    return command


def vad_ped2(
    shared: SharedOption,
    detector: DetectorOption = None,
    checkpoint: CheckpointOption = None,
    seeds: SeedsOption = None,
    profile: ProfileOption = "auto",
    device: DeviceOption = "auto",
    smooth: SmoothOption = 0.0,
    rounds: RoundsOption = 2000,
    scores: ScoresOption = None,
    out: RecordOption = None,
) -> None:
    """Frame scores on the 12 test clips of UCSD Ped2; nothing is trained."""
    arguments = FrameArguments(
        task="vad-ped2",
        shared=shared,
        detector=tuple(detector or ("alan",)),
        checkpoint=tuple(checkpoint or ()),
        seeds=seeds,
        profile=profile,
        device=device,
        smooth=smooth,
        rounds=rounds,
    )
    _run(arguments, scores, out)


def vad_simulated(
    work: WorkOption = Path("runs/simulated"),
    detector: DetectorOption = None,
    checkpoint: CheckpointOption = None,
    seeds: SeedsOption = None,
    num_videos: Annotated[
        int | None, typer.Option(min=1, help="Of the test split, from its first; None: all.")
    ] = None,
    device: DeviceOption = "auto",
    smooth: SmoothOption = 0.0,
    rounds: RoundsOption = 2000,
    scores: ScoresOption = None,
    out: RecordOption = None,
) -> None:
    """Frame scores on the simulated benchmark's test videos, which are drawn where missing."""
    arguments = FrameArguments(
        task="vad-simulated",
        work=work,
        detector=tuple(detector or ("alan",)),
        checkpoint=tuple(checkpoint or ()),
        seeds=seeds,
        num_videos=num_videos,
        device=device,
        smooth=smooth,
        rounds=rounds,
    )
    _run(arguments, scores, out)


def _run(arguments: FrameArguments, scores: Path | None, out: Path | None) -> None:
    from benchmarks.frame_scores.report import frames_table
    from benchmarks.frame_scores.running import run_frames

    with _progress() as progress:
        record = run_frames(arguments, scores_dir=scores, progress=progress)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(frames_table(record))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar of videos on a terminal; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        shown = bar.add_task("videos", total=None)
        yield lambda done, total: bar.update(shown, completed=done, total=total)
