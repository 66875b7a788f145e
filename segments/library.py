"""A library on disk: one folder that holds everything known about some footage.

LIBRARY/
  library.json                      format and the vector space in use
  library.sqlite                    videos and sources (segments.catalog), ledger (indexer.ledger)
  owner.lock                        who owns the stores now (segments.store.lock)
  spaces/PROFILE/manifest.json      what made the vectors of this space
  spaces/PROFILE/edge/              the embedded vector store
  tracks/VIDEO_ID/DETECTOR.npz      anomaly scores over time
  spool/                            finished chunks on their way into the store
  work/                             features of videos that are not finished
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from segments.errors import LibraryError
from segments.files import write_atomically
from segments.manifest import SpaceManifest

FORMAT = 1


@dataclass(frozen=True)
class Library:
    """The places of one library. Opening it reads nothing but `library.json`."""

    root: Path
    space: str
    """The vector space that answers searches: the name of the profile that made it."""

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
        content = json.dumps({"format": FORMAT, "space": space}, indent=2)
        write_atomically(root / "library.json", content.encode())
        return cls(root, space)

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
                f"{root} is a library of format {found}; this retrace reads {FORMAT}"
            )
        return cls(root, space)

    @property
    def database(self) -> Path:
        return self.root / "library.sqlite"

    @property
    def lock_file(self) -> Path:
        return self.root / "owner.lock"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def tracks(self) -> Path:
        return self.root / "tracks"

    def manifest_file(self, space: str | None = None) -> Path:
        return self.root / "spaces" / (space or self.space) / "manifest.json"

    def edge_folder(self, space: str | None = None) -> Path:
        return self.root / "spaces" / (space or self.space) / "edge"

    def manifest(self, space: str | None = None) -> SpaceManifest:
        """The manifest of the space in use, or of the one named.

        Raises:
            LibraryError: the space was never made, or its manifest is damaged.
        """
        return SpaceManifest.load(self.manifest_file(space))
