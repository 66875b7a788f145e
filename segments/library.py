"""A library on disk: one folder that holds everything known about some footage.

LIBRARY/
  library.json                      format and the vector space in use
  library.sqlite                    videos and sources (segments.catalog), ledger (indexer.ledger)
  cases.sqlite                      cases, notes and locks (segments.cases)
  access.sqlite                     API keys as digests, and who did what (search_api.access)
  jobs.sqlite                       indexing jobs, sent footage, watched files (search_api.jobs)
  jobs/JOB_ID/                      what the runs of unfinished and failed jobs said
  footage/FOOTAGE_ID/NAME           footage that was sent, which is nowhere else
  indexer.lock                      who is indexing now
  jobs.lock                         which service does the jobs
  spool/                            finished chunks on their way into a store
  cache/VIDEO_ID/                   pictures made for showing; may be deleted at any time
  spaces/PROFILE/                   what one profile made of the footage: a vector space
    manifest.json                   what made its vectors
    edge/                           the embedded vector store
    owner.lock                      who owns that store now (segments.store.lock)
    calibrations.json               what scores mean at each camera (segments.calibrations)
    tracks/VIDEO_ID/DETECTOR.npz    anomaly scores over time
    work/                           features of videos that are not finished
    traces/                         the trace bank as the profile reads it: another set of vectors
    trace_networks/                 TRACE's network where it is not the shipped one
                                    (detectors.trace.trained)
    local_patterns/                 how regions are found, and what is normal at each camera
  traces/                           a user's own sentences (detectors.trace.traces)
"""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from segments.errors import LibraryError, UserError
from segments.files import write_atomically
from segments.manifest import SpaceManifest
from segments.names import require_name

FORMAT = 2


@dataclass(frozen=True)
class SpaceFolder:
    """The places of one set of vectors; none of them need be there yet."""

    path: Path

    @property
    def manifest_file(self) -> Path:
        return self.path / "manifest.json"

    @property
    def edge_folder(self) -> Path:
        return self.path / "edge"

    @property
    def lock_file(self) -> Path:
        return self.path / "owner.lock"

    def manifest(self) -> SpaceManifest:
        """What made the vectors.

        Raises:
            LibraryError: they were never made, or their manifest is damaged.
        """
        return SpaceManifest.load(self.manifest_file)


@dataclass(frozen=True)
class Library:
    """The places of one library, seen through one of its vector spaces.

    Opening it reads nothing but `library.json`.
    """

    root: Path
    space: str
    """The name of the profile that made the vectors: the space in use, unless another is named."""

    @classmethod
    def create(cls, root: Path, space: str) -> Self:
        """Makes an empty library, or opens the one that is there.

        Raises:
            LibraryError: `root` holds something else.
        """
        if (root / "library.json").exists():
            return cls.open(root)
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise LibraryError(f"{root} exists and is not a library: name a new or an empty folder")
        library = cls(root, space)
        library.use()
        return library

    @classmethod
    def open(cls, root: Path) -> Self:
        """Opens a library that is there.

        Raises:
            LibraryError: there is none at `root`, or it is of another format.
        """
        try:
            content = json.loads((root / "library.json").read_bytes())
            found, space = content["format"], content["space"]
        except (FileNotFoundError, NotADirectoryError):
            raise LibraryError(
                f"no library at {root}: make one with `retrace index FOLDER --library {root}`"
            ) from None
        except (ValueError, KeyError, TypeError):
            raise LibraryError(f"{root / 'library.json'} is damaged") from None
        if found != FORMAT:
            raise LibraryError(
                f"{root} is a library of format {found}; this retrace reads {FORMAT}: index into "
                "a new folder"
            )
        return cls(root, space)

    def through(self, space: str) -> Self:
        """The same library, seen through another vector space, which need not be there yet.

        Raises:
            UserError: `space` cannot name a folder.
        """
        return replace(self, space=require_name(space, of="a vector space"))

    def require_space(self, space: str) -> Self:
        """The same library, seen through a space that was made.

        Raises:
            UserError: it was not; the message names those that were.
        """
        known = self.spaces()
        if space not in known:
            raise UserError(
                f"{self.root} was not indexed with the profile {space!r}, only with "
                f"{', '.join(known) or 'none'}: `retrace index --profile {space} --library "
                f"{self.root}` does it"
            )
        return self.through(space)

    def use(self) -> None:
        """From here on, this space answers searches."""
        content = json.dumps({"format": FORMAT, "space": self.space}, indent=2)
        write_atomically(self.root / "library.json", content.encode())

    def spaces(self) -> list[str]:
        """The vector spaces that were made, by name."""
        return sorted(path.parent.name for path in self.root.glob("spaces/*/manifest.json"))

    def drop_space(self) -> None:
        """Deletes this space's vectors, tracks and features, and what waits for its store."""
        for path in self.spool.glob(f"{self.space}.*"):
            path.unlink()
        self.manifest_file.unlink(missing_ok=True)  # from here on it is not there
        shutil.rmtree(self.vectors.path, ignore_errors=True)

    @property
    def database(self) -> Path:
        return self.root / "library.sqlite"

    @property
    def cases_file(self) -> Path:
        return self.root / "cases.sqlite"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def indexer_lock_file(self) -> Path:
        return self.root / "indexer.lock"

    @property
    def vectors(self) -> SpaceFolder:
        """What the profile made of the footage."""
        return SpaceFolder(self.root / "spaces" / self.space)

    @property
    def trace_vectors(self) -> SpaceFolder:
        """What the profile made of the trace bank."""
        return SpaceFolder(self.vectors.path / "traces")

    @property
    def local_patterns(self) -> Path:
        """How regions are found here, and what is normal at each camera."""
        return self.vectors.path / "local_patterns"

    @property
    def own_traces(self) -> Path:
        """Sentences of this library's user, which lie over the shipped bank."""
        return self.root / "traces"

    @property
    def work(self) -> Path:
        return self.vectors.path / "work"

    @property
    def tracks(self) -> Path:
        return self.vectors.path / "tracks"

    @property
    def calibrations_file(self) -> Path:
        return self.vectors.path / "calibrations.json"

    @property
    def lock_file(self) -> Path:
        return self.vectors.lock_file

    @property
    def manifest_file(self) -> Path:
        return self.vectors.manifest_file

    @property
    def edge_folder(self) -> Path:
        return self.vectors.edge_folder

    def manifest(self) -> SpaceManifest:
        """What made the vectors.

        Raises:
            LibraryError: the space was never made, or its manifest is damaged.
        """
        return self.vectors.manifest()
