"""Which files there are to index."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from segments.errors import UserError

_log = structlog.get_logger()

MEDIA_SUFFIXES = frozenset(
    ".264 .265 .3g2 .3gp .asf .avi .dav .divx .dv .f4v .flv .h264 .h265 .hevc .ivf .m1v .m2ts .m2v "
    ".m4v .mjpeg .mjpg .mkv .mov .mp4 .mpeg .mpg .mts .mxf .nut .ogm .ogv .qt .rm .rmvb .ts .vob "
    ".webm .wmv".split()
)


@dataclass(frozen=True)
class FoundFile:
    """One file on disk, as the file system describes it."""

    path: Path
    """Absolute; symbolic links stay as they were named."""
    size_bytes: int
    mtime_ns: int


def discover(
    paths: Sequence[Path], *, skip: Path | None = None, within: Sequence[Path] = ()
) -> list[FoundFile]:
    """The media files under `paths`, by path, each once.

    A folder gives the files with a media suffix below it, without hidden files and folders; a link
    that leads back is followed once. A file that is named itself is taken whatever its suffix.
    Names that are no UTF-8 are left out, with a warning.

    Args:
        skip: a folder that is never entered (the library).
        within: what truly lies elsewhere, links followed, is left out; empty: nothing is.

    Raises:
        UserError: a path is not there.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UserError(f"there is no {', '.join(missing)}: name files or folders that exist")
    avoided = {_identity(skip)} if skip is not None and skip.exists() else set[tuple[int, int]]()
    fences = [folder.resolve() for folder in within]
    found = {path for named in paths for path in _files(named.absolute(), avoided, fences)}
    return [_describe(path) for path in sorted(found) if _is_text(path)]


def _files(
    named: Path, avoided: Iterable[tuple[int, int]], fences: Sequence[Path]
) -> Iterator[Path]:
    if not named.is_dir():
        yield from (path for path in [Path(os.path.normpath(named))] if _is_inside(path, fences))
        return
    entered = set(avoided)
    for folder, folders, names in os.walk(os.path.normpath(named), followlinks=True):
        identity = _identity(Path(folder))
        if identity in entered or not _is_inside(Path(folder), fences):
            folders.clear()
            continue
        entered.add(identity)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        media = (Path(folder, name) for name in names if _is_media(Path(folder, name)))
        yield from (path for path in media if _is_inside(path, fences))


def _is_inside(path: Path, fences: Sequence[Path]) -> bool:
    return not fences or any(path.resolve().is_relative_to(fence) for fence in fences)


def _is_media(path: Path) -> bool:
    is_shown = not path.name.startswith(".")
    return is_shown and path.suffix.lower() in MEDIA_SUFFIXES and path.is_file()


def _is_text(path: Path) -> bool:
    """Whether the name can be written down; databases and JSON take Unicode only."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        _log.warning("a name is no UTF-8: the file is left out, rename it", path=repr(path))
        return False
    return True


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _describe(path: Path) -> FoundFile:
    status = path.stat()
    return FoundFile(path, status.st_size, status.st_mtime_ns)
