"""A CSV that says which camera recorded a file, and when."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from segments.errors import UserError

REQUIRED = ("file", "camera", "start")
OPTIONAL = ("clock_offset_s",)
SURPLUS = "cells beyond the header"


@dataclass(frozen=True)
class TableRow:
    """One row; an empty cell is None."""

    camera: str | None
    start: datetime | None
    """Naive unless the cell spells its zone."""
    clock_offset_s: float | None


@dataclass(frozen=True)
class SourceTable:
    """The rows of a CSV, by the file they speak of."""

    rows: dict[str, TableRow]
    """By full path, where the CSV names a folder (seen from its own), or by bare file name."""

    def find(self, path: Path) -> TableRow | None:
        """The row of a file: its full path first, then its name."""
        return self.rows.get(str(path.resolve())) or self.rows.get(path.name)


def read_sources_csv(path: Path) -> SourceTable:
    """Reads a CSV with the columns file, camera, start and optionally clock_offset_s.

    Cells are separated by commas, or by semicolons as spreadsheets of many countries write them.

    Raises:
        UserError: the file or a column is missing, or a cell makes no sense; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"--sources-csv {path} cannot be read as UTF-8 text: {error}") from None
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey=SURPLUS)
    _require_columns(path, reader.fieldnames or ())
    rows: dict[str, TableRow] = {}
    for cells in reader:
        place = _Place(path, reader.line_num)
        file, row = _read_row(cells, place)
        if file in rows:
            place.refuse(f"{file} stands on an earlier line too")
        rows[file] = row
    return SourceTable(rows)


@dataclass(frozen=True)
class _Place:
    path: Path
    line: int

    def refuse(self, reason: str) -> NoReturn:
        raise UserError(f"{self.path}, line {self.line}: {reason}")


def _require_columns(path: Path, found: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in found]
    unknown = [name for name in found if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown:
        _Place(path, 1).refuse(
            f"the columns are {', '.join(found) or 'none'}; needed are {', '.join(REQUIRED)}, "
            f"allowed is also {', '.join(OPTIONAL)}"
        )


def _read_row(row: dict[str, str | None], place: _Place) -> tuple[str, TableRow]:
    if SURPLUS in row or None in row.values():
        place.refuse("it has more or fewer cells than the header")
    cells = {name: (cell or "").strip() for name, cell in row.items()}
    file = cells["file"]
    if not file:
        place.refuse("the cell 'file' is empty")
    bare = Path(file).name == file
    return file if bare else str((place.path.parent / file).resolve()), TableRow(
        cells["camera"] or None,
        _time(cells["start"], place),
        _seconds(cells.get("clock_offset_s", ""), place),
    )


def _time(cell: str, place: _Place) -> datetime | None:
    try:
        return datetime.fromisoformat(cell) if cell else None
    except ValueError:
        place.refuse(
            f"start is {cell!r}; write it like 2024-05-31T23:59:00 or with +02:00 after it"
        )


def _seconds(cell: str, place: _Place) -> float | None:
    try:
        seconds = float(cell) if cell else None
    except ValueError:
        seconds = math.nan
    if seconds is not None and not math.isfinite(seconds):
        place.refuse(f"clock_offset_s is {cell!r}; write seconds, like -95 or 3.5")
    return seconds
