"""TRACE while indexing: windows through the network, compared with the sentences of chosen places.

Which contexts a video is compared with: those pinned to its camera or chosen for it before, else
those that its own first chunk looks like, so that a run that resumed chooses the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from detectors import trace
from detectors.trace.contexts import choose
from detectors.trace.index import Scenes, open_index
from detectors.trace.network import TraceNetwork
from detectors.trace.scoring import TraceScores, TraceSet, score
from detectors.trace.shipped import network_for
from detectors.trace.stream import TraceStream
from detectors.trace.traces import load_bank
from encoders.base import Profile
from indexer.chunks import plan_chunks
from indexer.features import VideoFeatures
from segments.camera_contexts import CameraContexts
from segments.findings import Finding
from segments.library import Library
from segments.reasons import Nearest, ReasonTrack
from segments.scores import clip_track
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
        with CameraContexts(library) as known:
            chosen = {camera: tuple(c.similarities) for camera, c in known.chosen().items()}
            contexts = {**chosen, **known.pinned()}
        return cls(profile.spec.name, normal, anomalous, scenes, contexts)

    def detector(self, cameras: Sequence[str]) -> "TraceDetector":
        """For a video that these cameras saw."""
        known = [name for camera in cameras for name in self.contexts.get(camera, ())]
        return TraceDetector(self, tuple(dict.fromkeys(known)))

    def of_contexts(self, names: Sequence[str]) -> tuple[TraceSet, TraceSet]:
        return self.normal.of_contexts(names), self.anomalous.of_contexts(names)


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

    def find(
        self, features: VideoFeatures, clips: range, *, known: int, duration_s: float
    ) -> Finding:
        if not self._contexts:
            first = plan_chunks(duration_s)[0]
            looks = features.read(first).streams["appearance"]
            self._contexts = tuple(one.context for one in choose(looks, self._bench.scenes))
        z = self._embed(features, clips, known=known)
        found = score(z, *self._bench.of_contexts(self._contexts))
        track = clip_track(self.name, found.scores, clips, duration_s=duration_s)
        reasons = ReasonTrack(self.name, track.pts_s, track.end_s, *_nearest(found))
        return Finding(track, reasons, z.astype(np.float16))

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


def _nearest(found: TraceScores) -> tuple[Nearest, Nearest]:
    return (
        Nearest(_numbers(found.anomalous_ids), found.anomalous_sims),
        Nearest(_numbers(found.normal_ids), found.normal_sims),
    )


def _numbers(ids: Sequence[Sequence[str]]) -> np.ndarray:
    return np.array([[int(name, 16) for name in row] for row in ids], np.uint64)
