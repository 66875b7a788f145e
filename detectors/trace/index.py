"""The trace bank as a profile reads it, kept in the library's Qdrant (METHODS B.1, B.3).

Every sentence is a point with its label. Normal and anomalous ones are searched apart: a joint
search may find five of one label and leave the other's best unknown.

A collection is of one bank and one profile, and its manifest has the digests of both. When the
bank changes it is made anew, and only sentences that it did not have are encoded.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from jaxtyping import Float32

from detectors.trace.payload import Label, TraceFilter, TracePayload, bank_digest, payloads_of
from detectors.trace.scoring import TraceSet
from detectors.trace.sentences import Context
from segments.library import Library, SpaceFolder
from segments.manifest import SpaceManifest, VectorRecord
from segments.store.base import Collection, Match, Point
from segments.store.lock import OwnerLock
from segments.store.opening import create_collection, open_collection

VECTOR = "sentence"
BANK = "trace bank"
"""What the bank's digest is called among those of the weights."""
Vectors = Mapping[str, Float32[np.ndarray, " d"]]
"""By sentence."""


class SentenceEncoder(Protocol):
    """A profile, as far as the bank needs one."""

    @property
    def manifest(self) -> SpaceManifest: ...

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "n d"]:
        """Unit vectors in the space of the stream "appearance"."""
        ...


@dataclass(frozen=True)
class Scenes:
    """How the contexts look to a fixed camera."""

    contexts: tuple[str, ...]
    """The context of each sentence."""
    vectors: Float32[np.ndarray, "n d"]
    """Unit."""


class TraceIndex:
    """An open bank; close it to let others in."""

    def __init__(self, store: Collection[TracePayload], bank: Mapping[str, Context]) -> None:
        """
        Args:
            store: holds the bank, as `fill` puts it there.
        """
        self._store = store
        self._payloads = payloads_of(bank)

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def search(
        self,
        vector: Float32[np.ndarray, " d"],
        *,
        label: Label,
        contexts: Sequence[str] = (),
        limit: int = 5,
    ) -> list[Match[TracePayload]]:
        """The nearest sentences of one label, best first; exact.

        For single questions, and for banks that memory does not hold. The clips of a video are
        compared with `load_sets`: one matrix product does the work of a search per clip.

        Args:
            contexts: only of these; none means all.
        """
        where = TraceFilter(label=label, contexts=tuple(contexts))
        return self._store.search(VECTOR, vector, limit=limit, where=where)

    def load_sets(self, contexts: Sequence[str] = ()) -> tuple[TraceSet, TraceSet]:
        """The normal and the anomalous sentences with their vectors, in the bank's order.

        Args:
            contexts: only of these; none means all.
        """
        return self._load("normal", contexts), self._load("anomalous", contexts)

    def load_scenes(self) -> Scenes:
        """What contexts are chosen by."""
        points = self._points("scene", ())
        return Scenes(tuple(point.payload.context for point in points), _matrix(points))

    def _load(self, label: Label, contexts: Sequence[str]) -> TraceSet:
        points = self._points(label, contexts)
        payloads = [point.payload for point in points]
        return TraceSet(
            ids=tuple(payload.trace_id for payload in payloads),
            texts=tuple(payload.text for payload in payloads),
            contexts=tuple(payload.context for payload in payloads),
            kinds=tuple(payload.kind for payload in payloads),
            vectors=_matrix(points),
        )

    def _points(self, label: Label, contexts: Sequence[str]) -> list[Point[TracePayload]]:
        of_label = [payload for payload in self._payloads if payload.label == label]
        chosen = [p.point_id for p in of_label if not contexts or p.context in contexts]
        return self._store.get(chosen)


