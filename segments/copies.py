"""Copying files and databases so that a copy is known to be whole."""

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
_BLOCK_BYTES = 1 << 16


@contextmanager
def appearing_folder(to: Path) -> Generator[Path]:
    """A hidden folder that takes the name `to` once the block is done; gone if that fails.

    Raises:
        UserError: `to` is there and not empty.
        LibraryError: the system refused to read or write something.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UserError(f"{to} is not empty: name a new or an empty folder")
    partial = to.with_name(f".{to.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # of a killed process that had this one's number
    try:
        partial.mkdir(parents=True)
        yield partial
        partial.rename(to)  # fails where somebody put something there meanwhile
        sync_folder(to.parent)
    except OSError as error:
        raise LibraryError(f"copying into {to} failed: {error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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
