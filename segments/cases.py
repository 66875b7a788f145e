"""Cases: what an investigation has found, with notes, and the videos that it locks.

They lie in a database of their own in the library, for all vector spaces: a case outlives the
space that its hits were found in.
"""

import sqlite3
from datetime import UTC, datetime

from segments.case_records import MAX_NOTE_CHARS, Case, CaseFinding, CaseHit, CaseNote
from segments.database import Tables, transaction
from segments.errors import UserError
from segments.library import Library

MAX_NAME_CHARS = 200
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS cases (
    case_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL,
    is_locked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS notes (
    note_id INTEGER PRIMARY KEY, written_at TEXT NOT NULL, text TEXT NOT NULL,
    case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS hits (
    hit_id INTEGER PRIMARY KEY AUTOINCREMENT, video_id TEXT NOT NULL, added_at TEXT NOT NULL,
    finding TEXT NOT NULL, position INTEGER NOT NULL,
    case_id INTEGER NOT NULL REFERENCES cases ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS hits_of_video ON hits (video_id)
"""
INDEXES = (
    "CREATE INDEX IF NOT EXISTS hits_of_case ON hits (case_id, position)",
    "CREATE INDEX IF NOT EXISTS notes_of_case ON notes (case_id)",
)
"""Which databases of before lack: a case was looked for among all hits."""
_NOTES = "SELECT written_at, text FROM notes WHERE case_id = ? ORDER BY note_id"
_HITS = "SELECT * FROM hits WHERE case_id = ? ORDER BY position"
_ADD = """
INSERT INTO hits (case_id, video_id, added_at, finding, position) VALUES (?1, ?2, ?3, ?4,
(SELECT coalesce(max(position), 0) + 1 FROM hits WHERE case_id = ?1))
"""
_LOCKING = """
SELECT DISTINCT name FROM cases JOIN hits USING (case_id) WHERE is_locked AND video_id = ?
ORDER BY name
"""


class Cases(Tables):
    """The cases of one library. One object per thread; any number of processes may write."""

    def __init__(self, library: Library) -> None:
        """Raises:
        LibraryError: the database is damaged or of another version.
        """
        super().__init__(library.cases_file, part="cases", version=VERSION, schema=SCHEMA)
        for index in INDEXES:
            self._rows.execute(index)

    def create(self, name: str) -> Case:
        """Opens a case without hits.

        Raises:
            UserError: the name is empty, too long, or another case has it.
        """
        self._name_it("INSERT INTO cases (name, created_at) VALUES (?, ?)", name, _now())
        return self.find(name.strip())

    def all(self) -> list[Case]:
        """Every case, by name."""
        return [self.find(name) for name in self._names()]

    def find(self, name: str) -> Case:
        """The case of that name.

        Raises:
            UserError: there is none; the message names those that there are.
        """
        row = self._row(name)
        notes = self._rows.execute(_NOTES, (row["case_id"],))
        hits = self._rows.execute(_HITS, (row["case_id"],))
        return Case(
            case_id=row["case_id"],
            name=row["name"],
            created_at=row["created_at"],
            is_locked=bool(row["is_locked"]),
            notes=tuple(CaseNote.model_validate(dict(note)) for note in notes),
            hits=tuple(map(_hit, hits)),
        )

    def by_id(self, case_id: int) -> Case | None:
        """The case of that number; None where there is none."""
        query = "SELECT name FROM cases WHERE case_id = ?"
        row = self._rows.execute(query, (case_id,)).fetchone()
        return self.find(row["name"]) if row else None

    def rename(self, name: str, to: str) -> None:
        """Raises:
        UserError: there is no such case, or the new name cannot be taken.
        """
        case_id = self._row(name)["case_id"]
        self._name_it("UPDATE cases SET name = ? WHERE case_id = ?", to, case_id)

    def add_note(self, name: str, text: str) -> None:
        """Raises:
        UserError: there is no such case, or the text is empty or too long.
        """
        text = _require_text(text, of="a note", most=MAX_NOTE_CHARS)
        row = (self._row(name)["case_id"], _now(), text)
        self._rows.execute("INSERT INTO notes (case_id, written_at, text) VALUES (?, ?, ?)", row)

    def add(self, name: str, finding: CaseFinding) -> int:
        """Adds a finding as the case's last hit; the hit's number, which none had before.

        Raises:
            UserError: there is no such case, or the span is empty.
        """
        if finding.end_s <= finding.start_s:
            raise UserError(f"a span from {finding.start_s:g} to {finding.end_s:g} s is empty")
        case_id, document = self._row(name)["case_id"], finding.model_dump_json()
        cursor = self._rows.execute(_ADD, (case_id, finding.video_id, _now(), document))
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def move(self, name: str, hit_id: int, to: int) -> None:
        """Puts a hit at a place of the order, 1 for the first.

        Raises:
            UserError: there is no such case, hit or place.
        """
        with transaction(self._rows):
            case = self.find(name)
            case.hit(hit_id)
            if not 1 <= to <= len(case.hits):
                raise UserError(f"the case {name!r} has places 1 to {len(case.hits)}, not {to}")
            order = [hit.hit_id for hit in case.hits if hit.hit_id != hit_id]
            order.insert(to - 1, hit_id)
            places = enumerate(order, start=1)
            self._rows.executemany("UPDATE hits SET position = ? WHERE hit_id = ?", places)

    def remove(self, name: str, hit_id: int) -> None:
        """Takes a hit out of a case; its video stays.

        Raises:
            UserError: there is no such case or hit, or the case is locked.
        """
        _require_unlocked(self.find(name)).hit(hit_id)
        self._rows.execute("DELETE FROM hits WHERE hit_id = ?", (hit_id,))

    def delete(self, name: str) -> None:
        """Forgets a case with its notes and hits; videos stay.

        Raises:
            UserError: there is no such case, or it is locked.
        """
        _require_unlocked(self.find(name))
        self._rows.execute("DELETE FROM cases WHERE name = ?", (name,))

    def lock(self, name: str, *, locked: bool = True) -> None:
        """Keeps the videos of a case from being removed, those of later hits too, or frees them.

        Raises:
            UserError: there is no such case.
        """
        values = (locked, self._row(name)["case_id"])
        self._rows.execute("UPDATE cases SET is_locked = ? WHERE case_id = ?", values)

    def locking(self, video_id: str) -> list[str]:
        """The locked cases that have a hit in a video, by name."""
        return [str(row["name"]) for row in self._rows.execute(_LOCKING, (video_id,))]

    def _row(self, name: str) -> sqlite3.Row:
        row = self._rows.execute("SELECT * FROM cases WHERE name = ?", (name,)).fetchone()
        if row is None:
            known = ", ".join(self._names()) or "none (`retrace case new NAME` opens one)"
            raise UserError(f"no case {name!r} in the library; there are: {known}")
        return row

    def _names(self) -> list[str]:
        return [str(r["name"]) for r in self._rows.execute("SELECT name FROM cases ORDER BY name")]

    def _name_it(self, statement: str, name: str, value: object) -> None:
        name = _require_text(name, of="a case's name", most=MAX_NAME_CHARS)
        try:
            self._rows.execute(statement, (name, value))
        except sqlite3.IntegrityError:
            raise UserError(f"there is a case {name!r} already: choose another name") from None


def cases_locking(library: Library, video_id: str) -> list[str]:
    """The locked cases that have a hit in a video, by name; reads only."""
    if not library.cases_file.exists():
        return []
    with Cases(library) as cases:
        return cases.locking(video_id)


def require_removable(library: Library, video_id: str) -> None:
    """Raises:
    UserError: a case locks the video; the message names the case.
    """
    if names := cases_locking(library, video_id):
        listed = ", ".join(map(repr, names))
        raise UserError(
            f"video {video_id[:12]} is locked by the case {listed} and is not removed: "
            f"`retrace case unlock NAME` frees its videos"
        )


def _hit(row: sqlite3.Row) -> CaseHit:
    finding = CaseFinding.model_validate_json(row["finding"])
    return CaseHit(**dict(finding), hit_id=row["hit_id"], added_at=row["added_at"])


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _require_text(text: str, *, of: str, most: int) -> str:
    text = text.strip()
    if not 1 <= len(text) <= most:
        raise UserError(f"{of} has 1 to {most} characters; this one has {len(text)}")
    return text


def _require_unlocked(case: Case) -> Case:
    if case.is_locked:
        raise UserError(
            f"the case {case.name!r} is locked: `retrace case unlock` opens it to removals"
        )
    return case
