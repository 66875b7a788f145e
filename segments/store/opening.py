"""Making a vector space in a library, and opening the store that holds it."""

from segments.errors import LibraryError
from segments.library import Library
from segments.manifest import SpaceManifest
from segments.store.base import VectorStore
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
        quantized: `optimize` may add int8 copies (smaller in memory, rescored when searched).

    Raises:
        IndexMismatch: the space is there and was made by something else.
        LibraryError: the space is in use, or the server does not answer.
    """
    path = library.manifest_file
    if path.exists():
        library.manifest().require_same(manifest)
    if url is not None:
        from segments.store.server import ServerStore

        ServerStore.create(url, manifest, api_key=api_key, quantized=quantized)
    elif not library.edge_folder.exists():
        _create_edge(library, manifest, quantized)
    if not path.exists():
        manifest.save(path)


def open_store(
    library: Library,
    *,
    expected: SpaceManifest | None = None,
    url: str | None = None,
    api_key: str | None = None,
    wait_s: float = 0.0,
) -> VectorStore:
    """Opens the library's space; close it to let others in.

    Args:
        expected: what the vectors must have been made by; None takes what is there.
        url: the Qdrant server that holds the points; None means the library's own folder, which
            this process then owns.
        wait_s: how long to wait for another owner of that folder to leave.

    Raises:
        IndexMismatch: the space was made by something else than `expected`.
        LibraryError: the space was never made, is damaged or in use, or the server does not answer.
    """
    manifest = library.manifest()
    if expected is not None:
        manifest.require_same(expected)
    if url is not None:
        from segments.store.server import ServerStore

        return ServerStore.open(url, manifest, api_key=api_key)
    owner = OwnerLock.acquire(library.lock_file, wait_s=wait_s)
    try:
        return EdgeStore.open(library.edge_folder, manifest.specs, owner=owner)
    except LibraryError:
        owner.release()
        raise


def _create_edge(library: Library, manifest: SpaceManifest, quantized: bool) -> None:
    library.lock_file.parent.mkdir(parents=True, exist_ok=True)
    owner = OwnerLock.acquire(library.lock_file)
    try:
        EdgeStore.create(library.edge_folder, manifest.specs, quantized=quantized)
    finally:
        owner.release()
