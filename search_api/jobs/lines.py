"""What an indexing process says of itself: a JSON object a line, added to a file.

A file outlives whoever reads it. A service that was killed reads on where it had stopped.
"""

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

FileStatus = Literal["indexed", "known", "failed"]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NamedFile(NamedTuple):
    """A file that is to be indexed."""

    path: str
    size_bytes: int


class FilesFound(_Line):
    """Files that the run will look at; a long list comes in several lines."""

    kind: Literal["found"] = "found"
    files: tuple[NamedFile, ...]


class RunProgress(_Line):
    """How far the run is; totals since its start."""

    kind: Literal["progress"] = "progress"
    path: str
    """The file that was worked on last."""
    done_bytes: float
    """Of the files' sizes, by the share of each that is done."""
    footage_s: float
    num_frames: int
    elapsed_s: float
    left_s: float | None
    """What it will take still; None where that cannot be told yet."""


class FileEnded(_Line):
    """A file is done with."""

    kind: Literal["file"] = "file"
    path: str
    status: FileStatus
    video_id: str | None = None
    reason: str | None = None
    """Why it failed."""


class RunRefused(_Line):
    """The run could not begin, or could not go on."""

    kind: Literal["refused"] = "refused"
    is_in_use: bool
    """Whether somebody else is indexing: it can be tried again after that."""
    reason: str


class RunEnded(_Line):
    """The run came to its end."""

    kind: Literal["ended"] = "ended"
    exit_code: int
    """0 all is fine, 3 some files failed, 1 all did."""
    was_interrupted: bool


Line = Annotated[
    FilesFound | RunProgress | FileEnded | RunRefused | RunEnded, Field(discriminator="kind")
]
_LINE: TypeAdapter[Line] = TypeAdapter(Line)
_MAX_READ_BYTES = 4 << 20
_TAIL_BYTES = 64 << 10
"""The last line of a run, of which only the last one matters, is much shorter."""


class NewLines(NamedTuple):
    """What was read of a file of lines."""

    lines: list[Line]
    offset: int
    """Where to read on, in bytes."""


def read_lines(path: Path, offset: int) -> NewLines:
    """The whole lines from `offset` on, of a few MiB at a time; none where no file is.

    Raises:
        pydantic.ValidationError: a line is not one of these.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            content = file.read(_MAX_READ_BYTES)
    except FileNotFoundError:
        return NewLines([], offset)
    whole = content[: content.rfind(b"\n") + 1]
    lines = [_LINE.validate_json(line) for line in whole.splitlines()]
    return NewLines(lines, offset + len(whole))


def last_line(path: Path) -> Line | None:
    """The last whole line; None where there is none, or it is a long list of files."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            content = file.read()
    except FileNotFoundError:
        return None
    before, _, last = content[: content.rfind(b"\n")].rpartition(b"\n")
    is_whole = bool(before) or len(content) < _TAIL_BYTES
    return _LINE.validate_json(last) if last and is_whole else None
