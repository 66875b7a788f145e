"""Finding the file of a content again."""

from pathlib import Path

from segments.catalog import Catalog, SourceRecord, VideoRecord
from segments.errors import MediaError


def find_file(catalog: Catalog, video: VideoRecord, *, prefer: str | None = None) -> SourceRecord:
    """A place where the content still lies: `prefer` first, then by path.

    Only the size is compared, so that a picture of a long recording does not cost reading it all.

    Raises:
        MediaError: no place has it any more; says what is there instead.
    """
    places = sorted(catalog.sources(video.video_id), key=lambda place: place.path != prefer)
    for place in places:
        path = Path(place.path)
        if path.is_file() and path.stat().st_size == video.size_bytes:
            return place
    reasons = "; ".join(f"{place.path} {_why(place, video)}" for place in places)
    raise MediaError(
        f"the file of video {video.video_id[:12]} is not where it was indexed: "
        f"{reasons or 'no place of it is known'}. Put it back, or index it where it is now"
    )


def place_of(catalog: Catalog, video: VideoRecord, *, prefer: str) -> SourceRecord:
    """The place of a content to show: the one at path `prefer`, else the first."""
    places = catalog.sources(video.video_id)
    named = str(Path(prefer).absolute())
    return min(places, key=lambda place: (place.path != named, place.path))


def _why(place: SourceRecord, video: VideoRecord) -> str:
    path = Path(place.path)
    if not path.is_file():
        return "is gone"
    return f"has {path.stat().st_size} bytes now and had {video.size_bytes}"
