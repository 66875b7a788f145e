"""What is known about a job."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from search_api.jobs.lines import FileStatus

State = Literal["waiting", "running", "cancelling", "done", "failed", "cancelled"]
"""A "done" job looked at every file; some may have failed."""
UNFINISHED: tuple[State, ...] = ("waiting", "running", "cancelling")
Origin = Literal["request", "retry", "watch"]


class JobOrder(BaseModel):
    """What is to be indexed, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    paths: tuple[str, ...]
    """Absolute: files, and folders of files."""
    within: tuple[str, ...]
    """Folders that nothing may lead out of."""
    footage: tuple[str, ...] = ()
    """Ids of the sent footage that the paths are."""
    detectors: tuple[str, ...]
    camera: str | None = None
    name_pattern: str | None = None
    timezone: str | None = None


class NewJob(BaseModel):
    """A job to keep."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order: JobOrder
    origin: Origin
    key_id: str | None
    created_by: str
    """The key's name."""
    retry_of: str | None = None


class Standing(BaseModel):
    """How far a job's newest run is, as the run says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str | None = None
    """The file that was worked on last."""
    done_bytes: float = 0.0
    footage_s: float = 0.0
    num_frames: int = 0
    elapsed_s: float = 0.0
    left_s: float | None = None


class JobFile(BaseModel):
    """One file of a job."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    size_bytes: int
    status: FileStatus | None
    """None: not looked at yet."""
    video_id: str | None
    reason: str | None
    """Why it failed, in one line."""
    revision: int
    """The job's, when this was last changed."""
    number: int
    """In the order that files were found."""


class FileCounts(BaseModel):
    """A job's files by what became of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    total: int = 0
    indexed: int = 0
    known: int = 0
    """Their content was there already."""
    failed: int = 0
    left: int = 0
    """Not looked at yet."""
    total_bytes: int = 0


class JobRecord(NewJob):
    """A job as it is kept."""

    job_id: str
    position: int
    """In the order that jobs came in."""
    state: State
    reason: str | None
    """Why it failed, or why it waits."""
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    """Of the newest run."""
    ended_at: AwareDatetime | None
    attempts: int
    """Runs so far; a job goes on in a new one after the service was killed."""
    pid: int | None
    """Of the newest run's process."""
    read_bytes: int
    """Of what that process says, how much is in here."""
    revision: int
    """Counts changes."""
    standing: Standing
    footage_before_s: float
    """Footage that earlier runs read."""
    files: FileCounts

    @property
    def is_over(self) -> bool:
        return self.state not in UNFINISHED
