"""A made-up C3D subset: a few videos of 32 clips, captions of a small vocabulary, UCA sentences."""

from functools import cached_property

import numpy as np

from benchmarks.datasets.base import Item, RetrievalDataset
from benchmarks.datasets.ucfcrime_ar import C3DSubset
from benchmarks.retrieval.experiment import Texts
from encoders.alan.training import Sentences
from segments.vectors import ClipFeatures
from tests.support.retrieval import HeldFeatures
from tests.support.text import tiny_bert

WIDTH = 300
WHO = ("the man", "a woman", "the old dog", "a red car")
WHAT = ("runs", "enters the shop", "walks", "breaks the big car")


def raw_features(count: int, *, seed: int = 0) -> HeldFeatures:
    """Videos "v00", "v01", ...: non-negative, as fc6 features are after their ReLU."""
    rng = np.random.default_rng(seed)
    videos = {
        f"v{n:02}": ClipFeatures(
            {"appearance": (3 * rng.random(WIDTH) + rng.random((32, WIDTH))).astype(np.float32)}
        )
        for n in range(count)
    }
    return HeldFeatures(videos, {"appearance": WIDTH})


def subset(*, train: int = 12, test: int = 4, seed: int = 0) -> C3DSubset:
    """The last videos are the official test split; two folds part all.

    Args:
        seed: of what is seen and said in the test videos; training videos stay the same.
    """
    count = train + test
    raw, other = raw_features(count), raw_features(count, seed=seed)
    names = sorted(raw.videos)
    known = dict(raw.videos) | {name: other.videos[name] for name in names[train:]}
    items = tuple(
        Item(name, "train" if n < train else "test", n % 2 == 1, (_caption(n, seed, n < train),))
        for n, name in enumerate(names)
    )
    uca = {
        name: (f"big {name} man", f"{name} {0 if n < train else seed}")
        for n, name in enumerate(names)
    }
    dataset = RetrievalDataset("c3d-subset", "text", items, HeldFeatures(known, raw.streams), ())
    return C3DSubset(dataset, (tuple(names[0::2]), tuple(names[1::2])), uca)


def _caption(number: int, seed: int, is_train: bool) -> str:
    place = number if is_train else number + seed
    return f"{WHO[place % 4]} {WHAT[place // 4 % 4]}"


class TinyTexts(Texts):
    """A frozen backbone of width 16 in place of MiniLM."""

    @cached_property
    def frozen(self) -> Sentences:
        return Sentences(tiny_bert(pooling="mean").freeze())
