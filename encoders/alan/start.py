"""Where a network starts when one stream already lives in the text backbone's space."""

import numpy as np
import torch
from jaxtyping import Float32
from torch import nn

from encoders.alan.detector import AnomalyDetector
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


def start_as_identity(model: Alan) -> None:
    """Lets every projection pass its input on: as it is, filled up with zeros, or cut.

    With shut gates (`AlanConfig.with_identity_start`) and an appearance that lives in the words'
    space, an untrained network then is mean-pooled zero-shot retrieval (DESIGN §4), and sounds are
    compared by the mean of their features. Detectors start at 0.5 everywhere.
    """
    gated = [model.text.cls, model.text.avg]
    layers = list(model.video.project.values())
    detectors = [model.video.detector]
    if model.audio is not None:
        gated += [model.audio.cls, model.audio.avg]
        layers.append(model.audio.project)
        detectors.append(model.audio.detector)
    for streams in gated:
        for unit in streams.units:
            assert isinstance(unit, GatedUnit)
            layers.append(unit.project)
    for layer in layers:
        assert isinstance(layer, nn.Linear)
        nn.init.eye_(layer.weight)
        nn.init.zeros_(layer.bias)
    for detector in detectors:
        last = detector.layers[-1]
        assert isinstance(last, nn.Conv1d)
        assert last.bias is not None
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)


@torch.no_grad()
def start_detector(
    detector: AnomalyDetector, direction: Float32[np.ndarray, " d"], *, scale: float
) -> None:
    """Lets a detector start as σ(scale · ⟨x, direction⟩) of its first inputs, clip by clip.

    Two channels carry the product and its negative through the ReLUs; the others start unheard.

    Args:
        direction: against the first d channels; from normal towards anomalous.
    """
    first, *middle, last = (_convolution(layer) for layer in detector.layers)
    tap = first[0].shape[2] // 2
    along = torch.from_numpy(direction)
    for weight, bias in (first, *middle):
        weight[:2].zero_()
        bias[:2].zero_()
    for channel, sign in enumerate((1.0, -1.0)):
        first[0][channel, : len(along), tap] = sign * along
        for weight, _ in middle:
            weight[channel, channel, tap] = 1.0
        last[0][0, channel, tap] = sign * scale


def _convolution(layer: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    assert isinstance(layer, nn.Conv1d)
    assert layer.bias is not None
    return layer.weight, layer.bias
