"""Where contents are seen: sources as they are found, and files that need no second look."""

from collections.abc import Collection, Iterable
from datetime import datetime

from indexer.discovery import FoundFile
from indexer.ledger import FileRecord, Ledger
from segments.catalog import Catalog
from segments.sources import SourceRules, updated


def done_contents(catalog: Catalog, ledger: Ledger, detectors: Iterable[str]) -> set[str]:
    """Contents that are completely indexed, with the scores of all these detectors."""
    wanted = set(detectors)
    scored = {v.video_id for v in catalog.videos() if wanted <= set(v.detectors)}
    return scored & {content.video_id for content in ledger.contents("done")}


class Intake:
    """Records what the files of one run hold. A path holds one content at a time."""

    def __init__(
        self, catalog: Catalog, ledger: Ledger, rules: SourceRules, *, done: Collection[str]
    ) -> None:
        """
        Args:
            done: contents that need no reading (`done_contents`).
        """
        self._catalog = catalog
        self._ledger = ledger
        self._rules = rules
        self._sources = {source.path: source for source in catalog.sources()}
        self._files = ledger.files()
        self._done = done

    def known_content(self, file: FoundFile) -> str | None:
        """The content of a file that looks as it did when that was completely indexed."""
        seen = self._files.get(str(file.path))
        if seen is None or seen.video_id not in self._done:
            return None
        unchanged = (seen.size_bytes, seen.mtime_ns) == (file.size_bytes, file.mtime_ns)
        return seen.video_id if unchanged else None

    def record_known(self, file: FoundFile, video_id: str) -> None:
        """An unchanged file was seen again, perhaps with more said about it."""
        created_at = self._files[str(file.path)].created_at
        self._record_source(
            file, video_id, None if created_at is None else datetime.fromisoformat(created_at)
        )

    def record(self, file: FoundFile, video_id: str, created_at: datetime | None) -> None:
        """A file was probed."""
        self._record_source(file, video_id, created_at)
        created = created_at and created_at.isoformat()
        self._ledger.see_file(_file_record(file, video_id=video_id, created_at=created))

    def record_unreadable(self, file: FoundFile, reason: str) -> None:
        self._ledger.see_file(_file_record(file, reason=reason))

    def _record_source(self, file: FoundFile, video_id: str, created_at: datetime | None) -> None:
        source = self._rules.describe(video_id, file.path, created_at)
        old = self._sources.get(source.path)
        if old is not None and old.video_id == video_id:
            source = updated(old, source)
        if source == old:
            return
        for content in {video_id} if old is None else {video_id, old.video_id}:
            self._ledger.mark_stale(content)
        self._catalog.add_source(source)
        self._sources[source.path] = source


def _file_record(
    file: FoundFile,
    *,
    video_id: str | None = None,
    created_at: str | None = None,
    reason: str | None = None,
) -> FileRecord:
    return FileRecord(str(file.path), file.size_bytes, file.mtime_ns, video_id, created_at, reason)
