"""The videos of a library, chosen, in order, page by page."""

import base64
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import FiniteFloat, TypeAdapter

from segments.catalog import Catalog, PlaceRow, SourceRecord, VideoRecord
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
    keys = sorted(_keys(catalog, choice))
    after = _read_cursor(cursor, choice.order) if cursor is not None else None
    first = bisect_right(keys, after) if after else 0
    page = keys[first : first + limit]
    is_last = first + limit >= len(keys)
    next_cursor = None if is_last else _write_cursor(page[-1], choice.order)
    return Page(list(_read(catalog, page, choice)), len(keys), next_cursor)


def _keys(catalog: Catalog, choice: Choice) -> Iterator[Key]:
    """The place of every chosen video in the order."""
    last_id = ""
    for place in catalog.iter_places():
        if place.video_id != last_id and _is_meant(place, place.duration_s, choice):
            last_id = place.video_id
            yield _key(place, choice.order)


def _read(catalog: Catalog, keys: Iterable[Key], choice: Choice) -> Iterator[ListedVideo]:
    for _, _, video_id in keys:
        if record := catalog.video(video_id):  # it may have been deleted meanwhile
            places = catalog.sources(video_id)
            chosen = (p for p in places if _is_meant(p, record.duration_s, choice))
            yield ListedVideo(record, tuple(chosen))


def _is_meant(place: SourceRecord | PlaceRow, duration_s: float, choice: Choice) -> bool:
    if choice.cameras and place.camera not in choice.cameras:
        return False
    if choice.name.casefold() not in _name(place).casefold():
        return False
    return _is_within(place.recorded_at, duration_s, choice)


def _name(place: SourceRecord | PlaceRow) -> str:
    """Of the file; empty where no place is known."""
    return (place.path or "").rpartition("/")[2]


def _is_within(start: datetime | None, duration_s: float, choice: Choice) -> bool:
    """Whether any of the footage lies within the times that are asked for."""
    if choice.after is None and choice.before is None:
        return True
    if start is None:
        return False
    is_late = choice.before is not None and start >= choice.before
    end = start + timedelta(seconds=duration_s)
    return not is_late and (choice.after is None or end > choice.after)


def _key(place: PlaceRow, order: Order) -> Key:
    sign = -1 if order.startswith("-") else 1
    if order.endswith("duration"):
        return 0, sign * place.duration_s, place.video_id
    if order.endswith("recorded"):
        time = place.recorded_at
        return int(not time), sign * time.timestamp() if time else 0.0, place.video_id
    return int(not place.path), _name(place), place.video_id


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
