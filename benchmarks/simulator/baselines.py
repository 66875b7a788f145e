"""How far one gets on the simulated benchmark without looking at what happens.

Retrieval: a ridge regression from statistics of a video (colour, brightness, motion, loudness,
length) to what it is asked by; matching of the words that captions of both splits share; and
recognition of place, hour and weather from colours by someone who can read them in the captions.
Frame scores: motion, change of brightness, loudness.
"""

import re
from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
from jaxtyping import Float, Float32

from benchmarks.compact.words import ridge_similarity
from benchmarks.datasets.base import Item
from benchmarks.datasets.simulated import SimulatedBenchmark
from benchmarks.simulator.measures import COLUMNS, group
from benchmarks.simulator.wording import PLACE_WORDS, TIME_WORDS, WEATHER_WORDS, Wordings
from encoders.minilm import load_minilm
from segments.levels import CLIP_S

Rows = Float32[np.ndarray, "n d"]
PERCENTILES = (10, 50, 90)
PENALTY = 0.3
LEAST_SPREAD = 1e-6
LEAST_VIDEOS = 3
"""Words of fewer training videos are no words of the vocabulary."""
ATTRIBUTES: dict[str, Wordings] = {
    "place": PLACE_WORDS,
    "time": TIME_WORDS,
    "weather": WEATHER_WORDS,
}
SENTENCES_AT_ONCE = 64


def trivial_baselines(benchmark: SimulatedBenchmark) -> dict[str, Float[np.ndarray, "q g"]]:
    """Similarity of every test query, row, to every test video, column, by baseline.

    Query i belongs to video i, in the order of `benchmark.split("test")`.
    """
    train, test = benchmark.split("train"), benchmark.split("test")
    asked = {"text": _sentences, "audio": _sounds}[benchmark.query]
    train_targets, test_targets = asked(benchmark, train), asked(benchmark, test)
    found = {
        name: _ridge(
            describe(benchmark, train), train_targets, describe(benchmark, test), test_targets
        )
        for name, describe in _describers(benchmark.query).items()
    }
    if benchmark.query == "text":
        found["shared words"] = _shared_words(benchmark, train, test)
        found["place, hour and weather"] = _read_places(benchmark, train, test)
    return found


def trivial_frame_scores(
    benchmark: SimulatedBenchmark,
) -> dict[str, dict[str, Float32[np.ndarray, " t"]]]:
    """A score for each clip of each test video, by baseline and video; higher is more anomalous."""
    columns = {
        "motion": ("motion", 0),
        "fastest motion": ("motion", 2),
        "moving area": ("motion", 3),
        "change of brightness": ("change", 0),
        "loudness": ("loudness", 0),
    }
    return {
        name: {
            item.video: group(benchmark.drawn.measures(item.video), part)[:, column]
            for item in benchmark.split("test")
        }
        for name, (part, column) in columns.items()
    }


Describe = Callable[[SimulatedBenchmark, Sequence[Item]], Rows]


def _describers(query: str) -> dict[str, Describe]:
    pictures = {
        "colour": _statistics("colour"),
        "brightness": _statistics("brightness", "change"),
        "motion": _statistics("motion"),
        "colour, brightness and motion": _statistics("colour", "brightness", "motion", "change"),
        "length": _length,
    }
    return pictures | ({"loudness": _statistics("loudness")} if query == "text" else {})


def _statistics(*names: str) -> Describe:
    """Mean, deviation and percentiles over a video's clips of groups of measures."""

    def describe(benchmark: SimulatedBenchmark, items: Sequence[Item]) -> Rows:
        return np.stack([_summary(benchmark.drawn.measures(i.video), names) for i in items])

    return describe


def _summary(
    measures: Float32[np.ndarray, "t k"], names: Sequence[str]
) -> Float32[np.ndarray, " d"]:
    assert set(names) <= set(COLUMNS), f"{names = }"
    chosen = np.concatenate([group(measures, name) for name in names], axis=1)
    parts = [chosen.mean(axis=0), chosen.std(axis=0), *np.percentile(chosen, PERCENTILES, axis=0)]
    return np.concatenate(parts).astype(np.float32)


