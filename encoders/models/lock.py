"""The lock file of a model library: where each model came from, and what its files must be."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from encoders.models.specs import FileName, Revision
from segments.errors import UserError, WeightsMissing
from segments.files import write_atomically

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Entry = TypeVar("Entry", bound=BaseModel)


class LockedFile(BaseModel):
    """What a file must be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size_bytes: int = Field(ge=0)
    sha256: Sha256


class LockedModel(BaseModel):
    """A model that is in the library."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    origin: str
    """Where it was taken from, in words."""
    hub_id: str | None = None
    revision: Revision | None = None
    """The hub's commit; None where the folder it came from did not tell."""
    files: dict[FileName, LockedFile]
    pickles: dict[FileName, Sha256] = {}
    """SHA-256 of the pickle that a file was converted from, by the file's name."""

    @property
    def digests(self) -> dict[str, str]:
        """What tells whether a source is the same: of converted files, their pickle's digest."""
        return {name: file.sha256 for name, file in self.files.items()} | self.pickles


class EntryFile(Generic[Entry]):
    """A JSON object of entries by name, which several processes may change at once."""

    def __init__(self, path: Path, entries: TypeAdapter[dict[str, Entry]]) -> None:
        self.path = path
        self._entries = entries

    def read(self) -> dict[str, Entry]:
        """The entries by name; none where there is no file yet.

        Raises:
            WeightsMissing: the file is damaged.
        """
        try:
            return self._entries.validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValidationError as error:
            raise WeightsMissing(
                f"{self.path} cannot be read ({error.errors()[0]['msg']}): bring back a copy of "
                "it, or delete it and pull the models again"
            ) from None

    def put(self, name: str, entry: Entry) -> None:
        """Writes one entry; those that others write at the same time stay."""
        with self._merging() as entries:
            entries[name] = entry

    def remove(self, name: str) -> None:
        """Takes an entry out, where there is one."""
        with self._merging() as entries:
            entries.pop(name, None)

    @contextmanager
    def _merging(self) -> Generator[dict[str, Entry]]:
        with exclusive(self.path.with_name(f".{self.path.name}.owner")):
            entries = self.read()
            yield entries
            content = self._entries.dump_json(dict(sorted(entries.items())), indent=1)
            write_atomically(self.path, content + b"\n")


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Waits until no other process has the file locked; its end, however it ends, unlocks it.

    Raises:
        UserError: the file's folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise UserError(
            f"{path.parent} cannot hold models ({error.strerror}): name a folder that you may "
            "write to with --models or RETRACE_MODELS"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
