"""What a bundle says: facts about each finding, and the digest of every file beside it."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from search_api.schemas import CurveCalibration
from segments.case_records import CaseFinding, CaseNote
from segments.catalog import Origin
from segments.digests import FileDigest
from segments.manifest import SpaceManifest

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
FORMAT, VERSION = "retrace-evidence", 1


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(_Facts):
    """Where the content was seen."""

    name: str
    """Of the file, without its folder."""
    camera: str | None
    recorded_at: AwareDatetime | None
    recorded_from: Origin | None
    clock_offset_s: float


class SourceFacts(_Facts):
    """The recording that a clip was cut from."""

    name: str
    ingested: FileDigest
    """The file as it was indexed."""
    exported: FileDigest
    """The file as it was cut, read again; the same, or there is no bundle."""
    codec: str
    width: int
    height: int
    fps: float
    duration_s: float
    problems: tuple[str, ...]
    places: tuple[Place, ...]


class ClipFacts(_Facts):
    """The clip, and how its times map to the recording's."""

    file: str
    method: Literal["copy", "encode"]
    """Whether the recording's own data was copied untouched, or encoded anew."""
    why: str
    start_s: float
    """What was really cut, in seconds from the recording's first picture."""
    end_s: float
    pts_file: str
    """CSV: each picture of the clip, and the one of the recording that it is."""
    num_pictures: int
    clip_time_base: str
    """Seconds per tick of "clip_pts"."""
    source_time_base: str
    """Seconds per tick of "source_pts"."""


class CurveFacts(_Facts):
    """One detector's raw scores over the span and as much around it."""

    detector: str
    file: str
    highest: float | None
    """Within the span; None where there is no score."""
    peak_s: float
    """The middle of the most anomalous stretch within the span."""
    calibration: CurveCalibration
    digests: dict[str, str]
    """SHA-256 of everything that made the scores, by name."""
    traces_file: str | None
    """JSON: the sentences that were nearest at each score; None where the detector has none."""


class StillFacts(_Facts):
    """A picture of the recording."""

    file: str
    time_s: float
    shows: str


class Item(_Facts):
    """One finding with everything that belongs to it."""

    finding: CaseFinding
    added_at: AwareDatetime | None
    """To the case; None where it comes from none."""
    source: SourceFacts
    clip: ClipFacts
    curves: tuple[CurveFacts, ...]
    stills: tuple[StillFacts, ...]


class CaseFacts(_Facts):
    """The case that the findings come from."""

    name: str
    created_at: AwareDatetime
    notes: tuple[CaseNote, ...]


class BundleManifest(_Facts):
    """Everything that a bundle says; its exact bytes are signed."""

    format: Literal["retrace-evidence"] = FORMAT
    version: Literal[1] = VERSION
    retrace_version: str
    created_at: AwareDatetime
    case: CaseFacts | None
    space: SpaceManifest
    """What made the library's vectors: profile, vectors, digests of all weights."""
    items: tuple[Item, ...]
    files: dict[str, FileDigest]
    """Every file of the bundle but this one and its signature, by name."""

    def to_bytes(self) -> bytes:
        return self.model_dump_json(indent=2).encode()
