"""TRACE while indexing: windows through the network, compared with the sentences of chosen places.

Which contexts a video is compared with: those pinned to its camera or chosen for it before, else
those that its own first chunk looks like, so that a run that resumed chooses the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from jaxtyping import Float32

from detectors import trace
from detectors.trace.contexts import choose
from detectors.trace.index import Scenes, open_index
from detectors.trace.network import TraceNetwork
from detectors.trace.scoring import TraceScores, TraceSet, score
from detectors.trace.shipped import ahead_of, network_for
from detectors.trace.stream import TraceStream
from detectors.trace.traces import load_bank
from encoders.base import Profile
from indexer.chunks import plan_chunks
from indexer.features import VideoFeatures
from segments.camera_contexts import CameraContexts, contexts_for
from segments.findings import Finding
from segments.library import Library
from segments.reasons import Nearest, ReasonTrack
from segments.scores import AnomalyTrack, clip_track
from segments.vectors import ClipFeatures


@dataclass(frozen=True)
class TraceBench:
    """What all videos of a run share."""

    profile: str
    normal: TraceSet
    anomalous: TraceSet
    scenes: Scenes
    contexts: Mapping[str, Sequence[str]]
    """Pinned or chosen, by camera."""

    @classmethod
    def load(cls, profile: Profile, library: Library) -> "TraceBench":
        """Encodes what the bank has new, and reads it all.

        Raises:
            LibraryError: another process has the bank open, or it is damaged.
            WeightsMissing: the network is damaged, or the profile's words are not here.
        """
        bank = load_bank(own=library.own_traces)
        with open_index(library, profile, bank) as index:
            normal, anomalous = index.load_sets()
            scenes = index.load_scenes()
        with CameraContexts(library) as kept:
            return cls(profile.spec.name, normal, anomalous, scenes, kept.by_camera())

    def as_chosen(self, library: Library) -> Self:
        """The same with the contexts that are pinned or chosen by now."""
        with CameraContexts(library) as kept:
            return replace(self, contexts=kept.by_camera())

    def detector(self, cameras: Sequence[str]) -> "TraceDetector":
        """For a video that these cameras saw."""
        return TraceDetector(self, self.contexts_of(cameras))

    def contexts_of(self, cameras: Sequence[str]) -> tuple[str, ...]:
        """Those known for any of these cameras."""
        return contexts_for(cameras, self.contexts)

    def choose(self, footage: Float32[np.ndarray, "t d"]) -> tuple[str, ...]:
        """Those that clips look like."""
        return tuple(one.context for one in choose(footage, self.scenes))

    def compare(self, z: Float32[np.ndarray, "t d"], contexts: Sequence[str]) -> TraceScores:
        return score(z, self.normal.of_contexts(contexts), self.anomalous.of_contexts(contexts))


class TraceDetector:
    """TRACE on one video."""

    name = trace.NAME

    def __init__(self, bench: TraceBench, contexts: Sequence[str]) -> None:
        """
        Args:
            contexts: known for the video's cameras; empty: they are chosen by the video itself.
        """
        self._bench = bench
        self._contexts = tuple(contexts)
        self.ahead = ahead_of(bench.profile)

    def find(
        self, features: VideoFeatures, clips: range, *, known: int, duration_s: float
    ) -> Finding:
        if not self._contexts:
            first = plan_chunks(duration_s)[0]
            looks = features.read(first).streams["appearance"]
            self._contexts = self._bench.choose(looks)
        # scores are of what is kept, so that comparing it again says the same
        windows = self._embed(features, clips, known=known).astype(np.float16)
        found = self._bench.compare(windows.astype(np.float32), self._contexts)
        track = clip_track(self.name, found.scores, clips, duration_s=duration_s)
        return Finding(track, to_reasons(found, track), windows)

    def _embed(
        self, features: VideoFeatures, clips: range, *, known: int
    ) -> Float32[np.ndarray, "t d"]:
        network = fitting_network(self._bench.profile, features.read(range(0)))
        reach, ahead = network.config.reach, network.config.ahead
        around = range(max(0, clips.start - reach), min(known, clips.stop + ahead))
        z = embed(network, features.read(around))
        return z[clips.start - around.start :][: len(clips)]


def fitting_network(profile: str, features: ClipFeatures) -> TraceNetwork:
    """The network for features of a profile."""
    widths = {name: array.shape[1] for name, array in features.streams.items()}
    return network_for(profile, dim=widths["appearance"], motion_dim=widths.get("motion"))


def embed(network: TraceNetwork, features: ClipFeatures) -> Float32[np.ndarray, "t d"]:
    """The unit vectors of consecutive clips.

    A profile that follows nothing over time has no stream "motion", and a network without one.
    """
    looks = features.streams["appearance"]
    nothing = np.zeros((len(looks), network.config.motion_dim), np.float32)
    return TraceStream.whole(network, looks, features.streams.get("motion", nothing))


def to_reasons(found: TraceScores, track: AnomalyTrack) -> ReasonTrack:
    """The reasons of a track's scores."""
    anomalous = Nearest(_numbers(found.anomalous_ids), found.anomalous_sims)
    normal = Nearest(_numbers(found.normal_ids), found.normal_sims)
    return ReasonTrack(track.detector, track.pts_s, track.end_s, anomalous, normal)


def _numbers(ids: Sequence[Sequence[str]]) -> np.ndarray:
    return np.array([[int(name, 16) for name in row] for row in ids], np.uint64)
