"""A data set's training split as ALAN learns from it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
from jaxtyping import Float32

from benchmarks.datasets.base import FeatureReader, Item
from encoders.alan.training import TextTable, TrainingSet, VideoExample
from segments.errors import UserError
from segments.vectors import ClipFeatures

MakeTable = Callable[[Sequence[tuple[str, str]]], TextTable]
"""From sentences, each with what it means."""


def training_set(
    items: Sequence[Item],
    features: FeatureReader,
    *,
    table: MakeTable | None,
    more_texts: Mapping[str, Sequence[str]] | None = None,
    clip_labels: Mapping[str, Float32[np.ndarray, " t"]] | None = None,
    in_memory: bool = True,
) -> TrainingSet:
    """What ALAN is trained on: every video means itself, and equal sentences mean the same.

    Args:
        table: makes the texts' table; None where videos are asked for by their own sound.
        more_texts: further sentences of some videos.
        clip_labels: the truth about clips, where sampling is to be led by it.
        in_memory: keep features once they were read; else read them at every visit.

    Raises:
        UserError: too few videos, one without text where texts are asked, or without sound.
    """
    if len(items) < 2:
        raise UserError(
            f"videos are ranked against each other: the training split has {len(items)}, and needs "
            "at least two"
        )
    said = [(text, text) for item in items for text in _texts(item, more_texts or {})]
    row_of = {pair: row for row, pair in enumerate(sorted(set(said)))}
    videos = []
    for item in items:
        texts = _texts(item, more_texts or {}) if table is not None else []
        if table is not None and not texts:
            raise UserError(f"{item.video} has no text: every training video needs a sentence")
        videos.append(
            VideoExample(
                read=_reader(features, item.video, needs_sound=table is None, keep=in_memory),
                texts=tuple(row_of[text, text] for text in texts),
                meanings=frozenset(texts or {item.video}),
                is_anomalous=item.is_anomalous,
                num_crops=features.num_crops,
                clip_labels=None if clip_labels is None else clip_labels[item.video],
            )
        )
    return TrainingSet(tuple(videos), None if table is None else table(list(row_of)))


def _texts(item: Item, more: Mapping[str, Sequence[str]]) -> list[str]:
    return [*item.texts, *more.get(item.video, ())]


def _reader(
    features: FeatureReader, video: str, *, needs_sound: bool, keep: bool
) -> Callable[[int], ClipFeatures]:
    def read(crop: int) -> ClipFeatures:
        found = features.read(video, crop=crop)
        if needs_sound and found.audio is None:
            raise UserError(
                f"{video} has no sound features, and this data set asks by sound: complete its "
                "audio folder, or leave the video out of the list"
            )
        return found if needs_sound else ClipFeatures(found.streams)

    return cache(read) if keep else read
