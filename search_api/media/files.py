"""Finding the file of a content again, and whether it still is that content."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from search_api.media.errors import MediaChanged, MediaGone
from segments.catalog import Catalog, SourceRecord, VideoRecord
from segments.files import sha256_of
from segments.media import VideoSource

Check = Callable[[Path, VideoRecord], str | None]
"""Says what is wrong with a file of the right size; None where nothing is."""
_MAX_REMEMBERED = 100_000
"""Files whose digests are remembered."""


def place_of(catalog: Catalog, video: VideoRecord, *, prefer: str) -> SourceRecord:
    """The place of a content to show: the one at path `prefer`, else the first."""
    named = str(Path(prefer).absolute())
    places = catalog.sources(video.video_id)
    return min(places, key=lambda place: (place.path != named, place.path))


def find_source(catalog: Catalog, video: VideoRecord, *, prefer: str) -> VideoSource:
    """The content where it still lies: at path `prefer` first, then by path.

    Only the size is compared, so that a picture of a long recording does not cost reading it all.

    Raises:
        MediaGone: no place has a file any more.
        MediaChanged: files are there, of another size; the message says which.
    """
    return find_among(catalog.sources(video.video_id), video, prefer=prefer)


def find_among(
    places: Sequence[SourceRecord],
    video: VideoRecord,
    *,
    prefer: str = "",
    check: Check | None = None,
) -> VideoSource:
    """The content at one of these places, as `find_source` finds it.

    Args:
        check: what is looked at besides the size.

    Raises:
        MediaGone: no place has a file any more.
        MediaChanged: files are there, with other content; the message says which.
    """
    reasons: list[str] = []
    for place in sorted(places, key=lambda place: place.path != prefer):
        reason = _why_not(Path(place.path), video, check)
        if reason is None:
            return _source(place, video)
        reasons.append(f"{place.path} {reason}")
    kind = MediaChanged if any(Path(place.path).is_file() for place in places) else MediaGone
    raise kind(
        f"the file of video {video.video_id[:12]} is not where it was indexed: "
        f"{'; '.join(reasons) or 'no place of it is known'}. Put it back, or index it where it is "
        "now"
    )


class Digests:
    """Compares files with what was indexed. Remembers each while its size and time stay the same.

    Threads may share it.
    """

    def __init__(self, *, max_bytes: int) -> None:
        """Args:
        max_bytes: larger files are not read for this: their size alone is compared.
        """
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._known: dict[tuple[str, int, int, int], str] = {}

    def check(self, path: Path, video: VideoRecord) -> str | None:
        """A `Check`: what says that this is another content."""
        status = path.stat()
        if status.st_size > self._max_bytes:
            return None
        key = (str(path), status.st_size, status.st_mtime_ns, status.st_ino)
        digest = self._known.get(key) or self._read(path, key)
        return None if digest == video.video_id else "was written over since it was indexed"

    def _read(self, path: Path, key: tuple[str, int, int, int]) -> str:
        digest = sha256_of(path)
        with self._lock:
            if len(self._known) >= _MAX_REMEMBERED:
                self._known.clear()
            self._known[key] = digest
        return digest


def _why_not(path: Path, video: VideoRecord, check: Check | None) -> str | None:
    if not path.is_file():
        return "is gone"
    size_bytes = path.stat().st_size
    if size_bytes != video.size_bytes:
        return f"has {size_bytes} bytes now and had {video.size_bytes}"
    return check(path, video) if check else None


def _source(place: SourceRecord, video: VideoRecord) -> VideoSource:
    return VideoSource(
        path=Path(place.path),
        video_id=video.video_id,
        size_bytes=video.size_bytes,
        container="",
        codec=video.codec,
        width=video.width,
        height=video.height,
        fps=video.fps,
        duration_s=video.duration_s,
        audio_codec="" if video.has_audio else None,
        problems=video.problems,
    )
