"""TRACE as the frame benchmarks ask it: one score per clip."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float32

from benchmarks.frame_scores.clips import Look
from detectors.trace.contexts import choose
from detectors.trace.index import Scenes
from detectors.trace.network import TraceNetwork
from detectors.trace.scoring import Rule, TraceScores, TraceSet, score
from detectors.trace.sentences import Context
from detectors.trace.shipped import WEIGHTS, network_for
from detectors.trace.smoothing import Smoother
from detectors.trace.stream import TraceStream
from detectors.trace.traces import load_bank
from encoders.base import Profile
from segments.errors import UserError
from segments.vectors import ClipFeatures


@dataclass(frozen=True)
class Bank:
    """The trace bank in a profile's words."""

    normal: TraceSet
    anomalous: TraceSet
    scenes: Scenes

    @classmethod
    def of(cls, profile: Profile, contexts: Mapping[str, Context] | None = None) -> Self:
        """Encodes the shipped bank, or the contexts that are given."""
        known = (load_bank() if contexts is None else contexts).values()
        normal = [trace for context in known for trace in context.normal]
        anomalous = [trace for context in known for trace in context.anomalous]
        looks = [(context.name, scene) for context in known for scene in context.scenes]
        vectors = profile.encode_sentences([scene for _, scene in looks])
        return cls(
            TraceSet.of(normal, profile.encode_sentences([trace.text for trace in normal])),
            TraceSet.of(anomalous, profile.encode_sentences([trace.text for trace in anomalous])),
            Scenes(tuple(name for name, _ in looks), vectors),
        )

    def of_contexts(self, names: list[str]) -> "Bank":
        """The traces of some contexts; every scene stays."""
        return Bank(self.normal.of_contexts(names), self.anomalous.of_contexts(names), self.scenes)


@dataclass(frozen=True)
class TraceDetector:
    """A network and a bank, with everything that a score depends on."""

    network: TraceNetwork
    bank: Bank
    rule: Rule = "share"
    counted: int | None = None
    """See `scoring.score`."""
    contexts: int | None = None
    """Chosen by each video's own footage; None takes them all."""
    smoother: Smoother = Smoother("none")

    def __call__(self, look: Look) -> Float32[np.ndarray, " t"]:
        """Scores from 0."""
        found = self.compare(embed(self.network, look.features), look.features).scores
        if self.rule == "difference":
            found = found + np.float32(2.0)  # cosines differ by 2 at most
        return self.smoother(found)

    def compare(self, z: Float32[np.ndarray, "t d"], features: ClipFeatures) -> TraceScores:
        """Raw scores, with the traces that they rest on."""
        bank = self.bank
        if self.contexts is not None:
            looks = features.streams["appearance"]
            chosen = choose(looks, bank.scenes, limit=self.contexts, margin=2.0)
            bank = bank.of_contexts([choice.context for choice in chosen])
        return score(z, bank.normal, bank.anomalous, rule=self.rule, counted=self.counted)


def embed(network: TraceNetwork, features: ClipFeatures) -> Float32[np.ndarray, "t d"]:
    """The unit vectors of a video's clips.

    Raises:
        UserError: the features are not those that the network is for.
    """
    appearance, motion = (features.streams.get(name) for name in ("appearance", "motion"))
    config = network.config
    if appearance is None or appearance.shape[1] != config.dim:
        found = {name: stream.shape[1] for name, stream in features.streams.items()}
        raise UserError(
            f"TRACE needs the stream 'appearance' of {config.dim} numbers in the space of its "
            f"words, and these features have {found}: extract them with a profile that has words"
        )
    if motion is None:
        motion = np.zeros((len(appearance), config.motion_dim), np.float32)
    return TraceStream.whole(network, appearance, motion)


def shipped(profile: Profile) -> TraceNetwork:
    """The network that comes with a profile; where none does, plain retrieval by appearance."""
    folder = WEIGHTS / profile.spec.name
    if folder.is_dir():
        return TraceNetwork.from_pretrained(folder)
    dim = profile.encode_sentences(["a place"]).shape[1]
    return network_for(profile.spec.name, dim=dim, motion_dim=None)
