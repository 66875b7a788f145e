"""Putting a model into the library: all of it, or nothing."""

import hashlib
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from encoders.models.library import ModelLibrary
from encoders.models.lock import LockedFile, LockedModel, exclusive
from segments.errors import UserError
from segments.files import sha256_of, sync_folder

CHUNK_BYTES = 1 << 22
Fill = Callable[[Path], LockedModel]
"""Writes a model's files into an empty folder, and says what they are."""


@contextmanager
def claimed(library: ModelLibrary, name: str) -> Generator[None]:
    """Waits until nobody else on this machine puts the same model into the library."""
    with exclusive(library.root / f".{name}.pulling"):
        yield


def is_installed(
    library: ModelLibrary, name: str, digests_of: Callable[[], dict[str, str]], *, replace: bool
) -> bool:
    """Whether a source is what the library has, whole.

    Args:
        digests_of: the source's, as `LockedModel.digests`; asked only where they are compared.

    Raises:
        UserError: the lock file has other digests, and they are not to be replaced.
    """
    entry = library.lock.read().get(name)
    if entry is None:
        return False
    digests = digests_of()
    if entry.digests == digests:
        return not library.verify(name)
    if replace:
        return False
    differing = sorted(
        file
        for file in entry.digests.keys() | digests.keys()
        if entry.digests.get(file) != digests.get(file)
    )
    raise UserError(
        f"{name} is locked with other files ({', '.join(differing)} differ): they were taken from "
        f"{entry.origin}. What is indexed with them would no longer fit; --replace takes the new"
    )


def install(library: ModelLibrary, name: str, fill: Fill) -> LockedModel:
    """Fills a folder beside the model's, then renames it into place and writes the lock file.

    Whenever this is interrupted, the model counts as absent and the next call finishes.
    Call it within `claimed`.

    Raises:
        UserError: a file cannot be read or written, as where the disk is full.
    """
    target, partial = library.root / name, library.root / f".{name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        entry = fill(partial)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise UserError(
            f"{name} could not be copied into {library.root} ({error}): nothing was changed; see "
            "to that, and run it again"
        ) from error
    sync_folder(partial)
    library.lock.remove(name)
    if target.exists():
        shutil.rmtree(target)
    partial.rename(target)
    sync_folder(library.root)
    library.lock.put(name, entry)
    return entry


def copy_hashed(source: Path, target: Path) -> LockedFile:
    """Copies a file's content, hashing what is written, and syncs it."""
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("wb") as writing:
        while chunk := reading.read(CHUNK_BYTES):
            digest.update(chunk)
            writing.write(chunk)
        writing.flush()
        os.fsync(writing.fileno())
    return LockedFile(size_bytes=target.stat().st_size, sha256=digest.hexdigest())


def locked_file(path: Path) -> LockedFile:
    """What a file is that was written here; syncs it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return LockedFile(size_bytes=path.stat().st_size, sha256=sha256_of(path))
