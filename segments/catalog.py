"""What is known about each video, and where each was seen: the tables searchers read."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict

from segments.database import Tables, transaction
from segments.errors import UserError
from segments.library import Library

Origin = Literal["option", "name", "csv", "container"]
"""Where a recording time comes from."""
MIN_PREFIX = 6
"""Hexadecimal digits that an abbreviated video id has at least."""
MAX_CANDIDATES = 8
"""Videos that a message lists."""
VERSION = 2
SCHEMA = """
CREATE TABLE IF NOT EXISTS videos (
    space TEXT, video_id TEXT, duration_s REAL NOT NULL, width INTEGER NOT NULL,
    height INTEGER NOT NULL, fps REAL NOT NULL, codec TEXT NOT NULL, has_audio INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, problems TEXT NOT NULL, detectors TEXT NOT NULL,
    PRIMARY KEY (space, video_id)
);
CREATE TABLE IF NOT EXISTS sources (
    path TEXT PRIMARY KEY, video_id TEXT NOT NULL, camera TEXT, recorded_at TEXT,
    recorded_from TEXT, clock_offset_s REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS sources_of_video ON sources (video_id);
CREATE TABLE IF NOT EXISTS clock_offsets (camera TEXT PRIMARY KEY, offset_s REAL NOT NULL)
"""

_ONE = "space = ? AND video_id = ?"


class VideoRecord(BaseModel):
    """One content, completely indexed in one vector space."""

    model_config = ConfigDict(extra="forbid")

    video_id: str
    duration_s: float
    width: int
    height: int
    fps: float
    codec: str
    has_audio: bool
    size_bytes: int
    problems: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()


class SourceRecord(BaseModel):
    """One place where a content was seen."""

    model_config = ConfigDict(extra="forbid")

    video_id: str
    path: str
    """As indexed: absolute."""
    camera: str | None = None
    recorded_at: AwareDatetime | None = None
    """Wall-clock time of the first frame, clock offset applied; None where it is not known."""
    recorded_from: Origin | None = None
    """Where `recorded_at` comes from."""
    clock_offset_s: float = 0.0
    """Already added to `recorded_at`."""


class PlaceRow(NamedTuple):
    """What lists are made from: a video, and one place of it."""

    video_id: str
    duration_s: float
    path: str | None
    """None where no place is known."""
    camera: str | None
    recorded_at: datetime | None


class Place(NamedTuple):
    """Where a content was seen, as hits show it."""

    path: str
    camera: str | None
    recorded_at: datetime | None


class Catalog(Tables):
    """The tables of one library. One object per thread; any number of processes may read.

    Videos are those of the library's vector space; sources and clocks are the same for all spaces.
    """

    def __init__(self, library: Library) -> None:
        """Raises:
        LibraryError: the database is damaged or of another version.
        """
        self._space = library.space
        super().__init__(library.database, part="catalog", version=VERSION, schema=SCHEMA)

    def add_video(self, record: VideoRecord) -> None:
        """Adds a video, or replaces what is known about it."""
        self._insert("videos", {"space": self._space, **record.model_dump(mode="json")})

    def add_source(self, record: SourceRecord) -> None:
        """Adds the place, or replaces what is known about it: a path holds one content at a time.

        The video need not be there yet: a source is known before its content is indexed.
        """
        self._insert("sources", record.model_dump(mode="json"))

    def delete_video(self, video_id: str) -> list[SourceRecord]:
        """Forgets a video of this space, and its sources where no other space has it.

        Returns:
            The sources it had.
        """
        sources = self.sources(video_id)
        with transaction(self._rows):
            self._rows.execute(f"DELETE FROM videos WHERE {_ONE}", (self._space, video_id))
            self._rows.execute(
                "DELETE FROM sources WHERE video_id = ?1 "
                "AND NOT EXISTS (SELECT 1 FROM videos WHERE video_id = ?1)",
                (video_id,),
            )
        return sources

    def drop_space(self) -> None:
        """Forgets every video of this space; sources stay."""
        self._rows.execute("DELETE FROM videos WHERE space = ?", (self._space,))

    def video(self, video_id: str) -> VideoRecord | None:
        """The video of that id; None where it is not there, or not completely indexed."""
        rows = self._rows.execute(f"SELECT * FROM videos WHERE {_ONE}", (self._space, video_id))
        return next(map(_video, rows), None)

    def videos(self, *, camera: str | None = None) -> list[VideoRecord]:
        """All videos, or those that a camera saw, by id."""
        seen = "SELECT video_id FROM sources WHERE camera = ?"
        where = f"AND video_id IN ({seen})" if camera is not None else ""
        values = (self._space,) if camera is None else (self._space, camera)
        query = f"SELECT * FROM videos WHERE space = ? {where} ORDER BY video_id"
        return list(map(_video, self._rows.execute(query, values)))

    def sources(self, video_id: str | None = None) -> list[SourceRecord]:
        """Where a content was seen, by path; without an id, every place of every content."""
        where, values = ("", ()) if video_id is None else ("WHERE video_id = ?", (video_id,))
        rows = self._rows.execute(f"SELECT * FROM sources {where} ORDER BY path", values)
        return [SourceRecord.model_validate(dict(row)) for row in rows]

    def iter_places(self) -> Iterator[PlaceRow]:
        """Every place of every video, by id and path; much faster than the whole records."""
        rows = self._rows.execute(
            "SELECT video_id, duration_s, path, camera, recorded_at FROM videos "
            "LEFT JOIN sources USING (video_id) WHERE space = ? ORDER BY video_id, path",
            (self._space,),
        )
        for video_id, duration_s, path, camera, at in rows:
            recorded_at = datetime.fromisoformat(at) if at else None
            yield PlaceRow(video_id, duration_s, path, camera, recorded_at)

    def places(self, video_ids: Sequence[str]) -> dict[str, list[Place]]:
        """Where contents were seen, by id and path; an empty list where that is nowhere."""
        found: dict[str, list[Place]] = {video_id: [] for video_id in video_ids}
        rows = self._rows.execute(
            "SELECT video_id, path, camera, recorded_at FROM sources "
            "WHERE video_id IN (SELECT value FROM json_each(?)) ORDER BY path",
            (json.dumps(list(video_ids)),),
        )
        for video_id, path, camera, at in rows:
            found[video_id].append(Place(path, camera, datetime.fromisoformat(at) if at else None))
        return found

    def has_camera(self, name: str) -> bool:
        """Whether `cameras` has it; much faster."""
        query = (
            "SELECT 1 FROM sources JOIN videos USING (video_id) WHERE camera = ? AND space = ? "
            "LIMIT 1"
        )
        return self._rows.execute(query, (name, self._space)).fetchone() is not None

    def has_detector(self, name: str) -> bool:
        """Whether some video has scores of it; much faster than looking through `videos`."""
        query = (
            "SELECT 1 FROM videos WHERE space = ? "
            "AND ? IN (SELECT value FROM json_each(detectors)) LIMIT 1"
        )
        return self._rows.execute(query, (self._space, name)).fetchone() is not None

    def cameras(self) -> list[str]:
        """The cameras that some video's source names, by name."""
        rows = self._rows.execute(
            "SELECT DISTINCT camera FROM sources JOIN videos USING (video_id) "
            "WHERE space = ? AND camera IS NOT NULL ORDER BY camera",
            (self._space,),
        )
        return [str(row["camera"]) for row in rows]

    def find(self, text: str) -> VideoRecord:
        """The one video that `text` means: a path, a file name, an id or the start of one.

        Raises:
            UserError: no video, or more than one, is meant.
        """
        for ids in (self._ids_by_path(text), self._ids_by_name(text), self._ids_by_prefix(text)):
            if len(ids) > 1:
                raise UserError(f"{text!r} may mean {self._listed(ids)}; give the path or the id")
            if ids:
                return self._complete(ids[0], text)
        raise UserError(
            f"no video {text!r} in the library: give its path, its file name or at least "
            f"{MIN_PREFIX} digits of its id, as `retrace library info` lists them"
        )

    def clock_offsets(self) -> dict[str, float]:
        """Seconds to add to what a camera's clock says, by camera."""
        rows = self._rows.execute("SELECT camera, offset_s FROM clock_offsets ORDER BY camera")
        return {str(row["camera"]): float(row["offset_s"]) for row in rows}

    def set_clock_offset(self, camera: str, offset_s: float) -> list[str]:
        """Keeps a camera's offset and moves the times that its clock gave; the videos that moved.

        Times that the user stated (`recorded_from` "option") stay.
        """
        moved: list[str] = []
        with transaction(self._rows):
            self._rows.execute("REPLACE INTO clock_offsets VALUES (?, ?)", (camera, offset_s))
            for source in self.sources():
                if source.camera == camera and _keeps_clock(source, offset_s):
                    self.add_source(_moved(source, offset_s))
                    moved.append(source.video_id)
        return sorted(set(moved))

    def _insert(self, table: str, values: Mapping[str, object]) -> None:
        cells = [json.dumps(cell) if isinstance(cell, list) else cell for cell in values.values()]
        marks = ", ".join("?" * len(cells))
        self._rows.execute(f"REPLACE INTO {table} ({', '.join(values)}) VALUES ({marks})", cells)

    def _ids_by_path(self, text: str) -> list[str]:
        return self._ids("path IN (?, ?)", (text, str(Path(text).absolute())))

    def _ids_by_name(self, text: str) -> list[str]:
        if not text or "/" in text:
            return []
        return sorted({s.video_id for s in self.sources() if Path(s.path).name == text})

    def _ids_by_prefix(self, text: str) -> list[str]:
        if not re.fullmatch(rf"[0-9a-fA-F]{{{MIN_PREFIX},64}}", text):
            return []
        return self._ids("substr(video_id, 1, ?) = ?", (len(text), text.lower()))

    def _ids(self, where: str, values: Sequence[object]) -> list[str]:
        query = f"SELECT DISTINCT video_id FROM sources WHERE {where} ORDER BY video_id"
        return [str(row["video_id"]) for row in self._rows.execute(query, values)]

    def _complete(self, video_id: str, text: str) -> VideoRecord:
        if record := self.video(video_id):
            return record
        raise UserError(f"{text!r} is known but not completely indexed: run `retrace index` on it")

    def _listed(self, ids: Sequence[str]) -> str:
        names = [f"{self.sources(i)[0].path} ({i[:12]})" for i in ids[:MAX_CANDIDATES]]
        more = len(ids) - len(names)
        return ", ".join(names) + (f" and {more} more" if more else "")


def _video(row: sqlite3.Row) -> VideoRecord:
    values = {name: row[name] for name in VideoRecord.model_fields}
    lists = {name: json.loads(values[name]) for name in ("problems", "detectors")}
    return VideoRecord.model_validate({**values, **lists})


def _keeps_clock(source: SourceRecord, offset_s: float) -> bool:
    from_clock = source.recorded_at is not None and source.recorded_from != "option"
    return from_clock and source.clock_offset_s != offset_s


def _moved(source: SourceRecord, offset_s: float) -> SourceRecord:
    assert source.recorded_at is not None
    later = source.recorded_at + timedelta(seconds=offset_s - source.clock_offset_s)
    return source.model_copy(update={"recorded_at": later, "clock_offset_s": offset_s})


def recorded_at_ms(sources: Iterable[SourceRecord]) -> list[int]:
    """UTC milliseconds of the first frame, one per source that knows it, as payloads carry them."""
    known = [s.recorded_at for s in sources if s.recorded_at is not None]
    return [round(time.timestamp() * 1000) for time in known]


def cameras_of(sources: Iterable[SourceRecord]) -> list[str]:
    """The cameras that sources name, each once, by name, as payloads carry them."""
    return sorted({s.camera for s in sources if s.camera is not None})
