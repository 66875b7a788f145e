"""The detection benchmarks by name: whose frames, labelled by whom, clips from where."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.feature_folders import FEATURES_SOURCE, LAYOUT_FILE
from benchmarks.datasets.frame_labels import (
    LISTS_SOURCE,
    PED2_SOURCE,
    SHANGHAI_SOURCE,
    FrameLabels,
    open_ped2,
    open_shanghaitech,
    open_ucf_crime,
    open_xd_violence,
)
from benchmarks.datasets.simulated import Progress, open_simulated
from benchmarks.frame_scores.arguments import FrameArguments, TaskName
from benchmarks.frame_scores.clips import ClipSource, Labels
from benchmarks.frame_scores.footage import FootageClips
from benchmarks.frame_scores.sources import FolderClips, SimulatedClips, SimulatedLabels
from benchmarks.simulator.programme import NUM_VIDEOS
from encoders.base import Profile
from encoders.registry import load_profile
from indexer.feature_folder import FeatureRecord
from segments.errors import UserError


@dataclass(frozen=True)
class FrameTask:
    """A test set, ready to be scored."""

    name: TaskName
    labels: Labels
    clips: ClipSource
    profile: Profile | None
    """What made the clips' features, where it is on this machine: its own network can score."""


@dataclass(frozen=True)
class Facts:
    """What is known of a task before any file is."""

    title: str
    training: str
    """Options of `retrace train alan` that make a network for it."""
    open_labels: Callable[[Path], FrameLabels] | None = None
    """From the folder of annotations; None: the simulator knows."""
    labels_source: str = ""


TASKS: dict[TaskName, Facts] = {
    "vad-ucf-crime": Facts(
        "UCF-Crime",
        "--dataset ucfcrime-ar --annotations CAPTIONS --features DIR --profile paper",
        open_ucf_crime,
        LISTS_SOURCE,
    ),
    "vad-xd-violence": Facts(
        "XD-Violence",
        "--dataset xdviolence-ar --annotations LISTS --features DIR --profile paper",
        open_xd_violence,
        LISTS_SOURCE,
    ),
    "vad-shanghaitech": Facts(
        "ShanghaiTech", "--dataset TABLE.toml --features DIR", open_shanghaitech, SHANGHAI_SOURCE
    ),
    "vad-ped2": Facts("UCSD Ped2", "--dataset TABLE.toml --features DIR", open_ped2, PED2_SOURCE),
    "vad-simulated": Facts("Simulated", "--dataset simulated --work DIR"),
}


def open_task(arguments: FrameArguments, *, progress: Progress | None = None) -> FrameTask:
    """The test set that a run is about.

    Args:
        progress: told while videos of the simulated benchmark are drawn.

    Raises:
        DatasetMissing: labels, features or videos were not named, or are not there.
        UserError: options exclude each other, or features and profile do not fit.
        WeightsMissing: the profile's weights are not on this machine.
    """
    facts = TASKS[arguments.task]
    if facts.open_labels is None:
        return _simulated(arguments, progress)
    arguments = _with_shared(arguments)
    if arguments.annotations is None:
        raise DatasetMissing(
            f"{facts.title} needs the folder of its labels by --annotations: {facts.labels_source}"
        )
    labels = facts.open_labels(arguments.annotations)
    clips, profile = _clips(arguments, labels.videos)
    return FrameTask(arguments.task, labels, clips, profile)


def _with_shared(arguments: FrameArguments) -> FrameArguments:
    """Ped2's clips and labels lie together in the shared data."""
    if arguments.shared is None:
        return arguments
    folder = arguments.shared / "data" / "ucsd-ped2"
    return arguments.model_copy(update={"annotations": folder, "videos": folder})


def _clips(arguments: FrameArguments, videos: tuple[str, ...]) -> tuple[ClipSource, Profile | None]:
    features, footage = arguments.features, arguments.videos
    if features is not None and footage is not None:
        raise UserError("--features and --videos exclude each other: choose one")
    if footage is not None:
        profile = load_profile(arguments.profile, device=arguments.device)
        return FootageClips.open(footage, videos, profile), profile
    if features is None:
        raise DatasetMissing(
            f"{arguments.task} needs --features, or --videos for the footage itself: "
            f"{FEATURES_SOURCE}"
        )
    clips = FolderClips.open(features, fps=arguments.fps)
    return clips, _profile_of(features, device=arguments.device)


def _profile_of(features: Path, *, device: str) -> Profile | None:
    """The profile that extracted a folder's features; None for features from elsewhere."""
    path = features / LAYOUT_FILE
    if not path.exists():
        return None
    record = FeatureRecord.model_validate_json(path.read_bytes())
    profile = load_profile(record.profile, device=device)
    if record.digests != profile.manifest.digests:
        raise UserError(
            f"{features} was made by other weights of {record.profile!r} than are here: "
            "extract it again with `retrace features extract`"
        )
    return profile


def _simulated(arguments: FrameArguments, progress: Progress | None) -> FrameTask:
    if arguments.work is None:
        raise UserError("vad-simulated draws its videos into a folder: name it with --work")
    benchmark = open_simulated(
        arguments.work,
        query="text",
        train=0,
        test=arguments.num_videos or NUM_VIDEOS["test"],
        progress=progress,
    )
    profile = load_profile("compact", device=arguments.device)
    return FrameTask(arguments.task, SimulatedLabels(benchmark), SimulatedClips(benchmark), profile)
