"""Choosing contexts by a camera's own footage: what is normal depends on the place.

Pictures and words each keep to a part of their common space (the modality gap), and some sentences
are near to every picture. So both sides are compared by how they differ from what is usual:
a context from the mean of all contexts, the footage from the mean of other footage.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from detectors.trace.index import Scenes
from segments.errors import UserError

LIMIT = 3
MARGIN = 0.15
"""Cosines of contexts that are as good as the best lie this near to it."""
SMALLEST = 1e-12


@dataclass(frozen=True)
class Choice:
    """A context that a camera may show."""

    context: str
    similarity: float
    """Cosine of what is special in the context's look and in the footage, in [-1, 1]."""


def choose(
    footage: Float32[np.ndarray, "t d"],
    scenes: Scenes,
    *,
    usual: Float32[np.ndarray, " d"] | None = None,
    limit: int = LIMIT,
    margin: float = MARGIN,
) -> list[Choice]:
    """The contexts that look most like a camera's footage, best first; one at least.

    Args:
        footage: unit vectors of its clips.
        scenes: of the contexts to choose from.
        usual: mean vector of footage of many places (ten videos of several cameras do); without
            it, only the contexts are compared by how they differ.
        limit: contexts at most.
        margin: how far below the best one a context may lie.

    Raises:
        UserError: there is no footage, no context, or the limit is below 1.
    """
    ranked = rank(footage, scenes, usual=usual)
    if limit < 1:
        raise UserError(f"{limit} contexts cannot be chosen: one at least")
    return [one for one in ranked[:limit] if one.similarity >= ranked[0].similarity - margin]


def rank(
    footage: Float32[np.ndarray, "t d"],
    scenes: Scenes,
    *,
    usual: Float32[np.ndarray, " d"] | None = None,
) -> list[Choice]:
    """Every context with its similarity, best first; equals by name. See `choose`."""
    names = sorted(set(scenes.contexts))
    if len(footage) == 0 or not names:
        raise UserError(
            f"{len(footage)} clips and {len(names)} contexts: a choice needs some of both"
        )
    special = footage.mean(axis=0) - (0.0 if usual is None else usual)
    own = np.array(scenes.contexts)
    looks = np.stack([scenes.vectors[own == name].mean(axis=0) for name in names])
    centre = looks.mean(axis=0) if len(names) > 1 else np.zeros_like(looks[0])
    similarities = _unit(looks - centre) @ _unit(special)
    order = np.argsort(-similarities, kind="stable")
    return [Choice(names[row], float(similarities[row])) for row in order]


def _unit(vectors: Float32[np.ndarray, "*n d"]) -> Float32[np.ndarray, "*n d"]:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(norms, SMALLEST)
