"""What scores mean at each camera of a library: kept per vector space, camera and detector.

One JSON file in the space's folder, so that it goes when the space goes. `detectors.calibration`
makes calibrations and reads rates from them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from segments.errors import LibraryError
from segments.files import write_atomically
from segments.library import Library


class Calibration(BaseModel):
    """A threshold for "about k alarms a day", from one camera's footage taken as normal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detector: str
    alarms_per_day: float
    """As asked for; what the threshold stands for is `num_alarms` in `footage_s`."""
    threshold: float | None
    """Scores that reach it ring; None where uncalibrated."""
    problem: str | None
    """Why there is no threshold, and what would help."""
    missing_s: float
    """Seconds of footage that would have to be added; 0 where length is not what lacks."""
    num_alarms: int
    """In the footage at the threshold, without those left out."""
    footage_s: float
    num_videos: int
    gap_s: float
    """Seconds of quiet that part one alarm from the next."""
    left_out: int
    """Alarms with the highest peaks that do not count, as they may have been real events."""
    dispersion: float
    """Variance of the number of alarms per block of footage, by its mean; at least 1."""
    levels: tuple[tuple[float, int], ...]
    """Scores, highest first, and the alarms that each would give, with those left out."""

    @property
    def is_calibrated(self) -> bool:
        return self.threshold is not None


class CalibrationRecord(BaseModel):
    """A calibration with what it belongs to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: str
    videos: tuple[str, ...]
    """Ids of the footage, ascending."""
    digests: dict[str, str]
    """SHA-256 of everything that had a part in the scores, by name."""
    made_at: AwareDatetime
    calibration: Calibration

    def is_void(self, digests: Mapping[str, str]) -> bool:
        """Whether scores are made by something else now."""
        return self.digests != dict(digests)


_RECORDS = TypeAdapter(list[CalibrationRecord])


class CalibrationStore:
    """The calibrations of one vector space. One process writes, any number read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, library: Library) -> Self:
        return cls(library.calibrations_file)

    def save(self, record: CalibrationRecord) -> None:
        """Keeps a calibration in place of what is there for its camera and detector."""
        others = [kept for kept in self.all() if _key(kept) != _key(record)]
        records = sorted([*others, record], key=_key)
        write_atomically(self._path, _RECORDS.dump_json(records, indent=1))

    def find(self, camera: str, detector: str) -> CalibrationRecord | None:
        """The camera's; None where none was made.

        Raises:
            LibraryError: the file is damaged.
        """
        return next((kept for kept in self.all() if _key(kept) == (camera, detector)), None)

    def all(self) -> list[CalibrationRecord]:
        """Every one, by camera, then detector.

        Raises:
            LibraryError: the file is damaged.
        """
        try:
            return _RECORDS.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return []
        except ValidationError as error:
            raise LibraryError(
                f"{self._path} is damaged: delete it and run `retrace calibrate` again"
            ) from error


def _key(record: CalibrationRecord) -> tuple[str, str]:
    return record.camera, record.calibration.detector
