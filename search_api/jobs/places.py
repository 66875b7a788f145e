"""Which files and folders requests may have indexed: those that truly lie under a root."""

import os
import re
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from search_api.service.problems import ApiProblem, FieldError

_ABSOLUTE = re.compile(r"(?<![\w./])/[^\s'\":;,()]+")
MAX_REASON_CHARS = 300


def require_inside(texts: Sequence[str], roots: Iterable[Path], *, library: Path) -> list[Path]:
    """The files and folders of a request, links followed.

    A path is never decoded: `%2e%2e` is a name like any other. What is not there and what lies
    elsewhere are told apart for nobody.

    Args:
        roots: what may be indexed; the library is not, wherever it lies.

    Raises:
        ApiProblem: "outside-roots": one of them is not there, leads out of the roots or into the
            library, or is neither a file nor a folder.
    """
    true_roots = [root.resolve() for root in roots if root.is_dir()]
    found = [_resolve(text, true_roots, library.resolve()) for text in texts]
    errors = [
        FieldError(field=f"body.paths.{index}", detail="not there, or not under a root")
        for index, path in enumerate(found)
        if path is None
    ]
    if errors:
        known = "paths are absolute and lie under a folder that the operator named with --root"
        named = "none is" if not true_roots else f"{len(true_roots)} are"
        detail = f"{len(errors)} of {len(texts)} paths cannot be indexed: {known} ({named})"
        raise ApiProblem("outside-roots", detail, errors)
    return [path for path in found if path is not None]


def _resolve(text: str, roots: Sequence[Path], library: Path) -> Path | None:
    if not text.startswith("/") or ".." in Path(text).parts or not text.isprintable():
        return None
    try:
        true = Path(text).resolve(strict=True)
        mode = true.stat().st_mode
    except (OSError, ValueError, RuntimeError):
        return None
    is_inside = any(true.is_relative_to(root) for root in roots)
    is_ours = true.is_relative_to(library)
    return true if is_inside and not is_ours and _is_readable_kind(mode) else None


def _is_readable_kind(mode: int) -> bool:
    """A pipe or a device would keep whoever opens it waiting."""
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def one_line(reason: str, *, path: str | None = None, within: Iterable[str] = ()) -> str:
    """A message as one line that names no path but those within.

    Args:
        path: the file that it speaks of, which is shown beside it and left out here.
    """
    text = " ".join(reason.split())
    if path is not None:
        text = text.replace(path, "the file")
    fences = tuple(within)

    def shown(match: re.Match[str]) -> str:
        is_inside = any(Path(match[0]).is_relative_to(fence) for fence in fences)
        return match[0] if is_inside else "…"

    text = _ABSOLUTE.sub(shown, text)
    return text if len(text) <= MAX_REASON_CHARS else f"{text[: MAX_REASON_CHARS - 1]}…"


def free_bytes(folder: Path) -> int:
    """What may still be written to the disk that a folder lies on."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
