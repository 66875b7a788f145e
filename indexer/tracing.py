"""TRACE while indexing: windows through the network, compared with the sentences of places.

Which contexts a video is compared with: those pinned to its camera or chosen for it, else the whole
bank, since every narrower choice by footage scored worse on held-out videos (docs/LOG.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float16, Float32

from detectors import trace
from detectors.trace.index import open_index
from detectors.trace.network import TraceNetwork
from detectors.trace.origin import origin_of_sets
from detectors.trace.scoring import TraceScores, TraceSet, score
from detectors.trace.shipped import ahead_of, network_for
from detectors.trace.stream import TraceStream
from detectors.trace.traces import load_bank
from detectors.trace.trained import network_folder
from encoders.base import Profile
from indexer.choosing import contexts_in_use
from indexer.features import VideoFeatures
from segments.camera_contexts import contexts_for
from segments.errors import UserError
from segments.findings import Finding
from segments.library import Library
from segments.reasons import Nearest, ReasonTrack
from segments.scores import AnomalyTrack, clip_track
from segments.vectors import ClipFeatures

BANK_WAIT_S = 10.0
"""Whoever tries a sentence holds the bank for a moment."""


@dataclass(frozen=True)
class TraceBench:
    """What all videos of a run share."""

    profile: str
    network: Path
    """The folder of its network, which need not be there."""
    normal: TraceSet
    anomalous: TraceSet
    contexts: Mapping[str, Sequence[str]]
    """Pinned or chosen, by camera."""

    @classmethod
    def load(cls, profile: Profile, library: Library) -> "TraceBench":
        """Encodes what the bank has new, and reads it all.

        Raises:
            UserError: a camera is pinned to a context that the bank has no longer.
            LibraryError: another process has the bank open, or it is damaged.
            WeightsMissing: the network is gone or damaged, or the profile's words are not here.
        """
        network = network_folder(library)
        bank = load_bank(own=library.own_traces)
        with open_index(library, profile, bank, wait_s=BANK_WAIT_S) as index:
            normal, anomalous = index.load_sets()
        contexts = contexts_in_use(library, bank)
        return cls(profile.spec.name, network, normal, anomalous, contexts)

    def detector(self, cameras: Sequence[str]) -> "TraceDetector":
        """For a video that these cameras saw."""
        return TraceDetector(self, self.contexts_of(cameras))

    def contexts_of(self, cameras: Sequence[str]) -> tuple[str, ...]:
        """Those known for any of these cameras.

        Raises:
            UserError: they have no normal, or no anomalous sentence.
        """
        names = contexts_for(cameras, self.contexts)
        for label, traces in (("normal", self.normal), ("anomalous", self.anomalous)):
            if names and not set(names) & set(traces.contexts):
                raise UserError(
                    f"{', '.join(map(repr, names))}, which stand for camera {', '.join(cameras)}, "
                    f"have no {label} sentence: write one with `retrace traces add`, or pin the "
                    "camera to more places with `retrace traces pin`"
                )
        return names

    def compare(self, z: Float32[np.ndarray, "t d"], contexts: Sequence[str]) -> TraceScores:
        """Scores by the sentences of some contexts, or of all where none is named."""
        return score(z, *self._sets(contexts))

    def origin(self, contexts: Sequence[str]) -> str:
        """What names these sentences."""
        return origin_of_sets(*self._sets(contexts))

    def _sets(self, contexts: Sequence[str]) -> tuple[TraceSet, TraceSet]:
        if not contexts:
            return self.normal, self.anomalous
        return self.normal.of_contexts(contexts), self.anomalous.of_contexts(contexts)


class TraceDetector:
    """TRACE on one video."""

    name = trace.NAME

    def __init__(self, bench: TraceBench, contexts: Sequence[str]) -> None:
        """
        Args:
            contexts: known for the video's cameras; empty: the whole bank.
        """
        self._bench = bench
        self._contexts = tuple(contexts)
        self.ahead = ahead_of(bench.network)
        self._origin = bench.origin(self._contexts)

    def find(
        self, features: VideoFeatures, clips: range, *, known: int, duration_s: float
    ) -> Finding:
        # scores are of what is kept, so that rescoring says the same
        windows = self._embed(features, clips, known=known)
        found = self._bench.compare(windows.astype(np.float32), self._contexts)
        track = clip_track(self.name, found.scores, clips, duration_s=duration_s)
        return Finding(track, to_reasons(found, track), windows, origin=self._origin)

    def _embed(
        self, features: VideoFeatures, clips: range, *, known: int
    ) -> Float16[np.ndarray, "t d"]:
        network = fitting_network(self._bench, features.read(range(0)))
        reach, ahead = network.config.reach, network.config.ahead
        around = range(max(0, clips.start - reach), min(known, clips.stop + ahead))
        z = embed(network, features.read(around))
        return z[clips.start - around.start :][: len(clips)].astype(np.float16)


def fitting_network(bench: TraceBench, features: ClipFeatures) -> TraceNetwork:
    """The network for a profile's features."""
    widths = {name: array.shape[1] for name, array in features.streams.items()}
    dims = widths["appearance"], widths.get("motion")
    return network_for(bench.profile, dim=dims[0], motion_dim=dims[1], folder=bench.network)


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
