"""Where training starts when one stream already lives in the text backbone's space."""

import numpy as np
import torch
from jaxtyping import Float32
from torch import nn

from encoders.alan.gated import GatedUnit
from encoders.alan.model import Alan


def start_aligned(
    model: Alan, stream: str, sentences: Float32[np.ndarray, "n c"], *, seed: int
) -> None:
    """Lets a stream start as mean-pooled retrieval by that stream (DESIGN §4).

    The stream and the sentences are projected alike, on the directions in which sentences differ
    most, so that their cosines survive; for d = c they would be untouched.

    Args:
        model: with `residual_gate` and `identity_gates`, so that nothing else acts at the start.
        stream: its features have the width of the sentence embeddings.
        sentences: of the training set.
        seed: of the sample of sentences that the directions are found from.
    """
    rows = np.random.default_rng(seed).permutation(len(sentences))[:4096]
    _, _, directions = np.linalg.svd(sentences[rows], full_matrices=False)
    basis = torch.from_numpy(np.ascontiguousarray(directions[: model.config.d]))
    position = list(model.config.streams).index(stream)
    layers = [model.video.project[stream]]
    for pooled in (model.text.cls, model.text.avg):
        unit = pooled.units[position]
        assert isinstance(unit, GatedUnit)
        layers.append(unit.project)
    with torch.no_grad():
        for layer in layers:
            assert isinstance(layer, nn.Linear)
            layer.weight.zero_()
            layer.weight[: len(basis)] = basis
            layer.bias.zero_()
