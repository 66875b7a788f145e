"""The ZIP file of a bundle: written the same from the same files, read with suspicion."""

import hashlib
import shutil
import stat
import zipfile
import zlib
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self

from segments.errors import UserError
from segments.names import is_inner_path

MAX_FILES = 20_000
MAX_RATIO = 200
"""Unpacked size by the archive's: footage and pictures do not shrink, tables shrink tenfold."""
FREE_BYTES = 1 << 20
"""Unpacked bytes that no ratio is asked of."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PERMISSIONS = 0o644
_UNIX = 3
_BLOCK_BYTES = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What `zipfile` raises where data is damaged, encrypted or packed in a way it does not know."""


def write_archive(out: IO[bytes], folder: Path, names: Iterable[str]) -> None:
    """Stores files of a folder in the order of their names' list; no times, no owners."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system, info.external_attr = _UNIX, (stat.S_IFREG | _PERMISSIONS) << 16
            info.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target, _BLOCK_BYTES)


class Archive:
    """A ZIP file from anywhere; nothing of it is ever written to disk."""

    def __init__(self, files: zipfile.ZipFile) -> None:
        self._files = files

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Generator[Self]:
        """Opens it, and looks at its list of files before any of them is unpacked.

        Raises:
            UserError: it is not there, no whole ZIP file, or its list is not to be trusted: names
                that lead elsewhere or come twice, links, or far more data than the file has bytes.
        """
        try:
            files = zipfile.ZipFile(path)
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror or error}") from None
        except (*_DAMAGE, ValueError, UnicodeDecodeError) as error:
            raise UserError(
                f"{path} is no whole ZIP file, cut off or damaged: get it again ({error})"
            ) from None
        with files:
            _require_sound(path, files.infolist())
            yield cls(files)

    @property
    def names(self) -> list[str]:
        """Every file, by name."""
        return sorted(self._files.namelist())

    def read(self, name: str, *, most_bytes: int) -> bytes | None:
        """A whole file; None where it is damaged.

        Raises:
            UserError: it is longer than `most_bytes`.
        """
        if self._files.getinfo(name).file_size > most_bytes:
            raise UserError(f"{name} of the bundle has more than {most_bytes} bytes")
        try:
            return self._files.read(name)
        except _DAMAGE:
            return None

    def sha256(self, name: str) -> str | None:
        """The digest of a file's bytes; None where it is damaged. Constant memory."""
        digest = hashlib.sha256()
        try:
            with self._files.open(name) as file:
                while block := file.read(_BLOCK_BYTES):
                    digest.update(block)
        except _DAMAGE:
            return None
        return digest.hexdigest()


def _require_sound(path: Path, files: list[zipfile.ZipInfo]) -> None:
    if len(files) > MAX_FILES:
        raise UserError(f"{path} has {len(files)} files; a bundle has at most {MAX_FILES}")
    names = [info.orig_filename for info in files]
    for info in files:
        if not is_inner_path(info.orig_filename) or stat.S_ISLNK(info.external_attr >> 16):
            raise UserError(
                f"{path} is not to be unpacked: {info.orig_filename[:200]!r} is no plain file "
                "inside it"
            )
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(f"{path} is not to be trusted: it holds {twice!r} twice")
    unpacked, size = sum(info.file_size for info in files), path.stat().st_size
    if unpacked > FREE_BYTES + MAX_RATIO * size:
        raise UserError(
            f"{path} is not to be unpacked: {size} bytes claim to hold {unpacked} "
            f"(at most {MAX_RATIO} times as many are read)"
        )
