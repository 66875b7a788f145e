"""Copying files and databases so that a copy is known to be whole."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from segments.digests import FileDigest
from segments.errors import LibraryError, UserError
from segments.files import sync_folder

DATABASE = ".sqlite"
_PARTIAL = ".partial"
_BLOCK_BYTES = 1 << 16


@contextmanager
def partial_folder(beside: Path) -> Generator[Path]:
    """A hidden folder beside a path, gone after the block; what killed processes left goes first.

    Whoever works in one holds its lock, which ends with the process, however that ends.
    """
    _sweep(beside)
    folder = beside.with_name(f"{_prefix(beside)}{os.getpid()}{_PARTIAL}")
    folder.mkdir(parents=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


@contextmanager
def appearing_folder(to: Path) -> Generator[Path]:
    """A hidden folder that takes the name `to` once the block is done; gone if that fails.

    Raises:
        UserError: `to` is there and not empty.
        LibraryError: the system refused to read or write something.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UserError(f"{to} is not empty: name a new or an empty folder")
    try:
        with partial_folder(to) as partial:
            yield partial
            partial.rename(to)  # fails where somebody put something there meanwhile
            sync_folder(to.parent)
    except OSError as error:
        raise LibraryError(f"copying into {to} failed: {error}") from error


def copy_file(source: Path, target: Path) -> FileDigest:
    """Copies a file, durably; the digest of what was read. Holes stay holes."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reader, target.open("wb") as writer:
        while block := reader.read(_BLOCK_BYTES):
            digest.update(block)
            size += len(block)
            if block.count(0) < len(block):
                writer.write(block)
            else:  # the embedded store's files are mostly holes
                writer.seek(len(block), os.SEEK_CUR)
        writer.truncate(size)
        writer.flush()
        os.fsync(writer.fileno())
    return FileDigest(sha256=digest.hexdigest(), size_bytes=size)


def copy_database(source: Path, target: Path) -> FileDigest:
    """Copies what is committed in a SQLite file while others write; the digest of the copy.

    Raises:
        LibraryError: the database is damaged.
    """
    with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(target)) as writer:
        try:
            reader.backup(writer)
            found = str(writer.execute("PRAGMA integrity_check").fetchone()[0])
        except sqlite3.DatabaseError as error:
            found = str(error)
    if found != "ok":
        raise LibraryError(f"{source} is damaged ({found}): restore a backup")
    return FileDigest.of(target)


def _prefix(beside: Path) -> str:
    return f".{beside.name}."


def _sweep(beside: Path) -> None:
    """Deletes the partial folders of that name that nobody works in."""
    siblings = beside.parent.iterdir() if beside.parent.is_dir() else ()
    for folder in siblings:
        if folder.name.startswith(_prefix(beside)) and folder.name.endswith(_PARTIAL):
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            except BlockingIOError:
                continue
            finally:
                os.close(handle)
