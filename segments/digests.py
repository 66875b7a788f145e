"""What a file is known by: the digest of its bytes, and how many they are."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from segments.files import sha256_of


class FileDigest(BaseModel):
    """SHA-256 and size of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)

    @classmethod
    def of(cls, path: Path) -> Self:
        """Reads the whole file; constant memory."""
        return cls(sha256=sha256_of(path), size_bytes=path.stat().st_size)
