"""Local Patterns on the simulated benchmark: frames, and boxes at the events' peaks.

Everything is fitted on normal stretches of training videos and chosen on other training videos; the
test videos are only scored. Each video is a camera of its own, of which no normal footage is known.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import gaussian_filter1d

from benchmarks.arguments import TaskArguments
from benchmarks.frame_metrics import FrameTrack
from benchmarks.frame_scores.resampling import RankedFrames, intervals
from benchmarks.local_patterns.act_lessons import Motion, scene_motion
from benchmarks.local_patterns.simulated_boxes import LEAST_IOU, Peak, peaks, threshold
from benchmarks.local_patterns.simulated_footage import PICTURES, SimulatedRegions
from benchmarks.local_patterns.simulated_rows import rows
from benchmarks.local_patterns.simulated_scorers import Footage, Normal, RegionScores, Score
from benchmarks.records import RunRecord, new_record
from benchmarks.simulator.events import AROUND_S
from benchmarks.simulator.programme import NUM_VIDEOS, Video, programme, specification_digest
from benchmarks.simulator.scenes import Scene, frame_labels
from benchmarks.trace.detector import Bank
from detectors.local_patterns.acts.network import ActNetwork
from detectors.local_patterns.acts.telling import embed, shipped_network, tell
from detectors.local_patterns.stored import StoredRegions
from encoders.compact.profile import CompactProfile
from encoders.registry import load_profile
from segments.levels import CLIP_S

TASK = "local-patterns-simulated"
SAME_TIME = 1e-6
"""Of a picture's length: frames that begin this little before it belong to it."""
Progress = Callable[[int, int], None]
"""Called with the videos that are read and the videos in all."""


class SimulatedArguments(TaskArguments):
    """What `retrace bench local-patterns --dataset simulated` was asked for."""

    task: str = TASK
    work: Path = Path("runs/simulated")
    first: int = 1200
    """Of the training videos that are used here: the act network learned from those before."""
    fitted: int = 40
    """Training videos whose normal stretches are learned from, from `first` on."""
    held_out: int = 20
    """Training videos after these, whose normal stretches say what a false alarm is."""
    num_videos: int | None = None
    """Of the test split, from its first on; None takes the whole."""
    smooth_s: float = 2.0
    """Sigma of a Gaussian over each video's scores."""
    rounds: int = 300
    """Bootstrap rounds."""


@dataclass(frozen=True, eq=False)
class ReadVideo:
    """A video and what was found in it."""

    scene: Scene
    regions: StoredRegions


def run_simulated(arguments: SimulatedArguments, *, progress: Progress | None = None) -> RunRecord:
    """Scores the test videos in every way of `simulated_rows`.

    Raises:
        WeightsMissing: the compact profile or MiniLM is not here.
    """
    started = time.perf_counter()
    profile = load_profile("compact", device="cpu")
    assert isinstance(profile, CompactProfile)
    count = arguments.num_videos or NUM_VIDEOS["test"]
    last = arguments.first + arguments.fitted + arguments.held_out
    lessons = programme("train", last)[arguments.first :]
    tests = programme("test", count)
    bank = Bank.of(profile)
    read = read_videos([*lessons, *tests], profile, arguments.work, bank, progress=progress)
    opened = time.perf_counter()
    normal = Normal([footage_of(one) for one in read[: arguments.fitted]])
    held_out = [footage_of(one) for one in read[arguments.fitted : len(lessons)]]
    found = [
        {"name": row.name, "is_paper": row.is_paper}
        | measure(row.fit(normal), held_out, read[len(lessons) :], arguments)
        for row in rows(bank.normal, bank.anomalous)
    ]
    return new_record(
        TASK,
        command=arguments.command,
        seed=0,
        data={"simulated": specification_digest([*lessons, *tests])},
        weights=profile.manifest.digests,
        timings_s={
            "read": round(opened - started, 1),
            "score": round(time.perf_counter() - opened, 1),
        },
        arguments=arguments.model_dump(mode="json"),
        scores={
            "num_videos": len(tests),
            "num_events": sum(len(video.scene.anomalies) for video in tests),
            "num_normal_regions": len(normal.features),
            "rows": found,
        },
    )