def open_index(
    library: Library,
    encoder: SentenceEncoder,
    bank: Mapping[str, Context],
    *,
    url: str | None = None,
    api_key: str | None = None,
    wait_s: float = 0.0,
) -> TraceIndex:
    """Opens the bank of a library's space, encoded by its profile; encodes what is missing.

    Args:
        bank: as `load_bank` reads it.
        url: the Qdrant server that holds the points; None means the library's own folder, which
            this process then owns.
        wait_s: how long to wait for another owner of that folder to leave.

    Raises:
        LibraryError: the folder is in use or damaged, or the server does not answer.
        WeightsMissing: something has to be encoded, and the profile's text model is not here.
    """
    folder = library.trace_vectors
    digests = encoder.manifest.digests | {BANK: bank_digest(bank)}
    former, vectors = _digests(folder), {}
    if former != digests:
        if former and former.items() >= encoder.manifest.digests.items():
            vectors = _read_vectors(folder, url=url, api_key=api_key, wait_s=wait_s)
        vectors = with_missing(vectors, payloads_of(bank), encoder)
        _take_down(folder, wait_s=wait_s)
    manifest = _manifest(encoder, digests, vectors) if vectors else folder.manifest()
    create_collection(folder, manifest, TracePayload, url=url, api_key=api_key)
    store = open_collection(folder, TracePayload, url=url, api_key=api_key, wait_s=wait_s)
    try:
        fill(store, bank, encoder, known=vectors)
    except BaseException:
        store.close()
        raise
    return TraceIndex(store, bank)


def fill(
    store: Collection[TracePayload],
    bank: Mapping[str, Context],
    encoder: SentenceEncoder,
    *,
    known: Vectors,
) -> int:
    """Writes those of the bank's sentences that `store` lacks; how many that were.

    Args:
        store: of this bank and profile, or empty.
        known: vectors of sentences that need no encoding.
    """
    payloads = payloads_of(bank)
    if store.count() == len(payloads):
        return 0
    there = {point.id for point in store.iter_points(with_vectors=False)}
    lacking = [payload for payload in payloads if payload.point_id not in there]
    vectors = with_missing(known, lacking, encoder)
    store.upsert([Point(p.point_id, {VECTOR: vectors[p.text]}, p) for p in lacking])
    return len(lacking)


def with_missing(
    known: Vectors, payloads: Sequence[TracePayload], encoder: SentenceEncoder
) -> Vectors:
    """`known`, and the vectors of sentences that it lacks."""
    missing = list(dict.fromkeys(p.text for p in payloads if p.text not in known))
    if not missing:
        return known
    return {**known, **dict(zip(missing, encoder.encode_sentences(missing), strict=True))}


def _digests(folder: SpaceFolder) -> dict[str, str]:
    return folder.manifest().digests if folder.manifest_file.exists() else {}


def _manifest(encoder: SentenceEncoder, digests: dict[str, str], vectors: Vectors) -> SpaceManifest:
    dim = len(next(iter(vectors.values())))
    return SpaceManifest(
        profile=encoder.manifest.profile,
        vectors=(VectorRecord(name=VECTOR, blocks=(VECTOR,), block_dim=dim),),
        levels=(),
        digests=digests,
        default_alpha=encoder.manifest.default_alpha,
    )


def _read_vectors(
    folder: SpaceFolder, *, url: str | None, api_key: str | None, wait_s: float
) -> Vectors:
    # a server that never had the former bank gets an empty collection of it
    create_collection(folder, folder.manifest(), TracePayload, url=url, api_key=api_key)
    store = open_collection(folder, TracePayload, url=url, api_key=api_key, wait_s=wait_s)
    try:
        return {point.payload.text: point.vectors[VECTOR] for point in store.iter_points()}
    finally:
        store.close()


def _take_down(folder: SpaceFolder, *, wait_s: float) -> None:
    """Deletes the embedded store; a server's collection stays, for another library may use it."""
    if not folder.path.exists():
        return
    owner = OwnerLock.acquire(folder.lock_file, wait_s=wait_s)
    try:
        folder.manifest_file.unlink(missing_ok=True)
        shutil.rmtree(folder.edge_folder, ignore_errors=True)
    finally:
        owner.release()


def _matrix(points: Sequence[Point[TracePayload]]) -> Float32[np.ndarray, "n d"]:
    rows = [point.vectors[VECTOR] for point in points]
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)
