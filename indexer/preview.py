"""What indexing would do, without doing it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from indexer.discovery import FoundFile
from indexer.intake import Intake, done_contents
from indexer.ledger import Ledger
from indexer.pipeline import IndexSettings
from segments.catalog import Catalog
from segments.library import Library
from segments.sources import SourceRules


@dataclass(frozen=True)
class PlannedFile:
    """One file, with what is said about it outside its container."""

    path: str
    state: Literal["new", "known"]
    size_bytes: int
    camera: str | None
    recorded_at: str | None
    """ISO 8601 with zone."""
    recorded_from: str | None


def preview(
    root: Path, space: str, files: Sequence[FoundFile], settings: IndexSettings
) -> list[PlannedFile]:
    """What `index_files` would take up. Opens no media file and writes nothing new.

    Args:
        space: the name of the profile.
    """
    if not (root / "library.json").exists():
        rules = replace(settings.rules, clock_offsets=settings.clock_offsets)
        return [_plan(file, rules, is_known=False) for file in files]
    library = Library.open(root).through(space)
    with Catalog(library) as catalog, Ledger(library) as ledger:
        offsets = {**catalog.clock_offsets(), **settings.clock_offsets}
        rules = replace(settings.rules, clock_offsets=offsets)
        done = done_contents(catalog, ledger, settings.detectors)
        intake = Intake(catalog, ledger, rules, done=done)
        return [
            _plan(file, rules, is_known=intake.known_content(file) is not None) for file in files
        ]


def _plan(file: FoundFile, rules: SourceRules, *, is_known: bool) -> PlannedFile:
    source = rules.describe("", file.path, None)
    return PlannedFile(
        source.path,
        "known" if is_known else "new",
        file.size_bytes,
        source.camera,
        source.recorded_at and source.recorded_at.isoformat(),
        source.recorded_from,
    )
