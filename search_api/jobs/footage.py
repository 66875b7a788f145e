"""Footage that was sent: kept in the library, since what is indexed points at it."""

import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from search_api.jobs.table import FILE
from segments.database import Tables
from segments.errors import MediaError
from segments.files import sync_folder
from segments.reading.containers import open_media, sound_stream, video_stream

FOLDER = "footage"
"""In the library's folder."""
FOOTAGE_ID = "^[0-9a-f]{32}$"
MAX_NAME_BYTES = 200
NAMELESS = "footage"
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS footage (
    footage_id TEXT PRIMARY KEY, key_id TEXT, name TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    sent_at TEXT NOT NULL
)
"""
_ID_BYTES = 16
_HEAD_BYTES = 4096
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"<MPD", b"c=IN IP", b"[playlist]")
"""Text that names other files, which must not be followed."""
_PARTIAL_S = 3600.0
"""After which half of a file is a rest that a killed service left."""
_STRANGE = re.compile(r"[^\w. ()+@,=-]")


class Footage(BaseModel):
    """A file that was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    footage_id: str
    """128 random bits, in hexadecimal digits."""
    key_id: str | None
    """Whose it is."""
    name: str
    size_bytes: int
    sent_at: AwareDatetime


class FoundFootage(BaseModel):
    """What a file's headers say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    container: str
    codec: str
    width: int
    height: int
    duration_s: float | None
    has_sound: bool


class FootageTable(Tables):
    """The footage that one library was sent. One object per thread."""

    def __init__(self, root: Path) -> None:
        """
        Args:
            root: the library's folder.

        Raises:
            LibraryError: the database is damaged or of another version.
        """
        self._folder = root.absolute() / FOLDER
        super().__init__(root / FILE, part="footage", version=VERSION, schema=SCHEMA)

    def path(self, footage: Footage) -> Path:
        return self._folder / footage.footage_id / footage.name

    def find(self, footage_id: str) -> Footage | None:
        rows = self._rows.execute("SELECT * FROM footage WHERE footage_id = ?", (footage_id,))
        return next((Footage.model_validate(dict(row)) for row in rows), None)

    def all(self) -> list[Footage]:
        rows = self._rows.execute("SELECT * FROM footage ORDER BY sent_at")
        return [Footage.model_validate(dict(row)) for row in rows]

    def begin(self, name: str) -> Path:
        """Where the next file may be written: a hidden file in a folder of its own."""
        folder = self._folder / secrets.token_hex(_ID_BYTES)
        folder.mkdir(parents=True)
        return folder / f".{name}.partial"

    def keep(self, partial: Path, name: str, *, key_id: str | None) -> Footage:
        """The file is whole: from here on it is there, also after a power cut."""
        whole = partial.with_name(name)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.rename(whole)
        sync_folder(whole.parent)
        sync_folder(self._folder)
        row = (whole.parent.name, key_id, name, whole.stat().st_size, _now().isoformat())
        self._rows.execute("INSERT INTO footage VALUES (?, ?, ?, ?, ?)", row)
        kept = self.find(whole.parent.name)
        assert kept is not None
        return kept

    def delete(self, footage: Footage) -> None:
        """Forgets the file and deletes it."""
        self._rows.execute("DELETE FROM footage WHERE footage_id = ?", (footage.footage_id,))
        shutil.rmtree(self._folder / footage.footage_id, ignore_errors=True)

    def sweep(self, *, used: Collection[str], lifetime_s: float) -> list[Footage]:
        """Deletes what nobody had indexed in time, and rests of killed services.

        Args:
            used: paths that stay: those that the library knows, and those of jobs to come.
        """
        oldest = _now() - timedelta(seconds=lifetime_s)
        old = [f for f in self.all() if f.sent_at < oldest and str(self.path(f)) not in used]
        for footage in old:
            self.delete(footage)
        known = {footage.footage_id for footage in self.all()}
        for folder in self._folder.glob("*"):
            if folder.name not in known and _age_s(folder) > _PARTIAL_S:
                shutil.rmtree(folder, ignore_errors=True)
        return old


def look_at(path: Path) -> FoundFootage:
    """What a file's headers say; nothing outside it is opened.

    Raises:
        MediaError: it is not footage, or only names other files.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if any(mark in head for mark in _PLAYLISTS) or _is_text(head):
        raise MediaError(f"{path} is text, not footage: send the recording itself")
    with open_media(path) as container:
        video, duration = video_stream(container, path), container.duration
        return FoundFootage(
            container=container.format.name,
            codec=video.codec.canonical_name,
            width=video.width,
            height=video.height,
            duration_s=duration / 1_000_000 if duration else None,
            has_sound=sound_stream(container) is not None,
        )


def safe_name(text: str) -> str:
    """A file name like the one that was sent: no folders, nothing hidden, nothing that means
    something to a shell or a reader of numbered pictures."""
    leaf = unicodedata.normalize("NFC", text).replace("\\", "/").rpartition("/")[2]
    plain = _STRANGE.sub("_", leaf).strip(" .-")
    stem, dot, suffix = plain.rpartition(".")
    end = f"{dot}{suffix[:10]}" if stem else ""
    room = MAX_NAME_BYTES - len(end.encode())
    return f"{(stem or plain).encode()[:room].decode(errors='ignore')}{end}" or NAMELESS


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", "strict" if len(head) < _HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        return False
    is_long = len(text.encode()) > len(head) - 4
    return is_long and all(char.isprintable() or char in "\r\n\t" for char in text)


def _age_s(folder: Path) -> float:
    """Since something in it was written to."""
    times = [path.stat().st_mtime for path in (folder, *folder.glob("*"))]
    return time.time() - max(times)


def _now() -> datetime:
    return datetime.now(UTC)
