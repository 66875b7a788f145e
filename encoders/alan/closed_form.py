"""A start in closed form: ridge regressions between pooled features and sentences.

With few pairs a linear map found in one step is hard to beat by gradient descent from random
weights; ALAN can start as that map, all residual gates shut, and be trained from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import nn

from encoders.alan.gated import GatedUnit
from encoders.alan.model import Alan
from segments.errors import UserError


@dataclass(frozen=True)
class AffineMap:
    """y = (x - mean) W."""

    mean: Float32[np.ndarray, " i"]
    weight: Float32[np.ndarray, "i o"]

    def __call__(self, x: Float32[np.ndarray, "n i"]) -> Float32[np.ndarray, "n o"]:
        return (x - self.mean) @ self.weight


@dataclass(frozen=True)
class StreamMaps:
    """Maps of one stream and of both forms of a text into the space where they are compared."""

    video: AffineMap
    sentence: AffineMap
    words: AffineMap


@dataclass(frozen=True)
class Pairs:
    """Training videos with their captions, in pairs."""

    videos: Float32[np.ndarray, "n f"]
    """One stream's features, averaged over the clips."""
    sentences: Float32[np.ndarray, "n c"]
    """What the text encoder takes for the whole text."""
    words: Float32[np.ndarray, "n c"]
    """The mean of the word pieces."""
    targets: Float32[np.ndarray, "n c"]
    """What the video is to be mapped to, or from: the sentences, or a smoother version of them."""


def ridge_map(
    inputs: Float[np.ndarray, "n i"], targets: Float[np.ndarray, "n o"], *, penalty: float
) -> AffineMap:
    """Ridge regression of centred targets on centred inputs, solved over the n examples.

    Args:
        penalty: in mean eigenvalues of the examples' Gram matrix.
    """
    mean = inputs.mean(axis=0)
    x, y = (inputs - mean).astype(np.float64), targets - targets.mean(axis=0)
    gram = x @ x.T
    ridge = penalty * np.trace(gram) / len(gram) * np.eye(len(gram))
    weight = x.T @ np.linalg.solve(gram + ridge, y)
    return AffineMap(mean.astype(np.float32), weight.astype(np.float32))


def towards_sentences(pairs: Pairs, *, penalty: float, dim: int) -> StreamMaps:
    """Videos are mapped to sentences, which keep the directions in which the targets differ most.

    Args:
        dim: number of directions, where the targets have so many.
    """
    middle = pairs.targets.mean(axis=0)
    axes = _principal_axes(pairs.targets, dim)[0]
    to_sentence = ridge_map(pairs.videos, pairs.targets, penalty=penalty)
    return StreamMaps(
        video=AffineMap(to_sentence.mean, to_sentence.weight @ axes),
        sentence=AffineMap(middle, axes),
        words=ridge_map(pairs.words, (pairs.sentences - middle) @ axes, penalty=0.01),
    )


def towards_videos(pairs: Pairs, *, penalty: float, dim: int, whitening: float) -> StreamMaps:
    """Sentences are mapped to the principal components of the videos.

    Args:
        dim: number of components, where the pairs have so many.
        whitening: components are divided by their singular value to this power, in [0, 1].
    """
    axes, sizes = _principal_axes(pairs.videos, dim)
    scaled = axes / (sizes / sizes[0]) ** whitening
    video = AffineMap(pairs.videos.mean(axis=0), scaled.astype(np.float32))
    shown = video(pairs.videos)
    shown = shown / np.linalg.norm(shown, axis=1, keepdims=True).clip(min=1e-9)
    return StreamMaps(
        video=video,
        sentence=ridge_map(pairs.targets, shown, penalty=penalty),
        words=ridge_map(pairs.words, shown, penalty=penalty),
    )


def start_closed_form(model: Alan, maps: Mapping[str, StreamMaps]) -> None:
    """Gives every stream its maps; the streams count alike.

    Raises:
        UserError: the network has no residual gates, is narrower than a map, or has other streams.
    """
    config = model.config
    if not (config.residual_gate and config.identity_gates) or config.start_stream is not None:
        raise UserError(
            "a closed-form start needs residual_gate, identity_gates and no start_stream: with "
            "anything else the network does more than the maps at the start"
        )
    if set(maps) != set(config.streams):
        raise UserError(f"maps for {sorted(maps)}, but the streams are {sorted(config.streams)}")
    for position, name in enumerate(config.streams):
        _put(model.video.project[name], maps[name].video)
        for pooled, found in ((model.text.cls, "sentence"), (model.text.avg, "words")):
            unit = pooled.units[position]
            assert isinstance(unit, GatedUnit)
            _put(unit.project, getattr(maps[name], found))
    for pooled in (model.text.cls, model.text.avg):
        for layer in pooled.weights.layers:
            assert isinstance(layer, nn.Linear)
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)


def _principal_axes(
    rows: Float32[np.ndarray, "n i"], dim: int
) -> tuple[Float32[np.ndarray, "i k"], Float32[np.ndarray, " k"]]:
    """Directions in which rows differ most, and how much."""
    _, sizes, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    kept = min(dim, len(rows) - 1, len(sizes))  # centring took one
    return axes[:kept].T, sizes[:kept]


def _put(layer: nn.Module, found: AffineMap) -> None:
    """Makes a linear layer of a map; further outputs are zero."""
    assert isinstance(layer, nn.Linear)
    width = found.weight.shape[1]
    if width > layer.out_features:
        raise UserError(f"a map to {width} numbers does not fit into d = {layer.out_features}")
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.zero_()
        layer.weight[:width] = torch.from_numpy(found.weight.T.copy())
        layer.bias[:width] = torch.from_numpy(-found.mean @ found.weight)
