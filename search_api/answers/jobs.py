"""Indexing jobs and the footage that is sent for them."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from search_api.answers.base import Answer, Asked

MAX_PATHS = 100
"""Files and folders of one request."""
MAX_FOOTAGE = 1000
"""Files of one request that were sent before."""
MAX_WILDCARDS = 4
"""In a name's pattern: more of them take long to compare with a long name."""

JobState = Literal["waiting", "running", "cancelling", "done", "failed", "cancelled"]
JobOrigin = Literal["request", "retry", "watch"]
FileState = Literal["indexed", "known", "failed", "left"]


def _require_printable(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("not_printable", "only printable characters are taken")
    return text


def _require_few_wildcards(text: str) -> str:
    if text.count("*") > MAX_WILDCARDS:
        detail = "a pattern has at most {most} stars"
        raise PydanticCustomError("wildcards", detail, {"most": MAX_WILDCARDS})
    return text


Printable = AfterValidator(_require_printable)
PatternText = Annotated[
    str,
    Field(min_length=1, max_length=200),
    Printable,
    AfterValidator(_require_few_wildcards),
]


class JobRequest(Asked):
    """What is to be indexed: paths under the service's roots, or footage that was sent."""

    paths: tuple[Annotated[str, Field(min_length=1, max_length=4096)], ...] = Field(
        default=(), max_length=MAX_PATHS
    )
    """Absolute paths of files and folders, under one of the service's roots. For admins."""
    footage: tuple[Annotated[str, Field(pattern="^[0-9a-f]{32}$")], ...] = Field(
        default=(), max_length=MAX_FOOTAGE
    )
    """Ids of sent footage."""
    camera: Annotated[str, Field(min_length=1, max_length=200), Printable] | None = None
    """That recorded it all. A key of some cameras names one of its own."""
    name_pattern: PatternText | None = None
    """What file names say, like `{camera}_{start:%Y%m%d_%H%M%S}*`."""
    timezone: Annotated[str | None, Field(pattern="^[A-Za-z0-9_+/-]{1,64}$")] = None
    """Zone of times that name none; the machine's own where none is given."""
    detectors: tuple[Annotated[str, Field(pattern="^[a-z_]{1,40}$")], ...] | None = Field(
        default=None, min_length=1, max_length=10
    )
    """Anomaly detectors; the service's own where none are named."""

    @model_validator(mode="after")
    def _require_one_kind(self) -> Self:
        if bool(self.paths) == bool(self.footage):
            raise PydanticCustomError("one_of", "give paths, or ids of footage instead")
        return self


class JobFileAnswer(Answer):
    """One file of a job."""

    name: str
    """Its path; of sent footage its name."""
    size_bytes: int
    state: FileState
    """"known": its content was there already; "left": not looked at yet."""
    video_id: str | None
    reason: str | None
    """Why it failed, in one line."""


class JobFiles(Answer):
    """How many files of a job there are, by what became of them."""

    total: int
    indexed: int
    known: int
    """Their content was there already; always 0 for a key of some cameras, see `indexed`."""
    failed: int
    left: int
    total_bytes: int


class JobProgress(Answer):
    """How far a job is."""

    share: float
    """Of the files' bytes, in [0, 1]."""
    footage_s: float
    """Footage that was read, in all of its runs."""
    speed: float | None
    """Footage seconds per second, of the newest run."""
    left_s: float | None
    """What it will take still; null where that cannot be told."""
    current: str | None
    """The file that was worked on last."""


class JobAnswer(Answer):
    """One job."""

    job_id: str
    state: JobState
    """A "done" job looked at every file; some may have failed."""
    reason: str | None
    """Why it failed, or why it waits."""
    origin: JobOrigin
    retry_of: str | None
    created_by: str
    """The key's name."""
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    """Of the newest run."""
    ended_at: AwareDatetime | None
    attempts: int
    """Runs so far: a job that is cut short goes on in another one."""
    paths: list[str]
    """The first of what is to be indexed."""
    num_paths: int
    footage: list[str]
    camera: str | None
    name_pattern: str | None
    timezone: str | None
    detectors: list[str]
    files: JobFiles
    progress: JobProgress
    failures: list[JobFileAnswer]
    """The first of them, with reasons."""
    revision: int
    """Counts changes; the ids of the job's events are these."""


class JobPage(Answer):
    """Jobs, the newest first."""

    jobs: list[JobAnswer]
    next_before: int | None
    """What to ask as `before` for older ones; null: there are none."""


class JobFilePage(Answer):
    """Files of a job, in the order that they were found."""

    files: list[JobFileAnswer]
    next_after: int | None
    """What to ask as `after` for those that follow; null: there are none."""


class FootageAnswer(Answer):
    """Footage that was sent, for a job to index."""

    footage_id: str
    name: str
    """As it is kept."""
    size_bytes: int
    sent_at: AwareDatetime
    container: str
    codec: str
    width: int
    height: int
    duration_s: float | None
    """As the container says it."""
    has_sound: bool
