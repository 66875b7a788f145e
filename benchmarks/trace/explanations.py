"""Do the reasons name what happens? Kinds of the nearest anomalous traces at the highest score."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.arguments import TaskArguments
from benchmarks.datasets.simulated import SimulatedBenchmark, open_simulated
from benchmarks.frame_scores.sources import SimulatedLabels
from benchmarks.records import RunRecord, digest_of, new_record
from benchmarks.simulator.programme import NUM_VIDEOS
from benchmarks.trace.detector import Bank, TraceDetector, embed, shipped
from encoders.registry import load_profile
from segments.trace_words import Kind

TASK = "trace-explanations"

KINDS: dict[str, tuple[Kind, ...]] = {
    "abuse": ("abuse",),
    "arrest": ("arrest",),
    "arson": ("arson",),
    "fire": ("arson", "hazard"),
    "beating": ("assault", "abuse", "fighting"),
    "burglary": ("burglary",),
    "intrusion": ("intrusion", "burglary"),
    "explosion": ("explosion",),
    "fight": ("fighting", "assault"),
    "crash": ("road-accident",),
    "hit_pedestrian": ("road-accident",),
    "hit_cyclist": ("road-accident",),
    "robbery": ("robbery",),
    "shooting": ("shooting",),
    "shoplifting": ("shoplifting", "stealing"),
    "theft": ("stealing", "robbery"),
    "vandalism": ("vandalism",),
    "graffiti": ("vandalism",),
}
"""Kinds of the bank that name a kind of the simulator rightly."""
TOP = 3


class ExplanationArguments(TaskArguments):
    """What `retrace bench trace-explanations` was asked for."""

    task: str = TASK
    work: Path = Path("runs/simulated")
    videos: int = 10
    """Of different events: the first test video of each kind, in the order of the videos."""


@dataclass(frozen=True)
class Explained:
    """What TRACE says of one video at the highest score within its event."""

    video: str
    event: str
    kinds: tuple[str, ...]
    texts: tuple[str, ...]
    is_named: bool
    """Whether a right kind is among the first TOP."""
    is_named_at_peak: bool
    """Likewise at the highest score of the whole video, wherever that is."""


def run_explanations(arguments: ExplanationArguments) -> RunRecord:
    """Judges the reasons on the first test videos of different events."""
    started = time.perf_counter()
    test = NUM_VIDEOS["test"]
    benchmark = open_simulated(arguments.work, query="text", train=0, test=test)
    profile = load_profile("compact", device="cpu")
    detector = TraceDetector(shipped(profile), Bank.of(profile))
    chosen = one_of_each_kind(benchmark, SimulatedLabels(benchmark).videos)
    found = [explain(benchmark, video, detector) for video in chosen]
    first = found[: arguments.videos]
    return new_record(
        TASK,
        command=arguments.command,
        seed=0,
        data={"simulated test features": digest_of(benchmark.drawn.files[v] for v in chosen)},
        weights=profile.manifest.digests,
        timings_s={"all": round(time.perf_counter() - started, 1)},
        arguments=arguments.model_dump(mode="json"),
        scores={
            "named": sum(one.is_named for one in first),
            "named_at_peak": sum(one.is_named_at_peak for one in first),
            "of": len(first),
            "all_named": sum(one.is_named for one in found),
            "all_named_at_peak": sum(one.is_named_at_peak for one in found),
            "all": len(found),
            "rows": [asdict(one) for one in found],
        },
    )


def one_of_each_kind(benchmark: SimulatedBenchmark, videos: Sequence[str]) -> list[str]:
    """The first video of each kind of event that has just one event, by the order of the videos."""
    first: dict[str, str] = {}
    for video in videos:
        kinds = benchmark.kinds(video)
        if len(kinds) == 1:
            first.setdefault(kinds[0], video)
    return list(first.values())


def explain(benchmark: SimulatedBenchmark, video: str, detector: TraceDetector) -> Explained:
    """The nearest anomalous traces where the event's score is highest, and where the video's is."""
    features = benchmark.drawn.read(video)
    found = detector.compare(embed(detector.network, features), features)
    scores = detector.smoother(found.scores)
    known = {
        trace: (kind or "", text)
        for trace, kind, text in zip(
            detector.bank.anomalous.ids,
            detector.bank.anomalous.kinds,
            detector.bank.anomalous.texts,
            strict=True,
        )
    }
    event = benchmark.kinds(video)[0]
    inside = np.where(benchmark.clip_labels(video), scores, -np.inf)
    named = [known[trace] for trace in found.anomalous_ids[int(inside.argmax())][:TOP]]
    at_peak = [known[trace][0] for trace in found.anomalous_ids[int(scores.argmax())][:TOP]]
    kinds = tuple(kind for kind, _ in named)
    return Explained(
        video=video,
        event=event,
        kinds=kinds,
        texts=tuple(text for _, text in named),
        is_named=not set(kinds).isdisjoint(KINDS[event]),
        is_named_at_peak=not set(at_peak).isdisjoint(KINDS[event]),
    )
