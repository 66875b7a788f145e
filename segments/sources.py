"""When and where footage was recorded: options, file names, a CSV, the container (DESIGN §10)."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from segments.catalog import Origin, SourceRecord
from segments.errors import UserError
from segments.source_table import SourceTable, TableRow

ORIGINS: tuple[Origin, ...] = ("option", "name", "csv", "container")
"""Where a recording time may come from, the most trusted first."""

DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "y": 2, "j": 3}
"""Directives of `datetime.strptime` that a name spells with a fixed number of digits."""
DIRECTIVES = {
    **{letter: rf"\d{{{digits}}}" for letter, digits in DIGITS.items()},
    "f": r"\d{1,6}",
    "b": r"[^\W\d_]+",
    "B": r"[^\W\d_]+",
    "p": r"[AaPp][Mm]",
    "z": r"(?:Z|[+-]\d\d:?\d\d)",
    "%": "%",
}
_TOKENS = re.compile(
    r"\{(?P<field>\w*)(?::(?P<format>[^{}]*))?\}|(?P<wild>[*?])|(?P<other>.)", re.S
)


@dataclass(frozen=True)
class NamedSource:
    """What a file name says."""

    camera: str | None
    start: datetime | None
    """Naive unless the name spells its zone."""


class NamePattern:
    """A file name's pattern, e.g. `{camera}_{start:%Y%m%d_%H%M%S}*`.

    `{camera}` is a run of characters, as short as the rest allows; `{start:FORMAT}` a time in the
    directives of `datetime.strptime`, which may come in pieces (`{start:%Y%m%d}/{start:%H%M%S}`);
    `*` and `?` are any run and any one character. Each `/` takes one folder more into the match.
    """

    def __init__(self, text: str) -> None:
        """Raises:
        UserError: the pattern has an unknown field or directive, or neither camera nor start.
        """
        self.text = text
        self._formats: list[str] = []
        tokens = list(_TOKENS.finditer(text))
        self._num_cameras = sum(token["field"] == "camera" for token in tokens)
        if self._num_cameras > 1:
            self._refuse("{camera} may come once")
        self._regex = re.compile("".join(map(self._piece, tokens)))
        if not (self._formats or self._num_cameras):
            self._refuse("it names neither {camera} nor {start:FORMAT}")

    def parse(self, path: Path) -> NamedSource | None:
        """What `path` says; None where it does not match, or spells a time that does not exist."""
        depth = self.text.count("/") + 1
        for leaf in (path, path.with_suffix("")):
            if match := self._regex.fullmatch("/".join(leaf.parts[-depth:])):
                return self._read(match)
        return None

    def _read(self, match: re.Match[str]) -> NamedSource | None:
        camera = match["camera"] if self._num_cameras else None
        if not self._formats:
            return NamedSource(camera, None)
        texts = [match[f"start{index}"] for index in range(len(self._formats))]
        try:
            start = datetime.strptime(" ".join(texts), " ".join(self._formats))
        except ValueError:
            return None
        return NamedSource(camera, start)

    def _piece(self, token: re.Match[str]) -> str:
        if token["wild"]:
            return "[^/]*" if token["wild"] == "*" else "[^/]"
        if token["other"]:
            if token["other"] in "{}":
                self._refuse("a brace is not closed")
            return re.escape(token["other"])
        if token["field"] == "camera" and token["format"] is None:
            return "(?P<camera>[^/]+?)"
        if token["field"] == "start" and token["format"]:
            self._formats.append(token["format"])
            return f"(?P<start{len(self._formats) - 1}>{self._spelled(token['format'])})"
        self._refuse(f"{token[0]} is not a field of a pattern")

    def _spelled(self, time_format: str) -> str:
        pieces: list[str] = []
        for part in re.findall(r"%.?|[^%]", time_format):
            if part[0] == "%" and part[1:] not in DIRECTIVES:
                known = " ".join(f"%{letter}" for letter in DIRECTIVES)
                self._refuse(f"{part} is not a part of a time; known are {known}")
            pieces.append(DIRECTIVES[part[1]] if part[0] == "%" else re.escape(part))
        return "".join(pieces)

    def _refuse(self, reason: str) -> NoReturn:
        raise UserError(
            f"--name-pattern {self.text!r}: {reason}; write for example "
            "'{camera}_{start:%Y%m%d_%H%M%S}*'"
        )


@dataclass(frozen=True)
class SourceRules:
    """Everything the user said about when and where."""

    camera: str | None = None
    recorded_at: datetime | None = None
    """Taken as true: no clock offset is added. A naive time is in `zone`."""
    pattern: NamePattern | None = None
    table: SourceTable | None = None
    clock_offsets: Mapping[str, float] = field(default_factory=dict[str, float])
    """Seconds to add to what a camera's clock says, by camera; they beat the CSV's."""
    zone: tzinfo | None = None
    """Zone of times that name none; None is the machine's own."""

    def describe(self, video_id: str, path: Path, created_at: datetime | None) -> SourceRecord:
        """The record of a file.

        Option before name, name before CSV, CSV before the container; what nobody knows stays None.

        Args:
            created_at: the container's creation time.
        """
        named = (self.pattern and self.pattern.parse(path)) or NamedSource(None, None)
        row = (self.table and self.table.find(path)) or TableRow(None, None, None)
        camera = self.camera or named.camera or row.camera
        times = (self.recorded_at, named.start, row.start, created_at)
        known = [pair for pair in zip(times, ORIGINS, strict=True) if pair[0] is not None]
        time, origin = known[0] if known else (None, None)
        offset_s = 0.0 if origin in ("option", None) else self._offset_s(camera, row)
        return SourceRecord(
            video_id=video_id,
            path=str(path.absolute()),
            camera=camera,
            recorded_at=time and in_zone(time, self.zone) + timedelta(seconds=offset_s),
            recorded_from=origin,
            clock_offset_s=offset_s,
        )

    def _offset_s(self, camera: str | None, row: TableRow) -> float:
        in_table = row.clock_offset_s or 0.0
        return self.clock_offsets.get(camera, in_table) if camera else in_table


def updated(old: SourceRecord, new: SourceRecord) -> SourceRecord:
    """What is known about a place that was seen again: what `new` does not know, or only from a
    less trusted origin, stays as it was."""
    camera = new.camera or old.camera
    keeps_time = old.recorded_from is not None and (
        new.recorded_from is None
        or ORIGINS.index(old.recorded_from) < ORIGINS.index(new.recorded_from)
    )
    return (old if keeps_time else new).model_copy(update={"camera": camera})


def in_zone(time: datetime, zone: tzinfo | None) -> datetime:
    """A time with its zone: its own, else `zone`, else the machine's."""
    if time.tzinfo:
        return time
    return time.replace(tzinfo=zone) if zone else time.astimezone()


def load_zone(name: str) -> tzinfo:
    """The zone of that name, e.g. Europe/Berlin.

    Raises:
        UserError: this machine knows no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(
            f"--timezone {name!r} is not known on this machine; write it like Europe/Berlin or UTC"
        ) from None


def parse_clock_offset(text: str) -> tuple[str, float]:
    """Reads CAMERA=SECONDS.

    Raises:
        UserError: `text` is something else.
    """
    camera, _, seconds = text.rpartition("=")
    try:
        offset_s = float(seconds)
    except ValueError:
        offset_s = math.nan
    if not camera or not math.isfinite(offset_s):
        raise UserError(f"--clock-offset {text!r}: write CAMERA=SECONDS, like gate=-95")
    return camera, offset_s
