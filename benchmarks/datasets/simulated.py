"""The simulated benchmark: untrimmed videos that are drawn, looked at, and forgotten.

Features come straight from the drawn pictures (`benchmarks.simulator.recording`) through the
compact profile's encoders, and are kept in one small file per video; no video is written.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float64

from benchmarks.datasets.base import Item, Query, RetrievalDataset
from benchmarks.datasets.drawn import (
    Progress,
    SimulatedFeatures,
    features_key,
    features_name,
    make_features,
)
from benchmarks.simulator.programme import Video, programme
from benchmarks.simulator.regions import event_boxes
from benchmarks.simulator.scenes import Event, Scene, frame_labels
from segments.files import write_atomically
from segments.levels import CLIP_S, count_clips
from segments.spans import TimeSpan

LISTING = "videos.jsonl"


@dataclass(frozen=True)
class SimulatedBenchmark(RetrievalDataset):
    """A retrieval data set whose events are known to the picture."""

    videos: dict[str, Video]
    drawn: SimulatedFeatures

    def scene(self, video: str) -> Scene:
        """What was drawn."""
        return self.videos[video].scene

    def spans(self, video: str) -> tuple[TimeSpan, ...]:
        """When its anomalous events go on, by time; empty for a normal video."""
        return tuple(TimeSpan(e.start_s, e.end_s) for e in self.scene(video).anomalies)

    def kinds(self, video: str) -> tuple[str, ...]:
        """Kinds of its anomalous events (`benchmarks.simulator.events`), by time."""
        return tuple(event.kind for event in self.scene(video).anomalies)

    def frame_labels(self, video: str) -> Bool[np.ndarray, " n"]:
        """Whether something anomalous goes on, for every picture of the video."""
        scene = self.scene(video)
        return frame_labels(scene, np.arange(scene.num_frames) / scene.fps)

    def clip_labels(self, video: str) -> Bool[np.ndarray, " t"]:
        """Whether something anomalous goes on in the middle of each clip."""
        scene = self.scene(video)
        return frame_labels(scene, (np.arange(count_clips(scene.duration_s)) + 0.5) * CLIP_S)

    def boxes(self, video: str, time_s: float) -> list[tuple[Event, Float64[np.ndarray, " 4"]]]:
        """The anomalous events on show at a time, each with its box.

        Boxes are left, top, right and bottom as shares of the picture's size.
        """
        scene = self.scene(video)
        size = np.array([scene.width, scene.height] * 2, np.float64)
        return [(event, np.array(box) / size) for event, box in event_boxes(scene, time_s)]


def open_simulated(
    work: Path,
    *,
    query: Query,
    train: int = 1000,
    test: int = 250,
    num_workers: int = 2,
    progress: Progress | None = None,
) -> SimulatedBenchmark:
    """The benchmark, with what is missing of its features made first.

    Every video has sound, so both queries have the same videos. An interrupted run goes on where
    it stopped; features are made anew when the drawing or an encoder changes.

    Args:
        work: a folder for the features, 0.2 MB per video.
    """
    videos = [*programme("test", test), *programme("train", train)]
    folder = work / features_key()
    files = {video.name: folder / features_name(video) for video in videos}
    jobs = [(video, files[video.name]) for video in videos]
    make_features(jobs, num_workers=num_workers, progress=progress)
    listing = folder / f"{train}-{test}.{LISTING}"
    lines = [json.dumps(video.to_dict()) + "\n" for video in videos]
    write_atomically(listing, "".join(lines).encode())
    features = SimulatedFeatures(files)
    return SimulatedBenchmark(
        name="simulated",
        query=query,
        items=tuple(_item(video) for video in videos),
        features=features,
        files=(listing,),
        videos={video.name: video for video in videos},
        drawn=features,
    )


def _item(video: Video) -> Item:
    return Item(video.name, video.split, bool(video.scene.anomalies), video.captions)
