"""What clients ask: words alone, words that were asked before, words under filters, and all."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice

import numpy as np

from benchmarks.serving.asking import Body
from benchmarks.serving.footage import CAMERAS, START, camera_name
from benchmarks.serving.sentences import fresh

KNOWN = 64
"""Sentences of the stream that asks the same ones again."""
AN_HOUR = timedelta(hours=1)
ODD = 0.6
"""Least anomaly score of the stream that asks for it: about a tenth of the moments."""


def words(seed: int) -> Iterator[Body]:
    """Sentences that are encoded each time."""
    return _words(seed, 10)


def known_words(seed: int) -> Iterator[Body]:
    """A few sentences, which the service remembers from the second time on."""
    rng, texts = np.random.default_rng([seed, 11]), list(islice(fresh(0), KNOWN))
    while True:
        yield {"text": str(rng.choice(texts))}


def of_a_camera(seed: int) -> Iterator[Body]:
    """One camera of forty."""
    rng = np.random.default_rng([seed, 12])
    for body in _words(seed, 12):
        yield body | {"cameras": [camera_name(int(rng.integers(CAMERAS)))]}


def of_a_time(seed: int) -> Iterator[Body]:
    """One hour of all cameras."""
    after, before = (time.isoformat() for time in (START, START + AN_HOUR))
    return (body | {"after": after, "before": before} for body in _words(seed, 14))


def since(seed: int) -> Iterator[Body]:
    """Everything after the first hour: a filter that leaves most of a large library."""
    return (body | {"after": (START + AN_HOUR).isoformat()} for body in _words(seed, 15))


def anomalous(seed: int) -> Iterator[Body]:
    """Whatever is odd enough."""
    return (body | {"min_anomaly": {"alan": ODD}} for body in _words(seed, 16))


def mixed(seed: int) -> Iterator[Body]:
    """Each of the others in turn, drawn by how often they are asked."""
    rng = np.random.default_rng([seed, 13])
    some = [words, known_words, of_a_camera, of_a_time, anomalous]
    streams = [stream(seed) for stream in some]
    while True:
        yield next(streams[int(rng.choice(len(streams), p=(0.4, 0.2, 0.2, 0.1, 0.1)))])


def _words(seed: int, stream: int) -> Iterator[Body]:
    """No two streams ask the same sentences."""
    return ({"text": text} for text in fresh(1000 * seed + stream))


STREAMS: dict[str, Callable[[int], Iterator[Body]]] = {
    "words": words,
    "words, asked before": known_words,
    "words, one camera": of_a_camera,
    "words, one hour": of_a_time,
    "words, since a time": since,
    "words, anomalous": anomalous,
}
"""Asked by one client each."""
MIXED = "mixed"
