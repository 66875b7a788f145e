"""The videos of a library, chosen, in order, page by page."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import FiniteFloat, TypeAdapter

from segments.catalog import Catalog, SourceRecord, VideoRecord
from segments.errors import UserError

Order = Literal["name", "recorded", "-recorded", "duration", "-duration"]
"""By file name; by recording time, oldest or newest first; by length, shortest or longest first."""
Key = tuple[int, float | str, str]
"""Whether it is unknown (such come last), what is compared, and the id among equals."""

_CURSOR: TypeAdapter[tuple[Order, int, FiniteFloat | str, str]] = TypeAdapter(
    tuple[Order, int, FiniteFloat | str, str]
)


@dataclass(frozen=True)
class Choice:
    """Which videos."""

    cameras: frozenset[str] = frozenset()
    """Any of these; empty: every one, and videos without a camera too."""
    name: str = ""
    """A part of the file's name, in capitals or not."""
    after: datetime | None = None
    """Footage after this time; videos without a known time are left out then."""
    before: datetime | None = None
    """Footage before this time."""
    order: Order = "name"


@dataclass(frozen=True)
class ListedVideo:
    """A video, and the places that were chosen, the first of which is the one to show."""

    record: VideoRecord
    places: tuple[SourceRecord, ...]


@dataclass(frozen=True)
class Page:
    """A part of a list."""

    videos: list[ListedVideo]
    total: int
    """Of all pages."""
    next_cursor: str | None
    """Asks for the next page; None on the last."""


def list_videos(catalog: Catalog, choice: Choice, *, limit: int, cursor: str | None = None) -> Page:
    """A page of the videos that a choice means.

    A cursor means a place in the order: videos that come or go meanwhile are neither repeated nor
    make others be passed over.

    Raises:
        UserError: the cursor is not one of this order's.
    """
    found = sorted(_chosen(catalog, choice), key=lambda one: _key(one, choice.order))
    after = _read_cursor(cursor, choice.order) if cursor is not None else None
    rest = [one for one in found if after is None or _key(one, choice.order) > after]
    page, is_last = rest[:limit], len(rest) <= limit
    next_cursor = None if is_last else _write_cursor(_key(page[-1], choice.order), choice.order)
    return Page(page, len(found), next_cursor)


def _chosen(catalog: Catalog, choice: Choice) -> Iterator[ListedVideo]:
    places: defaultdict[str, list[SourceRecord]] = defaultdict(list)
    for place in catalog.sources():
        places[place.video_id].append(place)
    asks_place = bool(choice.cameras or choice.name or choice.after or choice.before)
    for record in catalog.videos():
        kept = tuple(p for p in places[record.video_id] if _is_meant(p, record, choice))
        if kept or not asks_place:
            yield ListedVideo(record, kept)


def _is_meant(place: SourceRecord, record: VideoRecord, choice: Choice) -> bool:
    if choice.cameras and place.camera not in choice.cameras:
        return False
    if choice.name.casefold() not in Path(place.path).name.casefold():
        return False
    return _is_within(place.recorded_at, record.duration_s, choice)


def _is_within(start: datetime | None, duration_s: float, choice: Choice) -> bool:
    """Whether any of the footage lies within the times that are asked for."""
    if choice.after is None and choice.before is None:
        return True
    if start is None:
        return False
    is_late = choice.before is not None and start >= choice.before
    end = start + timedelta(seconds=duration_s)
    return not is_late and (choice.after is None or end > choice.after)


def _key(video: ListedVideo, order: Order) -> Key:
    record, place = video.record, video.places[0] if video.places else None
    sign = -1 if order.startswith("-") else 1
    if order.endswith("duration"):
        return 0, sign * record.duration_s, record.video_id
    if order.endswith("recorded"):
        time = place and place.recorded_at
        return (0, sign * time.timestamp(), record.video_id) if time else _unknown(0.0, record)
    return (0, Path(place.path).name, record.video_id) if place else _unknown("", record)


def _unknown(value: float | str, record: VideoRecord) -> Key:
    return 1, value, record.video_id


def _write_cursor(key: Key, order: Order) -> str:
    return base64.urlsafe_b64encode(json.dumps([order, *key]).encode()).decode().rstrip("=")


def _read_cursor(text: str, order: Order) -> Key:
    try:
        padded = text + "=" * (-len(text) % 4)
        content = base64.b64decode(padded, altchars=b"-_", validate=True)
        of, is_unknown, value, video_id = _CURSOR.validate_json(content, strict=True)
        if of == order and isinstance(value, str) == (order == "name"):
            return is_unknown, value, video_id
    except ValueError:  # not base64, not JSON, or of other types
        pass
    raise UserError("the cursor was altered, or is another order's: ask for the first page")
