"""Handing out files over HTTP: entity tags, conditions, and parts of them (RFC 9110)."""

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from search_api.access.signing import SIGNATURE
from search_api.service.problems import ApiProblem

CACHE_CONTROL = "private, max-age=300"
"""For the browser that asked only, and for less than a signed address lasts."""
_NOT_IN_NAMES = dict.fromkeys((*range(32), 127)) | {ord(c): "_" for c in '/\\:*?"<>|'}
"""Control characters, and what file systems do not allow."""
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()+-]")
_PIECE_BYTES = 1 << 18
_RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)
_NOT_MODIFIED = 304


@dataclass(frozen=True)
class Delivery:
    """A file, and what is said about it."""

    path: Path
    tag: str
    """Names the content."""
    media_type: str
    headers: Mapping[str, str]


def deliver(request: Request, delivery: Delivery) -> Response:
    """The file, the part of it that is asked for, or that it has not changed.

    Of several parts that are asked for at once none is cut out: the whole file comes.

    Raises:
        ApiProblem: "range-not-satisfiable".
    """
    status = delivery.path.stat()
    headers = {
        "ETag": f'"{delivery.tag}"',
        "Last-Modified": formatdate(int(status.st_mtime), usegmt=True),
        "Cache-Control": CACHE_CONTROL,
        "Vary": "Authorization",
        "Accept-Ranges": "bytes",
        **delivery.headers,
    }
    if SIGNATURE in request.query_params:  # made for a tag of a page, which lives elsewhere
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if _is_known(request, delivery.tag, int(status.st_mtime)):
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    part = _part(request, headers, status.st_size)
    start, stop = part or (0, status.st_size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{status.st_size}"
    headers["Content-Length"] = str(stop - start)
    code, kind = (206 if part else 200), delivery.media_type
    if request.method == "HEAD":
        return Response(status_code=code, headers=headers, media_type=kind)
    pieces = _pieces(delivery.path, status, start, stop)
    return StreamingResponse(pieces, code, headers, kind)


def disposition(name: str, *, is_kept: bool) -> dict[str, str]:
    """The header by which a browser plays a file or, if it `is_kept`, keeps it under a name.

    The name comes twice (RFC 6266): in characters that no program takes amiss, and as it is.
    """
    kept = name.encode("utf-8", "replace").decode().translate(_NOT_IN_NAMES).strip(" .") or "video"
    letters = (c for c in unicodedata.normalize("NFKD", kept) if not unicodedata.combining(c))
    plain = _NOT_PLAIN.sub("_", "".join(letters))
    whole = quote(kept, safe="")
    kind = "attachment" if is_kept else "inline"
    return {"Content-Disposition": f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{whole}"}


def _is_known(request: Request, tag: str, modified: int) -> bool:
    """Whether the client has the file already; dates count only where no tag was sent."""
    if tags := request.headers.get("if-none-match"):
        named = [one.strip().removeprefix("W/") for one in tags.split(",")]
        return "*" in named or f'"{tag}"' in named
    since = _seconds(request.headers.get("if-modified-since"))
    return since is not None and modified <= since


def _seconds(date: str | None) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (ValueError, OverflowError):
        return None


def _part(request: Request, headers: Mapping[str, str], size: int) -> tuple[int, int] | None:
    """First and last byte + 1 of what is asked for; None: all of it."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    current = (headers["ETag"], headers["Last-Modified"], None)
    if not asked or request.method == "HEAD" or request.headers.get("if-range") not in current:
        return None
    first, last = asked.groups()
    if not (first or last) or (first and last and int(last) < int(first)):
        return None
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    if start >= stop:
        raise ApiProblem(
            "range-not-satisfiable",
            f"the file has {size} bytes, and none of them was asked for",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, stop


def _pieces(path: Path, expected: os.stat_result, start: int, stop: int) -> Iterator[bytes]:
    """The bytes from `start` to `stop`.

    Raises:
        OSError: the file was changed since its headers were sent, which nothing can take back.
    """
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        if (found.st_size, found.st_mtime_ns) != (expected.st_size, expected.st_mtime_ns):
            raise OSError(f"{path} was written to while it was being sent")
        file.seek(start)
        while start < stop and (piece := file.read(min(_PIECE_BYTES, stop - start))):
            start += len(piece)
            yield piece
