"""The manifest of one vector space: what made its vectors, and with what they may be searched."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from segments.errors import IndexMismatch, LibraryError
from segments.files import write_atomically
from segments.media import Level
from segments.vectors import VectorSpec


class VectorRecord(BaseModel):
    """A `VectorSpec` on disk."""

    model_config = ConfigDict(extra="forbid")

    name: str
    blocks: tuple[str, ...]
    block_dim: int

    @classmethod
    def of(cls, spec: VectorSpec) -> Self:
        """What is written down of a vector."""
        return cls(name=spec.name, blocks=spec.blocks, block_dim=spec.block_dim)


class SpaceManifest(BaseModel):
    """One per vector space. Opening a space with anything else is an `IndexMismatch`."""

    model_config = ConfigDict(extra="forbid")

    schema_version: int = 1
    profile: str
    vectors: tuple[VectorRecord, ...]
    levels: tuple[Level, ...]
    digests: dict[str, str]
    """SHA-256 of every weights file that had a part in the vectors, by name."""
    default_alpha: float

    @property
    def specs(self) -> dict[str, VectorSpec]:
        return {v.name: VectorSpec(v.name, v.blocks, v.block_dim) for v in self.vectors}

    def save(self, path: Path) -> None:
        write_atomically(path, self.model_dump_json(indent=2).encode())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads a manifest.

        Raises:
            LibraryError: it is missing or not a manifest.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise LibraryError(
                f"{path.parent} is not a vector space: {path.name} is missing"
            ) from None
        except ValidationError as error:
            raise LibraryError(f"{path} is damaged: {error}") from None

    def require_same(self, other: "SpaceManifest") -> None:
        """Raises:
        IndexMismatch: `other` was made by something else; the message names each difference.
        """
        different = self._differences(other)
        if different:
            raise IndexMismatch(
                f"the library's {self.profile!r} vectors were made differently: "
                f"{'; '.join(different)}. Index into a new folder: "
                f"`retrace index --library NEW --profile {other.profile}`."
            )

    def _differences(self, other: "SpaceManifest") -> list[str]:
        mine, theirs = self.digests, other.digests
        weights = sorted(n for n in mine | theirs if mine.get(n) != theirs.get(n))
        facts = [name for name in type(self).model_fields if name != "digests"]
        return [
            f"{name} was {getattr(self, name)!r}, is {getattr(other, name)!r} now"
            for name in facts
            if getattr(self, name) != getattr(other, name)
        ] + [f"other weights in {name}" for name in weights]
