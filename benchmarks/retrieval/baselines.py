"""Systems that need no training run, as similarity matrices of the test split."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float, Float32

from benchmarks.datasets.base import Item, RetrievalDataset
from benchmarks.metrics import unit
from benchmarks.retrieval.experiment import Experiment, Texts, Trained
from benchmarks.retrieval.towers import TowerTexts
from encoders.alan.closed_form import ridge_map

RIDGE_PENALTY = 1.0
RIDGE, UNTRAINED = "ridge, mean", "untrained"
Baselines = Callable[[], Mapping[str, Float[np.ndarray, "q q"]]]


def untrained_baseline(
    experiment: Experiment, texts: TowerTexts
) -> dict[str, Float[np.ndarray, "q q"]]:
    """A pretrained profile's network before training: mean-pooled zero-shot retrieval by words."""
    embedded = experiment.embed(Trained(texts.untrained(), None))
    return {UNTRAINED: embedded.similarity(experiment.config.alpha)}


def ridge_baseline(
    dataset: RetrievalDataset, texts: Texts, *, penalty: float = RIDGE_PENALTY
) -> dict[str, Float[np.ndarray, "q q"]]:
    """Ridge regression from the mean of a video's features to its sentence (text queries only)."""
    train, test = dataset.split("train"), dataset.split("test")
    seen, said = _pooled(dataset, train), _said(texts, train)
    found = ridge_map(seen, said, penalty=penalty)
    asked, shown = _said(texts, test) - said.mean(axis=0), found(_pooled(dataset, test))
    return {RIDGE: unit(asked) @ unit(shown).T}


def _pooled(dataset: RetrievalDataset, items: Sequence[Item]) -> Float32[np.ndarray, "n d"]:
    """Unit means of each stream, side by side."""
    rows = []
    for item in items:
        streams = dataset.features.read(item.video).streams.values()
        rows.append(np.concatenate([unit(stream.mean(axis=0)) for stream in streams]))
    return np.stack(rows)


def _said(texts: Texts, items: Sequence[Item]) -> Float32[np.ndarray, "n c"]:
    return texts.frozen([item.texts[0] for item in items])