def _length(benchmark: SimulatedBenchmark, items: Sequence[Item]) -> Rows:
    seconds = [len(benchmark.drawn.measures(item.video)) * CLIP_S for item in items]
    return np.log(np.array(seconds, np.float32))[:, None]


def _sentences(benchmark: SimulatedBenchmark, items: Sequence[Item]) -> Rows:
    """Mean sentence embedding of each video's captions."""
    model = load_minilm()
    texts = [text for item in items for text in item.texts]
    blocks = [texts[k : k + SENTENCES_AT_ONCE] for k in range(0, len(texts), SENTENCES_AT_ONCE)]
    rows = iter(chain.from_iterable(model(block).sentence.numpy() for block in blocks))
    return np.stack([np.mean([next(rows) for _ in item.texts], axis=0) for item in items])


def _sounds(benchmark: SimulatedBenchmark, items: Sequence[Item]) -> Rows:
    """Mean audio features of each video."""
    audio = [benchmark.features.read(item.video).audio for item in items]
    return np.stack([rows.mean(axis=0) for rows in audio if rows is not None])


def _ridge(train: Rows, targets: Rows, test: Rows, asked: Rows) -> Float[np.ndarray, "q g"]:
    """Columns that are the same for all training videos tell nothing."""
    varies = train.std(axis=0) > LEAST_SPREAD
    if not varies.any():
        return np.zeros((len(asked), len(test)))
    mean, spread = train.mean(axis=0), train.std(axis=0)
    known, new = (((rows - mean) / spread.clip(LEAST_SPREAD))[:, varies] for rows in (train, test))
    return ridge_similarity(known, targets, new, asked, penalty=PENALTY)


def _shared_words(
    benchmark: SimulatedBenchmark, train: Sequence[Item], test: Sequence[Item]
) -> Float[np.ndarray, "q g"]:
    """From all statistics to weighted bags of words."""
    describe = _statistics(*COLUMNS)
    bags = [[set(_words(text)) for text in item.texts] for item in train]
    seen = [word for bag in bags for word in set().union(*bag)]
    vocabulary = [word for word in sorted(set(seen)) if seen.count(word) >= LEAST_VIDEOS]
    weights = np.log(len(train) / np.array([seen.count(word) for word in vocabulary]))
    targets = np.stack([np.mean([_bag(b, vocabulary) for b in bag], axis=0) for bag in bags])
    asked = np.stack([_bag(set(_words(item.texts[0])), vocabulary) for item in test])
    inputs = describe(benchmark, train), describe(benchmark, test)
    return _ridge(inputs[0], targets * weights, inputs[1], asked * weights)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def _bag(words: set[str], vocabulary: Sequence[str]) -> Float32[np.ndarray, " v"]:
    return np.array([word in words for word in vocabulary], np.float32)


def _read_places(
    benchmark: SimulatedBenchmark, train: Sequence[Item], test: Sequence[Item]
) -> Float[np.ndarray, "q g"]:
    """How much likelier than in other videos the place, hour and weather that a caption names are,
    by the colours alone: the logarithm of the ratio.
    """
    describe = _statistics("colour", "brightness")
    inputs = describe(benchmark, train), describe(benchmark, test)
    similarity = np.zeros((len(test), len(test)))
    for attribute, wordings in ATTRIBUTES.items():
        labels = [getattr(benchmark.scene(item.video), attribute) for item in train]
        names, log_shares = _classify(*inputs, labels)
        for row, item in enumerate(test):
            named = [k for k, name in enumerate(names) if _names(item.texts[0], name, wordings)]
            if named:
                likely = np.exp(log_shares[:, named]).sum(axis=1)
                similarity[row] += np.log(likely / likely.mean())
    return similarity


def _classify(
    train: Rows, test: Rows, labels: Sequence[str]
) -> tuple[list[str], Float[np.ndarray, "n c"]]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=500))
    model.fit(train, labels)
    return list(model.classes_), model.predict_log_proba(test)


def _names(text: str, value: str, wordings: Wordings) -> bool:
    return value in wordings and any(words in text.lower() for words in wordings[value]["test"])
