"""Making a set of vectors in a library, and opening the store that holds it."""

from segments.errors import LibraryError
from segments.library import Library, SpaceFolder
from segments.manifest import SpaceManifest
from segments.payload import Payload, SegmentPayload
from segments.store.base import Collection, P, VectorStore
from segments.store.edge import EdgeStore
from segments.store.lock import OwnerLock


def create_space(
    library: Library,
    manifest: SpaceManifest,
    *,
    url: str | None = None,
    api_key: str | None = None,
    quantized: bool = False,
) -> None:
    """Makes the library's space, or checks the one that is there.

    Args:
        url: a Qdrant server that is to hold the points; None keeps them in the library.
        quantized: a server's graph is built on int8 copies (smaller in memory, rescored).

    Raises:
        IndexMismatch: the space is there and was made by something else.
        LibraryError: the space is in use, or the server does not answer.
    """
    create_collection(
        library.vectors, manifest, SegmentPayload, url=url, api_key=api_key, quantized=quantized
    )


def create_collection(
    folder: SpaceFolder,
    manifest: SpaceManifest,
    payload: type[Payload],
    *,
    url: str | None = None,
    api_key: str | None = None,
    quantized: bool = False,
) -> None:
    """`create_space`, for points that carry `payload`."""
    path = folder.manifest_file
    if path.exists():
        folder.manifest().require_same(manifest)
    if url is not None:
        from segments.store.server import ServerStore

        ServerStore.create(url, manifest, api_key=api_key, quantized=quantized, payload=payload)
    elif not folder.edge_folder.exists():
        _create_edge(folder, manifest, payload)
    if not path.exists():
        manifest.save(path)


def open_store(
    library: Library,
    *,
    expected: SpaceManifest | None = None,
    url: str | None = None,
    api_key: str | None = None,
    wait_s: float = 0.0,
    stays: bool = False,
) -> VectorStore:
    """Opens the library's space; close it to let others in.

    Args:
        expected: what the vectors must have been made by; None takes what is there.
        url: the Qdrant server that holds the points; None means the library's own folder, which
            this process then owns.
        wait_s: how long to wait for another owner of that folder to leave.
        stays: whether this process keeps the folder for good, so that nobody waits for it.

    Raises:
        IndexMismatch: the space was made by something else than `expected`.
        LibraryInUse: another process has the folder.
        LibraryError: the space was never made, is damaged, or the server does not answer.
    """
    manifest = _manifest(library.vectors, expected)
    if url is not None:
        from segments.store.server import ServerStore

        return ServerStore.open(url, manifest, api_key=api_key)
    return _open_edge(library.vectors, manifest, SegmentPayload, wait_s, stays)


def open_collection(
    folder: SpaceFolder,
    payload: type[P],
    *,
    expected: SpaceManifest | None = None,
    url: str | None = None,
    api_key: str | None = None,
    wait_s: float = 0.0,
) -> Collection[P]:
    """`open_store`, for points that carry `payload`."""
    manifest = _manifest(folder, expected)
    if url is not None:
        from segments.store.server import ServerStore

        return ServerStore[P].open(url, manifest, api_key=api_key, payload=payload)
    return _open_edge(folder, manifest, payload, wait_s)


def _manifest(folder: SpaceFolder, expected: SpaceManifest | None) -> SpaceManifest:
    manifest = folder.manifest()
    if expected is not None:
        manifest.require_same(expected)
    return manifest


def _open_edge(
    folder: SpaceFolder,
    manifest: SpaceManifest,
    payload: type[P],
    wait_s: float,
    stays: bool = False,
) -> EdgeStore[P]:
    owner = OwnerLock.acquire(folder.lock_file, wait_s=wait_s, stays=stays)
    try:
        return EdgeStore[P].open(folder.edge_folder, manifest.specs, owner=owner, payload=payload)
    except LibraryError:
        owner.release()
        raise


def _create_edge(folder: SpaceFolder, manifest: SpaceManifest, payload: type[Payload]) -> None:
    folder.path.mkdir(parents=True, exist_ok=True)
    owner = OwnerLock.acquire(folder.lock_file)
    try:
        EdgeStore.create(folder.edge_folder, manifest.specs, payload=payload)
    finally:
        owner.release()
