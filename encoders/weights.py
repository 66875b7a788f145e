"""Weights files: safetensors only, and only those whose digest is known."""

from pathlib import Path

from segments.errors import WeightsMissing
from segments.files import sha256_of


def require_digest(path: Path, sha256: str) -> None:
    """Raises:
    WeightsMissing: there is no such file, or its SHA-256 is another.
    """
    if not path.is_file():
        raise WeightsMissing(f"weights are missing: {path}. Install retrace again.")
    found = sha256_of(path)
    if found != sha256:
        raise WeightsMissing(
            f"{path} is not the expected file: its SHA-256 is {found}, expected {sha256}. "
            "Install retrace again."
        )
