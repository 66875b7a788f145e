"""Finding the file of a content again."""

from pathlib import Path

from segments.catalog import Catalog, SourceRecord, VideoRecord
from segments.errors import MediaError
from segments.media import VideoSource


def place_of(catalog: Catalog, video: VideoRecord, *, prefer: str) -> SourceRecord:
    """The place of a content to show: the one at path `prefer`, else the first."""
    named = str(Path(prefer).absolute())
    places = catalog.sources(video.video_id)
    return min(places, key=lambda place: (place.path != named, place.path))


def find_source(catalog: Catalog, video: VideoRecord, *, prefer: str) -> VideoSource:
    """The content where it still lies: at path `prefer` first, then by path.

    Only the size is compared, so that a picture of a long recording does not cost reading it all.

    Raises:
        MediaError: no place has it any more; says what is there instead.
    """
    places = catalog.sources(video.video_id)
    for place in sorted(places, key=lambda place: place.path != prefer):
        if _why_not(place, video) is None:
            return _source(place, video)
    reasons = "; ".join(f"{place.path} {_why_not(place, video)}" for place in places)
    raise MediaError(
        f"the file of video {video.video_id[:12]} is not where it was indexed: "
        f"{reasons or 'no place of it is known'}. Put it back, or index it where it is now"
    )


def _why_not(place: SourceRecord, video: VideoRecord) -> str | None:
    path = Path(place.path)
    if not path.is_file():
        return "is gone"
    size_bytes = path.stat().st_size
    if size_bytes != video.size_bytes:
        return f"has {size_bytes} bytes now and had {video.size_bytes}"
    return None


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
