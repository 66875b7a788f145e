"""The bank in a store: encoded once, changed with the bank, and the same from either engine."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from jaxtyping import Float32

from detectors.trace.index import VECTOR, TraceIndex, fill, open_index
from detectors.trace.payload import TraceFilter, TracePayload, bank_digest, payloads_of
from detectors.trace.sentences import Context, Trace
from segments.errors import LibraryError
from segments.library import Library
from segments.manifest import SpaceManifest, VectorRecord
from segments.store.base import Collection
from segments.store.edge import EdgeStore
from segments.store.server import ServerStore, collection_name


def make_bank(**normal: Sequence[str]) -> dict[str, Context]:
    """Per context one scene and one fight, and these normal sentences."""
    return {
        name: Context(
            name,
            (f"a {name} from above",),
            (
                *(Trace(text, name, is_anomalous=False) for text in texts),
                Trace(f"men fight in the {name}", name, is_anomalous=True, kind="fighting"),
            ),
        )
        for name, texts in normal.items()
    }


BANK = make_bank(shop=["a woman pays", "a man waits"], park=["a dog runs"])


class Words:
    """Sentences are random directions, each its own; remembers what it was asked."""

    def __init__(self, weights: str = "0") -> None:
        self.asked: list[str] = []
        self.manifest = SpaceManifest(
            profile="tiny",
            vectors=(VectorRecord(name="alan", blocks=("x",), block_dim=4),),
            levels=("moment",),
            digests={"tiny": weights * 64},
            default_alpha=0.5,
        )

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "n 6"]:
        self.asked += texts
        return np.stack([vector_of(text) for text in texts])


def vector_of(text: str) -> Float32[np.ndarray, " 6"]:
    vector = np.random.default_rng(list(text.encode())).standard_normal(6).astype(np.float32)
    return vector / np.linalg.norm(vector)


@pytest.fixture
def library(swift_path: Path) -> Library:
    return Library.create(swift_path / "library", "tiny")


@pytest.fixture(params=["edge", "memory", pytest.param("server", marks=pytest.mark.qdrant)])
def store(request: pytest.FixtureRequest, swift_path: Path) -> Iterator[Collection[TracePayload]]:
    opened = {"edge": open_edge, "memory": open_memory, "server": open_server}[request.param]
    yield from opened(swift_path)


def make_manifest(profile: str = "tiny") -> SpaceManifest:
    record = VectorRecord(name=VECTOR, blocks=(VECTOR,), block_dim=6)
    return Words().manifest.model_copy(update={"profile": profile, "vectors": (record,)})


def open_edge(folder: Path) -> Iterator[Collection[TracePayload]]:
    specs = make_manifest().specs
    EdgeStore.create(folder / "edge", specs, payload=TracePayload)
    store = EdgeStore[TracePayload].open(folder / "edge", specs, payload=TracePayload)
    yield store
    store.close()


def open_memory(folder: Path) -> Iterator[Collection[TracePayload]]:
    store = ServerStore[TracePayload].open(":memory:", make_manifest(), payload=TracePayload)
    yield store
    store.close()


def open_server(folder: Path) -> Iterator[Collection[TracePayload]]:
    url = os.environ.get("RETRACE_QDRANT_URL")
    if url is None:
        pytest.skip("no Qdrant server: set RETRACE_QDRANT_URL")
    manifest = make_manifest(profile=f"test-{uuid4().hex[:8]}")
    ServerStore.create(url, manifest, payload=TracePayload)
    store = ServerStore[TracePayload].open(url, manifest, payload=TracePayload)
    yield store
    store._client.delete_collection(collection_name(manifest))
    store.close()


def test_either_engine_gives_sets_in_the_banks_order(store: Collection[TracePayload]) -> None:
    words = Words()
    assert fill(store, BANK, words, known={}) == 7
    index = TraceIndex(store, BANK)
    normal, anomalous = index.load_sets()
    assert list(normal.texts) == ["a woman pays", "a man waits", "a dog runs"]
    assert list(normal.ids) == [t.id for c in BANK.values() for t in c.normal]
    assert list(normal.kinds) == [None, None, None]
    np.testing.assert_allclose(normal.vectors, [vector_of(t) for t in normal.texts], atol=1e-7)
    assert list(anomalous.contexts) == ["shop", "park"]
    assert list(anomalous.kinds) == ["fighting", "fighting"]
    of_park, fights = index.load_sets(["park"])
    assert (list(of_park.texts), list(fights.texts)) == (["a dog runs"], ["men fight in the park"])
    scenes = index.load_scenes()
    assert scenes.contexts == ("shop", "park")
    np.testing.assert_allclose(scenes.vectors[1], vector_of("a park from above"), atol=1e-7)
    assert sorted(words.asked) == sorted(payload.text for payload in payloads_of(BANK))


def test_searching_agrees_with_the_matrix_product(store: Collection[TracePayload]) -> None:
    many = make_bank(**{f"place{n}": [f"normal {n} {i}" for i in range(9)] for n in range(12)})
    fill(store, many, Words(), known={})
    index = TraceIndex(store, many)
    rng = np.random.default_rng(3)
    for contexts in ([], ["place3", "place7"]):
        for label, of_label in zip(("normal", "anomalous"), index.load_sets(contexts), strict=True):
            query = rng.standard_normal(6).astype(np.float32)
            similarities = of_label.vectors @ query
            best = np.argsort(-similarities, kind="stable")[:5]
            found = index.search(query, label=label, contexts=contexts, limit=5)
            assert [m.point.payload.text for m in found] == [of_label.texts[i] for i in best]
            assert [m.score for m in found] == pytest.approx(similarities[best], abs=1e-6)
            assert {m.point.payload.label for m in found} == {label}


def test_a_filter_names_labels_contexts_and_kinds(store: Collection[TracePayload]) -> None:
    fill(store, BANK, Words(), known={})
    assert store.count(TraceFilter()) == store.count() == 7
    assert store.count(TraceFilter(label="scene")) == 2
    assert store.count(TraceFilter(contexts=("shop",))) == 4
    assert store.count(TraceFilter(label="anomalous", kinds=("fighting",))) == 2
    assert store.count(TraceFilter(kinds=("arson",))) == 0
    assert store.count(TraceFilter(label="normal", contexts=("shop", "park"))) == 3


def test_a_half_filled_store_is_completed(store: Collection[TracePayload]) -> None:
    words = Words()
    assert fill(store, {"park": BANK["park"]}, words, known={}) == 3
    assert fill(store, BANK, words, known={"a man waits": vector_of("a man waits")}) == 4
    assert fill(store, BANK, words, known={}) == 0
    assert "a man waits" not in words.asked
    assert len(words.asked) == 6


def test_the_bank_is_encoded_once_and_then_only_what_is_new(library: Library) -> None:
    words = Words()
    open_index(library, words, BANK).close()
    first, words.asked = words.asked, []
    assert len(first) == 7
    with open_index(library, words, BANK) as index:
        assert words.asked == []
        assert len(index.load_sets()[0].ids) == 3
    changed = make_bank(shop=["a woman pays", "a boy sings"], park=["a dog runs"])
    with open_index(library, words, changed) as index:
        assert words.asked == ["a boy sings"]
        normal, _ = index.load_sets()
        assert list(normal.texts) == ["a woman pays", "a boy sings", "a dog runs"]
        np.testing.assert_allclose(normal.vectors, [vector_of(t) for t in normal.texts], atol=1e-7)
        assert index.search(vector_of("a man waits"), label="normal", limit=9)[-1].score < 0.99
    digests = library.trace_vectors.manifest().digests
    assert digests == {"tiny": "0" * 64, "trace bank": bank_digest(changed)}


def test_other_weights_encode_everything_again(library: Library) -> None:
    open_index(library, Words("0"), BANK).close()
    words = Words("1")
    open_index(library, words, BANK).close()
    assert len(words.asked) == 7


def test_a_crash_while_filling_is_mended(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as crashing:
        crashing.setattr("detectors.trace.index.fill", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            open_index(library, Words(), BANK)
    with open_index(library, Words(), BANK) as index:
        assert [len(part.ids) for part in index.load_sets()] == [3, 2]


def test_one_owner_at_a_time(library: Library) -> None:
    with (
        open_index(library, Words(), BANK),
        pytest.raises(LibraryError, match="traces is in use by"),
    ):
        open_index(library, Words(), BANK)
    open_index(library, Words(), BANK).close()


def test_a_server_may_hold_the_bank(library: Library) -> None:
    with open_index(library, Words(), BANK, url=":memory:") as index:
        assert [len(part.ids) for part in index.load_sets()] == [3, 2]
    assert not library.trace_vectors.edge_folder.exists()


def test_the_digest_is_of_the_words_not_of_their_order() -> None:
    assert bank_digest(BANK) == bank_digest(dict(reversed(BANK.items())))
    assert bank_digest(BANK) != bank_digest({"shop": BANK["shop"]})
    moved = make_bank(shop=["a man waits", "a woman pays"], park=["a dog runs"])
    assert bank_digest(moved) == bank_digest(BANK)
