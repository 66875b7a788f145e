"""Retrieval data sets small enough for tests, in memory and as files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from benchmarks.datasets.base import DatasetMissing, Item, Query, RetrievalDataset
from benchmarks.retrieval.presets import PRESETS, Preset
from segments.vectors import ClipFeatures
from tests.support.feature_folders import write_captions, write_ucfcrime_like

STREAMS = {"appearance": 6, "motion": 5}
AUDIO_DIM = 7
CAPTIONS = ("A man runs away.", "A car burns.", "Two dogs fight.", "A woman enters a shop.")


@dataclass(frozen=True)
class HeldFeatures:
    """A `FeatureReader` of what is in memory."""

    videos: Mapping[str, ClipFeatures]
    streams: dict[str, int] = field(default_factory=lambda: dict(STREAMS))
    audio_dim: int | None = None
    num_crops: int = 1

    def read(self, video: str, *, crop: int = 0) -> ClipFeatures:
        if video not in self.videos:
            raise DatasetMissing(f"no features of {video}")
        return self.videos[video]


def clips_of(name: str, *, clips: int = 5, sound: bool = False) -> ClipFeatures:
    """Random, the same for the same name."""
    rng = np.random.default_rng(list(name.encode()))

    def drawn(width: int) -> np.ndarray:
        return rng.standard_normal((clips, width)).astype(np.float32)

    streams = {stream: drawn(width) for stream, width in STREAMS.items()}
    return ClipFeatures(streams, drawn(AUDIO_DIM) if sound else None)


def tiny_dataset(
    *, train: int = 6, test: int = 4, query: Query = "text", files: Sequence[Path] = ()
) -> RetrievalDataset:
    """Videos "train0", ... and "test0", ..., every second one anomalous."""
    names = [(f"train{n}", "train") for n in range(train)] + [
        (f"test{n}", "test") for n in range(test)
    ]
    items = tuple(
        Item(name, split, n % 2 == 1, (CAPTIONS[n % len(CAPTIONS)],) if query == "text" else ())
        for n, (name, split) in enumerate(names)
    )
    sound = query == "audio"
    features = HeldFeatures(
        {name: clips_of(name, sound=sound) for name, _ in names},
        audio_dim=AUDIO_DIM if sound else None,
    )
    return RetrievalDataset("tiny", query, items, features, tuple(files))


def small(preset: Preset) -> Preset:
    """A profile's way of training, with a network of a few thousand weights and one epoch."""
    config = replace(preset.config, d=16, heads=2, ffn=16, num_samples=4, detector_hidden=(4,))
    return replace(preset, config=config, recipe=replace(preset.recipe, epochs=1, batch_size=8))


SMALL_PRESETS = {name: small(preset) for name, preset in PRESETS.items()}


def write_ucfcrime_ar(folder: Path, *, train: int = 8, test: int = 4) -> list[str]:
    """The official layout in small; the words that name it to a command."""
    videos = {
        split: [f"{('Abuse', 'Normal_Videos_')[n % 2]}{n:03}_{split}_x264" for n in range(count)]
        for split, count in (("train", train), ("test", test))
    }
    for split, names in videos.items():
        said = {name: CAPTIONS[n % len(CAPTIONS)] for n, name in enumerate(names)}
        write_captions(folder / "captions", split, said)
    every = [name for names in videos.values() for name in names]
    features = write_ucfcrime_like(folder / "i3d", every, clips=6, dim=8, crops=2)
    return ["--annotations", str(folder / "captions"), "--features", str(features)]


def write_depot(folder: Path, *, train: int = 8, test: int = 4) -> list[str]:
    """A data set of one's own as `depot.toml` with features; the words that name it."""
    lines = ['name = "depot"']
    names = [f"train{n}" for n in range(train)] + [f"test{n}" for n in range(test)]
    for n, name in enumerate(names):
        lines += [
            "[[videos]]",
            f'video = "{name}"',
            f'split = "{name.rstrip("0123456789")}"',
            f"is_anomalous = {str(n % 2 == 1).lower()}",
            f'texts = ["{CAPTIONS[n % len(CAPTIONS)]}"]',
        ]
    (folder / "depot.toml").write_text("\n".join(lines))
    features = write_ucfcrime_like(folder / "depot-features", names, clips=6, dim=8, crops=1)
    return ["--table", str(folder / "depot.toml"), "--features", str(features)]
