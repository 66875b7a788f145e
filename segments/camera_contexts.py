"""Which contexts stand for each camera: those a user pinned, or those chosen by its footage.

A camera is named as its videos' sources name it.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from segments.database import Tables
from segments.library import Library

VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS pinned_contexts (camera TEXT PRIMARY KEY, contexts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS chosen_contexts (
    space TEXT, camera TEXT, similarities TEXT NOT NULL, footage_s REAL NOT NULL,
    chosen_at TEXT NOT NULL, PRIMARY KEY (space, camera)
)
"""


class ChosenContexts(BaseModel):
    """What was chosen for a camera by its own footage."""

    model_config = ConfigDict(extra="forbid")

    similarities: dict[str, float]
    """By context, best first."""
    footage_s: float
    """How much footage the choice rests on."""
    chosen_at: AwareDatetime


class CameraContexts(Tables):
    """The tables of one library. One object per thread; any number of processes may read.

    Pins are the same for all vector spaces; each space chooses by its own vectors.
    """

    def __init__(self, library: Library) -> None:
        """Raises:
        LibraryError: the database is damaged or of another version.
        """
        self._space = library.space
        super().__init__(library.database, part="camera contexts", version=VERSION, schema=SCHEMA)

    def pin(self, camera: str, contexts: Sequence[str]) -> None:
        """From here on these stand for the camera, in place of whatever did."""
        cells = (camera, json.dumps(list(contexts)))
        self._rows.execute("REPLACE INTO pinned_contexts VALUES (?, ?)", cells)

    def unpin(self, camera: str) -> bool:
        """Lets the camera's footage choose again; whether something was pinned."""
        found = self._rows.execute("DELETE FROM pinned_contexts WHERE camera = ?", (camera,))
        return found.rowcount > 0

    def pinned(self) -> dict[str, tuple[str, ...]]:
        """By camera."""
        rows = self._rows.execute("SELECT * FROM pinned_contexts ORDER BY camera")
        return {str(row["camera"]): tuple(json.loads(row["contexts"])) for row in rows}

    def choose(
        self, camera: str, similarities: dict[str, float], *, footage_s: float
    ) -> ChosenContexts:
        """Keeps what the footage of a camera chose, in place of an earlier choice."""
        chosen = ChosenContexts(
            similarities=similarities, footage_s=footage_s, chosen_at=datetime.now(UTC)
        )
        cells = (json.dumps(similarities), footage_s, chosen.chosen_at.isoformat())
        self._rows.execute(
            "REPLACE INTO chosen_contexts VALUES (?, ?, ?, ?, ?)", (self._space, camera, *cells)
        )
        return chosen

    def chosen(self) -> dict[str, ChosenContexts]:
        """By camera."""
        rows = self._rows.execute(
            "SELECT * FROM chosen_contexts WHERE space = ? ORDER BY camera", (self._space,)
        )
        return {str(row["camera"]): _chosen(row) for row in rows}

    def forget_choices(self, camera: str | None = None) -> None:
        """What is not pinned is compared with the whole bank again.

        Args:
            camera: only this one; None means all.
        """
        self._rows.execute(
            "DELETE FROM chosen_contexts WHERE space = ?1 AND (?2 IS NULL OR camera = ?2)",
            (self._space, camera),
        )

    def in_use(self, camera: str | None) -> tuple[str, ...]:
        """Those pinned, else those chosen; none where nothing is known: the whole bank then."""
        return () if camera is None else self.by_camera().get(camera, ())

    def by_camera(self) -> dict[str, tuple[str, ...]]:
        """Those in use, of every camera that has some."""
        chosen = {camera: tuple(kept.similarities) for camera, kept in self.chosen().items()}
        return chosen | {camera: names for camera, names in self.pinned().items() if names}


def contexts_for(cameras: Iterable[str], by_camera: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Those of any of these cameras, each once; none where nothing is known of them."""
    names = (name for camera in cameras for name in by_camera.get(camera, ()))
    return tuple(dict.fromkeys(names))


def _chosen(row: sqlite3.Row) -> ChosenContexts:
    return ChosenContexts(
        similarities=json.loads(row["similarities"]),
        footage_s=row["footage_s"],
        chosen_at=row["chosen_at"],
    )
