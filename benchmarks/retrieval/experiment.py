"""One network trained on a data set's training split, and its test split seen through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from benchmarks.datasets.base import Item, RetrievalDataset
from benchmarks.retrieval.embedding import (
    Ask,
    Embedded,
    Lead,
    ask_by_sound,
    ask_by_text,
    embed_items,
    led_by_detector,
)
from benchmarks.retrieval.examples import MakeTable, training_set
from encoders.alan import Alan, AlanConfig, AlanPredictor
from encoders.alan.phrases import Engine, phrase_finder
from encoders.alan.start import start_aligned
from encoders.alan.training import AlanRecipe, AlanTrainer, Machine, Sentences
from encoders.alan.training.texts import TextBackbone, pieces_table
from encoders.alan.training.trainer import OnEpoch, OnStep
from encoders.bert import BertText
from encoders.minilm import load_minilm
from segments.vectors import ClipFeatures

TEXT_FOLDER = "text"
Start = Callable[[Alan], None]
"""Gives a new network other weights than random ones."""


@dataclass(frozen=True)
class Texts:
    """The text backbone of an experiment: MiniLM, frozen, or one from a folder, trained along."""

    folder: Path | None = None
    phrases: Engine = "auto"

    @property
    def is_trained(self) -> bool:
        return self.folder is not None

    @cached_property
    def frozen(self) -> Sentences:
        """MiniLM; every sentence is asked once."""
        return Sentences(load_minilm())

    @cached_property
    def dim(self) -> int:
        """Width of its states."""
        return self.backbone().dim

    @property
    def digests(self) -> Mapping[str, str]:
        """SHA-256 by name of frozen weights that are not shipped with retrace."""
        return {}

    def backbone(self) -> TextBackbone:
        """A fresh one to be trained, or the frozen one."""
        if self.folder is None:
            return self.frozen.backbone
        return BertText.from_pretrained(self.folder, pooling="cls")


@dataclass(frozen=True)
class Trained:
    """What a run leaves."""

    alan: Alan
    backbone: BertText | None
    """Where one was trained along."""

    def save(self, folder: Path) -> None:
        """Writes config.json, model.safetensors and, where trained, the folder text/."""
        self.alan.save_pretrained(folder)
        if self.backbone is not None:
            self.backbone.save_pretrained(folder / TEXT_FOLDER)


@dataclass(frozen=True)
class Experiment:
    """Everything that decides what a network becomes."""

    dataset: RetrievalDataset
    config: AlanConfig
    recipe: AlanRecipe
    texts: Texts
    machine: Machine = field(default_factory=Machine)
    more_texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Further sentences of training videos."""
    clip_labels: Mapping[str, Float32[np.ndarray, " t"]] | None = None
    """The truth about every clip, for sampling that is led by it."""
    in_memory: bool = True
    start: Start | None = None
    """Where it starts; None: aligned, where its gates are shut, else from random weights."""

    def trainer(self, items: Sequence[Item], *, start: Start | None = None) -> AlanTrainer:
        """A run on some videos, ready to start."""
        by_text = self.dataset.query == "text"
        backbone = self.texts.backbone() if by_text else None
        data = training_set(
            items,
            self.dataset.features,
            table=None if backbone is None else self._table(backbone),
            more_texts=self.more_texts,
            clip_labels=self.clip_labels if self.recipe.led_by == "labels" else None,
            in_memory=self.in_memory,
        )
        recipe = self.recipe if by_text else replace(self.recipe, masking="none")
        begin = start or self.start
        if begin is None and self.config.residual_gate:
            begin = self._aligned_start(items)
        return AlanTrainer(
            self.config, data, recipe, backbone=backbone, start=begin, machine=self.machine
        )

    def train(
        self,
        folder: Path | None = None,
        *,
        items: Sequence[Item] | None = None,
        start: Start | None = None,
        on_step: OnStep | None = None,
        on_epoch: OnEpoch | None = None,
    ) -> Trained:
        """Trains on the training split, or on the items given; see `AlanTrainer.run`."""
        trainer = self.trainer(self.dataset.split("train") if items is None else items, start=start)
        return self.finish(trainer, folder, on_step=on_step, on_epoch=on_epoch)

    def finish(
        self,
        trainer: AlanTrainer,
        folder: Path | None = None,
        *,
        on_step: OnStep | None = None,
        on_epoch: OnEpoch | None = None,
    ) -> Trained:
        """Runs a trainer of this experiment to its end; see `AlanTrainer.run`."""
        alan = trainer.run(folder, on_step=on_step, on_epoch=on_epoch)
        backbone = trainer.learner.backbone
        return Trained(alan, None if backbone is None else backbone.freeze())

    def embed(self, trained: Trained, items: Sequence[Item] | None = None) -> Embedded:
        """The test split, or the items given, through a trained network."""
        predictor = AlanPredictor(trained.alan, device=self.machine.torch_device)
        chosen = self.dataset.split("test") if items is None else items
        features = self.dataset.features
        return embed_items(predictor, chosen, features, self._ask(trained), lead=self._lead())

    def _aligned_start(self, items: Sequence[Item]) -> Start:
        """Mean-pooled retrieval by the stream appearance, as the compact profile starts."""
        said = self.texts.frozen([text for item in items for text in item.texts])
        return partial(start_aligned, stream="appearance", sentences=said, seed=self.recipe.seed)

    def _table(self, backbone: TextBackbone) -> MakeTable:
        masking = self.recipe.masking if self.recipe.has_phrases else "none"
        find = None if masking == "none" else phrase_finder(self.texts.phrases)[1]
        if self.texts.is_trained:
            return partial(pieces_table, backbone, masking=masking, find=find)
        return partial(self.texts.frozen.table, masking=masking, find=find, cut_by=backbone)

    def _ask(self, trained: Trained) -> Ask:
        if self.dataset.query == "audio":
            return ask_by_sound(self.dataset.features)
        own = self.texts.frozen if trained.backbone is None else Sentences(trained.backbone)
        return ask_by_text(own)

    def _lead(self) -> Lead:
        labels = self.clip_labels
        if self.recipe.led_by == "labels" and labels is not None:
            return lambda item, features, predictor: labels[item.video].astype(np.float32)
        if self.recipe.led_by == "nothing":
            return _led_by_nothing
        return led_by_detector


def _led_by_nothing(
    item: Item, features: ClipFeatures, predictor: AlanPredictor
) -> Float32[np.ndarray, " t"]:
    return np.zeros(len(features), np.float32)
