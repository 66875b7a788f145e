"""ALAN on the C3D subset: from random weights, and from a closed form chosen within the training.

The closed-form start (`encoders.alan.closed_form`) uses the ridge line that ALAN is compared with:
a declared use. The stream "peak" starts as a map from videos to sentences, "appearance" as a map
from sentences to the videos' principal components.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from jaxtyping import Float32

from benchmarks.c3d.features import STREAM_DIM, STREAMS, PeakFeatures, peak_features
from benchmarks.c3d.systems import Compare, compare_embedded
from benchmarks.datasets.base import Item
from benchmarks.datasets.ucfcrime_ar import C3DSubset
from benchmarks.metrics import DirectionRanks, direction_scores, unit
from benchmarks.retrieval.experiment import Experiment, Texts, Trained
from encoders.alan import Alan, AlanConfig
from encoders.alan.closed_form import (
    Pairs,
    StreamMaps,
    start_closed_form,
    towards_sentences,
    towards_videos,
)
from encoders.alan.training import AlanRecipe, Machine

D = 256
INNER_FOLDS = 4
CONFIG = AlanConfig(
    streams=STREAMS,
    text_dim=384,
    d=D,
    heads=4,
    ffn=512,
    detector_hidden=(64, 32),
    num_samples=16,  # of 32 clips, so that sampling has something to choose
)
STARTED = replace(CONFIG, residual_gate=True, identity_gates=True)
SCRATCH = AlanRecipe(
    epochs=50, lr=5e-4, schedule="one-cycle", weight_decay=0.01, clip_norm=1.0, feature_noise=0.1
)
RESIDUAL = AlanRecipe(epochs=12, lr=5e-5, projection_lr=2e-5, gate_lr=1e-4, feature_noise=0.1)
"""Weak: with gates at 5e-3 six epochs cost 35 points (docs/LOG.md)."""
EPOCHS = (0, 3, 6, 12)
"""Of training after the closed form; which, is chosen within the training videos."""


@dataclass(frozen=True)
class Start:
    """The constants of a closed-form start."""

    peak_penalty: float
    """Of the ridge from peaks to sentences."""
    text_penalty: float
    """Of the ridge from sentences to the components of the clips."""
    smoothing: float
    """Weight of the mean of UCA's sentences beside the caption, in what is fitted."""
    whitening: float


STARTS = tuple(
    Start(*values)
    for values in product((0.75, 1.5, 3.0), (1.5, 3.0, 6.0), (0.0, 0.5, 1.0), (0.0, 0.25, 0.5))
)


@dataclass(frozen=True)
class Laboratory:
    """What every network here is made from."""

    subset: C3DSubset
    texts: Texts
    machine: Machine = field(default_factory=Machine)
    seed: int = 0
    _features: dict[frozenset[str], PeakFeatures] = field(default_factory=dict, repr=False)

    def features(self, train: Sequence[Item]) -> PeakFeatures:
        """All videos' features, with components found on the training videos."""
        key = frozenset(item.video for item in train)
        if key not in self._features:
            videos = [item.video for item in self.subset.dataset.items]
            self._features[key] = peak_features(
                self.subset.dataset.features, videos, fitted_on=sorted(key), seed=self.seed
            )
        return self._features[key]

    def experiment(
        self, train: Sequence[Item], config: AlanConfig, recipe: AlanRecipe
    ) -> Experiment:
        """Training on some videos, with UCA's sentences of these as further texts."""
        more = {item.video: self.subset.uca.get(item.video, ()) for item in train}
        dataset = replace(self.subset.dataset, features=self.features(train))
        recipe = replace(recipe, seed=self.seed)
        return Experiment(dataset, config, recipe, self.texts, self.machine, more_texts=more)

    def compare(
        self, experiment: Experiment, alan: Alan, items: Sequence[Item] | None = None
    ) -> Compare:
        """Compares some videos, or all 290, through a network."""
        items = self.subset.dataset.items if items is None else items
        embedded = experiment.embed(Trained(alan, None), items)
        return compare_embedded(items, embedded, alpha=alan.config.alpha)


@dataclass(frozen=True)
class ScratchAlan:
    """ALAN from random weights, last epoch."""

    laboratory: Laboratory
    config: AlanConfig = CONFIG
    recipe: AlanRecipe = SCRATCH

    def fit(self, items: Sequence[Item]) -> Compare:
        experiment = self.laboratory.experiment(items, self.config, self.recipe)
        return self.laboratory.compare(experiment, experiment.train(items=items).alan)


