"""What each region does, by the nearest sentence of the trace bank, and how odd that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from jaxtyping import Float32

from detectors.local_patterns.acts import PART
from detectors.local_patterns.acts.network import ActNetwork
from detectors.local_patterns.acts.traits import region_traits
from detectors.local_patterns.cameras import WEIGHTS
from detectors.local_patterns.stored import StoredRegions
from detectors.trace.scoring import TraceSet, score

REGIONS_AT_ONCE = 512
"""Each brings the keys and values of its window along."""


@dataclass(frozen=True, eq=False)
class Told:
    """Of each region that is there, in order."""

    odds: Float32[np.ndarray, " k"]
    """Share of the softmax over all sentences that those of something anomalous have, in [0, 1]."""
    sentences: tuple[str, ...]
    """The nearest anomalous one where they have at least half, else the nearest normal one."""


@cache
def shipped_network(profile: str) -> ActNetwork | None:
    """The network for the regions and the motion of a profile; None where none was trained.

    Raises:
        WeightsMissing: it is damaged.
    """
    folder = WEIGHTS / profile / PART
    return ActNetwork.from_pretrained(folder) if folder.is_dir() else None


def embed(
    network: ActNetwork,
    regions: StoredRegions,
    motion: Float32[np.ndarray, "t m"],
    *,
    first: int = 0,
) -> Float32[np.ndarray, "k d"]:
    """The unit vector of every region that is there, in order.

    Args:
        regions: of consecutive clips.
        motion: of the scene, in these clips and in those around them.
        first: the row of `motion` that is the first of `regions`.
    """
    there = regions.is_there
    patterns, traits = regions.patterns[there].astype(np.float32), region_traits(regions)
    clips = first + np.nonzero(there)[0].astype(np.int64)
    vectors = [np.zeros((0, network.config.dim), np.float32)]
    with torch.inference_mode():
        scene = torch.from_numpy(np.ascontiguousarray(motion))
        past = network.watch(scene, torch.ones(len(scene), dtype=torch.bool))
        for part in _parts(len(clips)):
            asked = (torch.from_numpy(array[part]) for array in (patterns, traits, clips))
            vectors.append(network.answer(past, len(scene), *asked).numpy())
    return np.concatenate(vectors)


def tell(z: Float32[np.ndarray, "k d"], normal: TraceSet, anomalous: TraceSet) -> Told:
    """What regions do.

    Raises:
        UserError: a set of sentences is empty.
    """
    found = score(z, normal, anomalous, k=1)
    odd = _texts(anomalous, found.anomalous_ids)
    usual = _texts(normal, found.normal_ids)
    pairs = zip(found.scores.tolist(), odd, usual, strict=True)
    return Told(found.scores, tuple(one if odds >= 0.5 else other for odds, one, other in pairs))


def _texts(traces: TraceSet, ids: Sequence[Sequence[str]]) -> list[str]:
    texts = dict(zip(traces.ids, traces.texts, strict=True))
    return [texts[nearest[0]] for nearest in ids]


def _parts(count: int) -> list[slice]:
    return [slice(k, k + REGIONS_AT_ONCE) for k in range(0, count, REGIONS_AT_ONCE)]
