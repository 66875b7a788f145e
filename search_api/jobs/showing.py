"""Jobs as their askers see them."""

from pathlib import Path

from search_api.access.roles import Principal
from search_api.answers.jobs import (
    FileState,
    JobAnswer,
    JobFileAnswer,
    JobFiles,
    JobProgress,
)
from search_api.jobs.footage import FOLDER
from search_api.jobs.records import FileCounts, JobFile, JobRecord
from search_api.jobs.table import JobTable

SHOWN_FAILURES = 20
"""Of one job; `GET /v1/jobs/{job_id}/files` has them all."""
SHOWN_PATHS = 20


class JobView:
    """What one asker sees of the jobs of a library.

    Somebody who sees some cameras only is not told that a content is known already, perhaps from
    elsewhere: to them it is indexed.
    """

    def __init__(self, table: JobTable, asker: Principal, root: Path) -> None:
        """
        Args:
            root: the library's folder.
        """
        self._table = table
        self._sees_all = asker.cameras is None
        self._footage = root.absolute() / FOLDER

    def job(self, job: JobRecord) -> JobAnswer:
        """The job with its first failures."""
        failures = self._table.files.choose(job.job_id, ("failed",), limit=SHOWN_FAILURES)
        same = {"job_id", "state", "reason", "origin", "retry_of", "created_by", "created_at"}
        more = {"started_at", "ended_at", "attempts", "revision"}
        order = {"camera", "name_pattern", "timezone", "detectors", "footage"}
        return JobAnswer.model_validate(
            {
                **job.model_dump(include=same | more),
                **job.order.model_dump(mode="json", include=order),
                "paths": [self._name(path) for path in job.order.paths[:SHOWN_PATHS]],
                "num_paths": len(job.order.paths),
                "files": self._counts(job.files),
                "progress": self._progress(job),
                "failures": list(map(self.file, failures)),
            }
        )

    def file(self, file: JobFile) -> JobFileAnswer:
        """One file, without what is nobody's business."""
        return JobFileAnswer(
            name=self._name(file.path),
            size_bytes=file.size_bytes,
            state=self._state(file),
            video_id=file.video_id,
            reason=file.reason,
        )

    def states(self, state: FileState) -> tuple[FileState, ...]:
        """What is kept of files that are shown in a state."""
        if self._sees_all or state not in ("indexed", "known"):
            return (state,)
        return ("indexed", "known") if state == "indexed" else ()

    def _state(self, file: JobFile) -> FileState:
        state = file.status or "left"
        return state if self._sees_all or state != "known" else "indexed"

    def _counts(self, files: FileCounts) -> JobFiles:
        told = 0 if self._sees_all else files.known
        counts = files.model_copy(
            update={"indexed": files.indexed + told, "known": files.known - told}
        )
        return JobFiles.model_validate(counts.model_dump())

    def _progress(self, job: JobRecord) -> JobProgress:
        now, is_done = job.standing, job.state == "done"
        share = now.done_bytes / job.files.total_bytes if job.files.total_bytes else 0.0
        return JobProgress(
            share=1.0 if is_done else min(1.0, max(0.0, share)),
            footage_s=job.footage_before_s + now.footage_s,
            speed=now.footage_s / now.elapsed_s if now.elapsed_s else None,
            left_s=None if job.is_over else now.left_s,
            current=None if job.is_over or now.path is None else self._name(now.path),
        )

    def _name(self, path: str) -> str:
        """A path as it was named; of sent footage, only the file's name."""
        return Path(path).name if Path(path).is_relative_to(self._footage) else path