@dataclass(frozen=True)
class StartedAlan:
    """ALAN from a closed form; its constants and its epochs are chosen within the training videos.

    Of equal choices the first counts, which is the fewest epochs.
    """

    laboratory: Laboratory
    config: AlanConfig = STARTED
    recipe: AlanRecipe = RESIDUAL
    epochs: Sequence[int] = EPOCHS
    on_choice: Callable[[Start, int], None] = lambda start, epochs: None

    def fit(self, items: Sequence[Item]) -> Compare:
        start = self._choose_start(items)
        epochs = self._choose_epochs(items, start)
        self.on_choice(start, epochs)
        return self._snapshots(items, items, start, [epochs])[epochs]

    def _choose_start(self, items: Sequence[Item]) -> Start:
        ranks: dict[Start, list[DirectionRanks]] = {start: [] for start in STARTS}
        for train, held_out in self._inner(items):
            for start in STARTS:
                maps = self._maps(items, train, start)
                compare = self._compare_maps(items, maps)
                ranks[start].append(DirectionRanks.of(compare(held_out, held_out)))
        return max(STARTS, key=lambda start: _sum_recall(ranks[start]))

    def _choose_epochs(self, items: Sequence[Item], start: Start) -> int:
        if len(self.epochs) == 1:
            return self.epochs[0]
        ranks: dict[int, list[DirectionRanks]] = {epochs: [] for epochs in self.epochs}
        for train, held_out in self._inner(items):
            found = self._snapshots(items, train, start, self.epochs, seen=held_out)
            for epochs, compare in found.items():
                ranks[epochs].append(DirectionRanks.of(compare(held_out, held_out)))
        return max(self.epochs, key=lambda epochs: _sum_recall(ranks[epochs]))

    def _snapshots(
        self,
        outer: Sequence[Item],
        train: Sequence[Item],
        start: Start,
        epochs: Sequence[int],
        *,
        seen: Sequence[Item] | None = None,
    ) -> dict[int, Compare]:
        """The network after each of several numbers of epochs of one run.

        Args:
            seen: the videos to be compared; all where not given.
        """
        laboratory = self.laboratory
        recipe = replace(self.recipe, epochs=max(epochs))
        experiment = laboratory.experiment(outer, self.config, recipe)
        maps = self._maps(outer, train, start)
        trainer = experiment.trainer(train, start=lambda alan: start_closed_form(alan, maps))
        found: dict[int, Compare] = {}

        def keep(done: int, alan: Alan) -> None:
            if done in epochs:
                found[done] = laboratory.compare(experiment, alan, seen)

        keep(0, trainer.network())
        trainer.learner.train()
        trainer.run(on_epoch=keep)
        return found

    def _maps(
        self, outer: Sequence[Item], train: Sequence[Item], start: Start
    ) -> Mapping[str, StreamMaps]:
        features = self.laboratory.features(outer)
        videos = [item.video for item in train]
        said = self._said(train)
        targets = self._smoothed(train, said.sentences, start.smoothing)
        peaks = replace(said, videos=features.pooled("peak", videos), targets=targets)
        clips = replace(said, videos=features.pooled("appearance", videos), targets=targets)
        return {
            "peak": towards_sentences(peaks, penalty=start.peak_penalty, dim=D),
            "appearance": towards_videos(
                clips, penalty=start.text_penalty, dim=STREAM_DIM, whitening=start.whitening
            ),
        }

    def _compare_maps(self, outer: Sequence[Item], maps: Mapping[str, StreamMaps]) -> Compare:
        """What a network does at its start, without building it: every clip counts once."""
        features = self.laboratory.features(outer)

        def compare(queries: Sequence[Item], videos: Sequence[Item]) -> Float32[np.ndarray, "q v"]:
            asked = self._said(queries)
            names = [item.video for item in videos]
            total = np.zeros((len(queries), len(videos)), np.float32)
            for stream, found in maps.items():
                shown = unit(found.video(features.pooled(stream, names)))
                for texts in (found.sentence(asked.sentences), found.words(asked.words)):
                    total += unit(texts) @ shown.T
            return total / (2 * len(maps))

        return compare

    def _said(self, items: Sequence[Item]) -> Pairs:
        """The captions' two forms; the videos are still to be filled in."""
        outputs = [self.laboratory.texts.frozen.outputs(item.texts[0]) for item in items]
        sentences = np.stack([sentence for _, _, sentence in outputs])
        words = np.stack([tokens[kept].mean(axis=0) for tokens, kept, _ in outputs])
        return Pairs(sentences, sentences, words, sentences)

    def _smoothed(
        self, items: Sequence[Item], sentences: Float32[np.ndarray, "n c"], weight: float
    ) -> Float32[np.ndarray, "n c"]:
        """Captions drawn towards the mean of UCA's sentences of the same videos."""
        means = np.zeros_like(sentences)
        for row, item in enumerate(items):
            told = self.laboratory.subset.uca.get(item.video, ())
            if told:
                means[row] = self.laboratory.texts.frozen(list(told)).mean(axis=0)
        return unit(sentences + weight * means)

    def _inner(self, items: Sequence[Item]) -> list[tuple[list[Item], list[Item]]]:
        """Training and held-out videos of each inner fold."""
        order = np.random.default_rng(self.laboratory.seed).permutation(len(items))
        parts = np.array_split(order, INNER_FOLDS)
        return [
            (
                [items[row] for row in np.sort(np.setdiff1d(order, part))],
                [items[row] for row in np.sort(part)],
            )
            for part in parts
        ]


def _sum_recall(folds: Sequence[DirectionRanks]) -> float:
    return direction_scores(DirectionRanks.pooled(folds)).sum_recall
