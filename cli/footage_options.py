"""What `retrace index` is told about footage: which files, when and where they were recorded."""

import os
import sys
from datetime import datetime
from pathlib import Path

from cli.output import say
from segments.catalog import Catalog
from segments.errors import UserError
from segments.library import Library
from segments.source_table import read_sources_csv
from segments.sources import NamePattern, SourceRules, load_zone


def read_paths(file: Path | None) -> list[Path]:
    """The paths of a list, with a zero byte after each; "-" is stdin, and None an empty list.

    Raises:
        UserError: the list cannot be read.
    """
    if file is None:
        return []
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UserError(f"--files-from {file} cannot be read: {error.strerror}") from None
    return [Path(os.fsdecode(name)) for name in content.split(b"\0") if name]


def known_paths(library: Path) -> list[Path]:
    """Every file that the library knows and that is still there."""
    with Catalog(Library.open(library)) as catalog:
        known = [Path(source.path) for source in catalog.sources()]
    there = [path for path in known if path.exists()]
    if len(there) < len(known):
        say(f"{len(known) - len(there)} of {len(known)} known files are not where they were")
    return there


def source_rules(
    camera: str | None,
    name_pattern: str | None,
    sources_csv: Path | None,
    recorded_at: str | None,
    timezone: str | None,
) -> SourceRules:
    """Raises:
    UserError: an option makes no sense.
    """
    return SourceRules(
        camera=camera,
        recorded_at=None if recorded_at is None else _parse_time(recorded_at),
        pattern=None if name_pattern is None else NamePattern(name_pattern),
        table=None if sources_csv is None else read_sources_csv(sources_csv),
        zone=None if timezone is None else load_zone(timezone),
    )


def _parse_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UserError(
            f"--recorded-at {text!r}: write 2024-05-31T23:59:00 or 2024-05-31T23:59:00+02:00"
        ) from None
