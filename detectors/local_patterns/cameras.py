"""What is normal at each camera of a library, as files: known without loading any network.

SPACE/local_patterns/
  regions.json                                how regions are found and read
  cameras/CAMERA/config.json, model.safetensors   the camera's Reconstruction Module
  cameras/CAMERA/fitted_on.json               the footage that it knows, written last
"""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from detectors.files import WEIGHTS_FILE
from detectors.local_patterns.base import Pooling
from segments.errors import LibraryError
from segments.files import sha256_of, write_atomically
from segments.library import Library

RECORD_FILE = "fitted_on.json"
NOTHING_KNOWN = "none"
"""In place of a digest."""
WEIGHTS = Path(__file__).parent / "weights"
"""Networks that are shipped, a folder per profile."""


class FittedRecord(BaseModel):
    """What a camera's Reconstruction Module was fitted on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: str
    videos: tuple[str, ...]
    """Ids, ascending."""
    from_s: float | None
    to_s: float | None
    """The part of each video; None: all of it."""
    footage_s: float
    num_regions: int
    """That it has seen, without those left out."""
    left_out: int
    """Oddest regions, taken as real events."""
    pooling: Pooling
    seed: int
    score_range: tuple[float, float, float]
    """Median, 99th percentile and highest score of a region of that footage."""
    digest: str
    """SHA-256 of the weights."""
    made_at: AwareDatetime


def camera_folder(library: Library, camera: str) -> Path:
    """Where a camera's module lies, or would."""
    name = quote(camera, safe=" ").replace(".", "%2E")
    return library.local_patterns / "cameras" / name


def save_record(library: Library, record: FittedRecord) -> None:
    """Makes known what was fitted; the module's own files are there already."""
    path = camera_folder(library, record.camera) / RECORD_FILE
    write_atomically(path, record.model_dump_json(indent=1).encode())


def find_record(library: Library, cameras: Iterable[str]) -> FittedRecord | None:
    """The record of the first of these cameras that has one.

    Raises:
        LibraryError: it is damaged, or the weights are others: a fit was interrupted.
    """
    for camera in cameras:
        folder = camera_folder(library, camera)
        if (folder / RECORD_FILE).is_file():
            return _checked(folder, camera)
    return None


def digests_for(library: Library, cameras: Iterable[str]) -> dict[str, str]:
    """SHA-256 of the module that makes the scores of these cameras, or `NOTHING_KNOWN`."""
    record = find_record(library, cameras)
    if record is not None:
        return {"reconstruction module": record.digest}
    return {"reconstruction module": digest_of_shipped(library.space, "rm") or NOTHING_KNOWN}


def digest_of_shipped(profile: str, part: str) -> str | None:
    """SHA-256 of a network that comes with retrace; None where none does."""
    weights = WEIGHTS / profile / part / WEIGHTS_FILE
    return sha256_of(weights) if weights.is_file() else None


def _checked(folder: Path, camera: str) -> FittedRecord:
    advice = f"run `retrace train local-patterns --part rm --camera {camera}` again"
    try:
        record = FittedRecord.model_validate_json((folder / RECORD_FILE).read_bytes())
        found = sha256_of(folder / WEIGHTS_FILE)
    except (ValidationError, FileNotFoundError) as error:
        raise LibraryError(
            f"what {folder} knows of camera {camera!r} is damaged: {advice}"
        ) from error
    if found != record.digest:
        raise LibraryError(f"fitting camera {camera!r} was interrupted: {advice}")
    return record
