"""Copies of a whole library: made while nobody writes, checked, and put back into a new folder.

A backup is a folder with the library's files as they lie, databases as SQLite copies them while
others write, and

    backup.json            every file's digest
    backup.json.sha256     the digest of that

What can be made again (`cache/`), locks and half-written files are left out, and so is the footage.
"""

import hashlib
import os
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from segments.copies import DATABASE, appearing_folder, copy_database, copy_file
from segments.digests import FileDigest
from segments.errors import LibraryError, UserError
from segments.files import sha256_of, write_atomically
from segments.library import Library, SpaceFolder
from segments.names import is_inner_path
from segments.store.edge import EdgeStore
from segments.store.lock import OwnerLock
from segments.store.optimizing import finish_swap

MANIFEST, SEAL = "backup.json", "backup.json.sha256"
_CACHE = "cache"
_LEFT_OUT = (".lock", f"{DATABASE}-wal", f"{DATABASE}-shm", ".partial")


class BackupManifest(BaseModel):
    """What a backup holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["retrace-backup"] = "retrace-backup"
    version: Literal[1] = 1
    created_at: AwareDatetime
    library: str
    """Where it was."""
    spaces: tuple[str, ...]
    elsewhere: tuple[str, ...]
    """Spaces whose points a server holds: they are not in the backup."""
    folders: tuple[str, ...]
    files: dict[str, FileDigest]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files.values())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads a backup's manifest.

        Raises:
            UserError: there is no backup in the folder.
            LibraryError: the manifest is damaged.
        """
        try:
            content, seal = (folder / MANIFEST).read_bytes(), (folder / SEAL).read_text().strip()
            if hashlib.sha256(content).hexdigest() != seal:
                raise LibraryError(f"{folder / MANIFEST} is damaged: take another backup")
            found = cls.model_validate_json(content)
        except (FileNotFoundError, NotADirectoryError):
            raise UserError(
                f"no whole backup at {folder}: `retrace library backup DEST` makes one"
            ) from None
        except (ValidationError, UnicodeDecodeError) as error:
            raise LibraryError(f"{folder / MANIFEST} is damaged: {error}") from None
        if strange := [name for name in (*found.files, *found.folders) if not is_inner_path(name)]:
            raise LibraryError(f"{folder / MANIFEST} names {strange[0]!r}, which lies elsewhere")
        return found


def back_up(library: Library, to: Path, *, wait_s: float = 0.0) -> BackupManifest:
    """Copies a library into a new or empty folder, and reads the copy again.

    Nobody may index or have a store open meanwhile. A kill leaves at most a hidden folder beside,
    which the next copy to that name deletes.

    Args:
        wait_s: how long to wait for another owner of a store to leave.

    Raises:
        UserError: `to` is not empty, or lies within the library.
        LibraryError: another process has the library, a part of it is damaged, or the copy cannot
            be written or is not what was read.
    """
    if to.resolve().is_relative_to(library.root.resolve()):
        raise UserError(f"{to} lies within the library: name a folder elsewhere")
    with appearing_folder(to) as partial, _quiet(library, wait_s):
        manifest = _copy_all(library, partial)
        _require_whole(partial, manifest)
        content = manifest.model_dump_json(indent=1).encode()
        write_atomically(partial / MANIFEST, content)
        write_atomically(partial / SEAL, hashlib.sha256(content).hexdigest().encode())
    return manifest


def restore(backup: Path, to: Path) -> BackupManifest:
    """Makes a library of a backup, in a new or empty folder: there completely or not at all.

    Raises:
        UserError: there is no backup, or `to` is not empty.
        LibraryError: a file of the backup is damaged or missing (the message names it), or the
            library cannot be written.
    """
    manifest = BackupManifest.load(backup)
    if missing := [name for name in manifest.files if not (backup / name).is_file()]:
        raise LibraryError(f"{missing[0]} is missing from the backup: take another one")
    with appearing_folder(to) as partial:
        _make_folders(partial, manifest.folders)
        for name, file in manifest.files.items():
            if copy_file(backup / name, partial / name) != file:
                raise LibraryError(_damaged(name))
        _require_whole(partial, manifest)
    return manifest


@contextmanager
def _quiet(library: Library, wait_s: float) -> Generator[None]:
    """Nobody indexes, and every store is flushed and closed, until the block's end."""
    stores = _stores(library)
    with ExitStack() as locks:
        for path in (library.indexer_lock_file, *(store.lock_file for store in stores)):
            locks.callback(OwnerLock.acquire(path, wait_s=wait_s).release)
        for store in stores:
            finish_swap(store.edge_folder)
            if store.edge_folder.is_dir():
                EdgeStore.open(store.edge_folder, store.manifest().specs).close()
        yield


def _stores(library: Library) -> list[SpaceFolder]:
    """Every set of vectors that was made, wherever its points are."""
    seen = [library.through(name) for name in library.spaces()]
    folders = [folder for space in seen for folder in (space.vectors, space.trace_vectors)]
    return [folder for folder in folders if folder.manifest_file.exists()]


def _copy_all(library: Library, to: Path) -> BackupManifest:
    folders, names = _parts(library.root)
    _make_folders(to, folders)
    spaces = library.spaces()
    return BackupManifest(
        created_at=datetime.now().astimezone(),
        library=str(library.root.absolute()),
        spaces=tuple(spaces),
        elsewhere=tuple(n for n in spaces if not library.through(n).edge_folder.is_dir()),
        folders=tuple(folders),
        files={name: _copy(library.root / name, to / name) for name in names},
    )


def _parts(root: Path) -> tuple[list[str], list[str]]:
    """Folders and files of a library that belong into a backup, by name; links are followed."""
    folders: list[str] = []
    names: list[str] = []
    for place, inner, files in os.walk(root, followlinks=True):
        folder = Path(place).relative_to(root)
        is_top = folder == Path()
        inner[:] = [n for n in inner if not n.endswith(_LEFT_OUT) and not (is_top and n == _CACHE)]
        folders += [(folder / name).as_posix() for name in inner]
        names += [(folder / name).as_posix() for name in files if not name.endswith(_LEFT_OUT)]
    return sorted(folders), sorted(names)


def _make_folders(root: Path, folders: Iterable[str]) -> None:
    for name in folders:
        (root / name).mkdir(parents=True, exist_ok=True)


def _copy(source: Path, target: Path) -> FileDigest:
    is_database = source.suffix == DATABASE
    return copy_database(source, target) if is_database else copy_file(source, target)


def _require_whole(folder: Path, manifest: BackupManifest) -> None:
    for name, file in manifest.files.items():
        if sha256_of(folder / name) != file.sha256:
            raise LibraryError(_damaged(name))


def _damaged(name: str) -> str:
    return f"{name} is damaged: it is not what its digest says; take another backup"