def read_videos(
    videos: Sequence[Video],
    profile: CompactProfile,
    work: Path,
    bank: Bank,
    *,
    progress: Progress | None,
) -> list[ReadVideo]:
    """The regions of videos as indexing has them, with what each does where a network tells.

    What is drawn and what is read is kept in `work`.
    """
    found, network = SimulatedRegions.of(profile, work), shipped_network(profile.spec.name)
    motion = scene_motion(videos, work)
    read = list[ReadVideo]()
    for video in videos:
        regions = found.read(video)
        if network is not None:
            regions = told_by(network, regions, motion(video), bank)
        read.append(ReadVideo(video.scene, regions))
        if progress:
            progress(len(read), len(videos))
    return read


def told_by(
    network: ActNetwork, regions: StoredRegions, motion: Motion, bank: Bank
) -> StoredRegions:
    """Regions with what each does, in the words of a bank."""
    told = tell(embed(network, regions, motion[: len(regions)]), bank.normal, bank.anomalous)
    return regions.told(told.odds, told.sentences)


def footage_of(one: ReadVideo) -> Footage:
    """A video with its normal clips: all that lie `AROUND_S` or more from anything anomalous."""
    return Footage(one.regions, normal_clips(one.scene, len(one.regions)))


def normal_clips(scene: Scene, num_clips: int) -> Bool[np.ndarray, " t"]:
    """Whether neither an anomalous event nor those who take part in one are to be seen."""
    times_s = (np.arange(num_clips) + 0.5) * CLIP_S
    near = [
        (event.start_s - AROUND_S <= times_s) & (times_s < event.end_s + AROUND_S)
        for event in scene.anomalies
    ]
    return ~np.any([np.zeros(num_clips, bool), *near], axis=0)


def curve_of(scores: RegionScores, smooth_s: float) -> Float[np.ndarray, " p"]:
    """The oddest region of each picture, smoothed over time; by 0 s not at all."""
    highest = scores.max(axis=2, initial=0.0).ravel()
    sigma = smooth_s * PICTURES / CLIP_S
    return gaussian_filter1d(highest, sigma, mode="nearest") if sigma else highest


def measure(
    score: Score,
    held_out: Sequence[Footage],
    tests: Sequence[ReadVideo],
    arguments: SimulatedArguments,
) -> dict[str, Any]:
    """Frame metrics with intervals over videos, in percent, and what the peaks' boxes are worth."""
    smooth_s = arguments.smooth_s
    calm = [(curve_of(score(each.regions), smooth_s), each.is_normal) for each in held_out]
    least = threshold([curve[np.repeat(is_normal, PICTURES)] for curve, is_normal in calm])
    tracks, found = list[FrameTrack](), list[Peak]()
    for one in tests:
        scores = score(one.regions)
        curve = curve_of(scores, smooth_s)
        tracks.append(frame_track(one.scene, curve))
        found += peaks(one.scene, one.regions, scores, curve)
    values = intervals([RankedFrames(tracks)], len(tracks), rounds=arguments.rounds)
    metrics = {name: [each.value, each.low, each.high] for name, each in values.items()}
    return metrics | {"threshold": least} | _boxes(found, least)


def frame_track(scene: Scene, curve: Float[np.ndarray, " p"]) -> FrameTrack:
    """A score for every frame: that of the picture of its half of the clip."""
    times_s = np.arange(scene.num_frames) / scene.fps
    halves = np.floor(times_s * PICTURES / CLIP_S + SAME_TIME).astype(np.int64)
    scores = curve[np.minimum(halves, len(curve) - 1)]
    return FrameTrack(scores, frame_labels(scene, times_s))


def _boxes(found: Sequence[Peak], least: float) -> dict[str, Any]:
    """Shares of the events in percent: of all those detected, of these those with a right box."""
    detected = [peak for peak in found if peak.score > least]
    right = [peak for peak in detected if peak.iou >= LEAST_IOU]
    return {
        "detected": 100.0 * len(detected) / max(1, len(found)),
        "right_box": 100.0 * len(right) / max(1, len(detected)),
        "right_box_by_kind": {
            kind: [sum(p.kind == kind for p in part) for part in (right, detected, found)]
            for kind in sorted({peak.kind for peak in found})
        },
    }
