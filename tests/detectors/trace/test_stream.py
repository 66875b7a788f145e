"""A live camera gets the vectors that the whole video would give, and memory does not grow."""

from typing import Any

import numpy as np
import pytest
import torch

from detectors.trace.config import TraceConfig, Window
from detectors.trace.network import TraceNetwork
from detectors.trace.stream import TraceStream
from tests.detectors.trace.test_network import opened, small

KINDS: list[dict[str, Any]] = [
    {},
    {"ahead": 3},
    {"windows": (Window(4), Window(4, 3)), "ahead": 2},
    {"windows": (Window(4), Window(4, 3)), "mix": "max"},
    {"windows": (Window(2, 2), Window(3, 6)), "fusion": "concat", "ahead": 1},
    {"fusion": "appearance"},
]


def footage(length: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return tuple(rng.standard_normal((length, width), np.float32) for width in (8, 3))  # type: ignore[return-value]


def whole(network: TraceNetwork, appearance: np.ndarray, motion: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        both = torch.from_numpy(appearance)[None], torch.from_numpy(motion)[None]
        return network(*both)[0].numpy()


def pieces(config: TraceConfig, sizes: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """The vectors of a stream in pieces of these sizes, and those of the whole."""
    network, (appearance, motion) = opened(config), footage(sum(sizes))
    stream, found, start = TraceStream(network), [], 0
    for size in sizes:
        found.append(stream.push(appearance[start : start + size], motion[start : start + size]))
        start += size
    return np.concatenate([*found, stream.finish()]), whole(network, appearance, motion)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", [[1] * 40, [7, 0, 30, 3], [40], [2]])
def test_a_stream_equals_the_whole(kind: dict[str, Any], sizes: list[int]) -> None:
    streamed, batch = pieces(small(**kind), sizes)
    np.testing.assert_allclose(streamed, batch, rtol=0, atol=2e-6)


def test_vectors_come_as_soon_as_their_look_ahead_is_there() -> None:
    stream = TraceStream(opened(small(ahead=2)))
    appearance, motion = footage(5)
    counts = [len(stream.push(appearance[[t]], motion[[t]])) for t in range(5)]
    assert [*counts, len(stream.finish())] == [0, 0, 1, 1, 1, 2]


def test_memory_stays_the_same_however_long_it_runs() -> None:
    config = small(windows=(Window(4, 3),), ahead=2)
    stream = TraceStream(opened(config))
    appearance, motion = footage(200)
    kept = set[int]()
    for t in range(200):
        stream.push(appearance[[t]], motion[[t]])
        kept.add(stream.num_kept)
    assert kept == {3 * 3 + 2}  # of slots but the newest: nine means; and two clips of the next


def test_a_whole_video_in_chunks_equals_the_batch() -> None:
    network, (appearance, motion) = opened(small(ahead=1)), footage(33)
    found = TraceStream.whole(network, appearance, motion, chunk=10)
    np.testing.assert_allclose(found, whole(network, appearance, motion), rtol=0, atol=2e-6)
